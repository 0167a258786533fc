using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Elf;
using PSBpf.Targets;

namespace PSBpf.Objects;

/// <summary>Reads type information from where it is kept: raw BTF, as the kernel offers it, or the .BTF section of an object.</summary>
public static class BtfFile
{
    /// <summary>Where Linux offers the kernel's own.</summary>
    public const string KernelPath = "/sys/kernel/btf/vmlinux";

    /// <summary>Largest file that is read; a kernel's has 6 to 10 megabytes.</summary>
    private const int MaxFileSize = 256 << 20;

    private static ReadOnlySpan<byte> ElfMagic => "\u007fELF"u8;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Raw BTF or an object; null for the machine's kernel.</param>
    /// <exception cref="BpfException">BPF0221 when it cannot be read or has none; BPF0201 when it contradicts itself.</exception>
    public static BtfTypeSet Read(string? path = null)
    {
        // The machine's own stay open: a hundred thousand types, of which each is read when somebody asks.
        if (path is null && TargetKernel.Machine.Types is { } machine) return machine.Types;
        string file = path ?? KernelPath;
        var location = new DiagnosticLocation { File = file };
        byte[] data = Load(file, path is null, location);
        if (!data.AsSpan().StartsWith(ElfMagic)) return BtfTypeSet.Read(data, location);
        return ElfFile.Read(data, file).Find(".BTF") is { } section
            ? BtfTypeSet.Read(section.Data, location with { Section = section.Name })
            : throw DiagnosticRules.BtfUnavailable.Error($"The object '{file}' has no .BTF section.", location, "Compile it with 'clang -g'.");
    }

    private static byte[] Load(string file, bool isKernel, DiagnosticLocation location)
    {
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > MaxFileSize }) throw DiagnosticRules.BtfUnavailable.Error($"The file '{file}' is no BTF: it has more than {MaxFileSize >> 20} MiB.", location);
            return File.ReadAllBytes(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            string message = isKernel && exception is FileNotFoundException or DirectoryNotFoundException ? $"This machine offers no types of its kernel: there is no file '{file}'."
                : exception is FileNotFoundException or DirectoryNotFoundException ? $"There is no file '{file}'."
                : $"The file '{file}' cannot be read: {exception.Message}";
            throw new BpfException(DiagnosticRules.BtfUnavailable.At(message, location), exception);
        }
    }
}
