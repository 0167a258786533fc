using System.Buffers;
using System.Runtime.Versioning;
using PSBpf.Btf;
using PSBpf.CoRe;
using PSBpf.Diagnostics;

namespace PSBpf.Targets;

/// <summary>What the running Linux tells about itself in /proc, /sys and /boot.</summary>
[SupportedOSPlatform("linux")]
internal static class MachineKernel
{
    private const string TypeFolder = "/sys/kernel/btf";
    private const string KernelFile = "vmlinux";

    private static readonly SearchValues<char> VersionCharacters = SearchValues.Create("0123456789.");

    public static TargetKernel Describe()
    {
        string release = ReadText("/proc/sys/kernel/osrelease").Trim();
        return TargetKernel.Create(ParseVersion(release), () => ReadTypes(release), () => ReadConfiguration(release), ReadSymbols);
    }

    /// <summary>6.18.44 of 6.18.44-amd64.</summary>
    public static Version ParseVersion(string release)
    {
        int end = release.AsSpan().IndexOfAnyExcept(VersionCharacters);
        string numbers = (end < 0 ? release : release[..end]).Trim('.');
        return Version.TryParse(numbers, out Version? version) ? version : new Version(0, 0, 0);
    }

    private static CoreTarget? ReadTypes(string release)
    {
        string path = Path.Combine(TypeFolder, KernelFile);
        if (ReadBytes(path) is not { } data) return null;
        try
        {
            BtfTypeSet types = BtfTypeSet.Open(data, null, new DiagnosticLocation { File = path });
            return new CoreTarget($"Linux {release}", types, () => ReadModules(types));
        }
        catch (BpfException)
        {
            // A format that is newer than this version counts as none.
            return null;
        }
    }

    private static List<BtfTypeSet> ReadModules(BtfTypeSet kernel)
    {
        List<BtfTypeSet> modules = [];
        foreach (string path in Directory.GetFiles(TypeFolder).Order(StringComparer.Ordinal))
        {
            if (Path.GetFileName(path) == KernelFile || ReadBytes(path) is not { } data) continue;
            try
            {
                modules.Add(BtfTypeSet.Open(data, kernel, new DiagnosticLocation { File = path }));
            }
            catch (BpfException)
            {
                // A module whose types go on from another kernel's was built for that one.
            }
        }

        return modules;
    }

    private static KernelConfiguration? ReadConfiguration(string release)
    {
        foreach (string path in new[] { "/proc/config.gz", $"/boot/config-{release}" })
        {
            if (!File.Exists(path)) continue;
            try
            {
                return KernelConfiguration.Read(path);
            }
            catch (BpfException)
            {
                // The next one may be readable.
            }
        }

        return null;
    }

    private static KernelSymbols? ReadSymbols(IReadOnlySet<string> names)
    {
        try
        {
            using var reader = new StreamReader("/proc/kallsyms");
            return KernelSymbols.Parse(reader, names);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string ReadText(string path) => ReadBytes(path) is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes) : "";

    private static byte[]? ReadBytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
