using PSBpf.Btf;
using PSBpf.CoRe;
using PSBpf.Diagnostics;
using PSBpf.Elf;

namespace PSBpf.Targets;

/// <summary>
/// The kernel that an object is read for: its types, its configuration, its symbols. What an object says about a kernel (CO-RE, __kconfig, __ksym) is
/// answered from here, and nothing is read before something asks. Thread-safe.
/// </summary>
public sealed class TargetKernel
{
    /// <summary>The version of which the managed engine does what it does, where there is no Linux to ask.</summary>
    private static readonly Version Followed = new(6, 12, 0);

    private readonly Lazy<CoreTarget?> _types;
    private readonly Lazy<KernelConfiguration?> _configuration;
    private readonly Func<IReadOnlySet<string>, KernelSymbols?> _symbols;

    private TargetKernel(Version version, Lazy<CoreTarget?> types, Lazy<KernelConfiguration?> configuration, Func<IReadOnlySet<string>, KernelSymbols?> symbols)
    {
        Version = version;
        _types = types;
        _configuration = configuration;
        _symbols = symbols;
    }

    /// <summary>The machine's kernel; where that is no Linux, one that is not known.</summary>
    public static TargetKernel Machine { get; } = OperatingSystem.IsLinux() ? MachineKernel.Describe() : None;

    /// <summary>A kernel of which nothing is known: types are the object's own, and symbols have no address.</summary>
    public static TargetKernel None => new(Followed, new Lazy<CoreTarget?>((CoreTarget?)null), new Lazy<KernelConfiguration?>((KernelConfiguration?)null), _ => null);

    /// <summary>Its version.</summary>
    public Version Version { get; }

    /// <summary>What LINUX_KERNEL_VERSION is: KERNEL_VERSION(a, b, c).</summary>
    public int VersionCode => Version.Major << 16 | Math.Max(0, Version.Minor) << 8 | Math.Clamp(Version.Build, 0, 255);

    /// <summary>Its types; null when they are not known.</summary>
    public CoreTarget? Types => _types.Value;

    /// <summary>Its configuration; null when it is not known.</summary>
    public KernelConfiguration? Configuration => _configuration.Value;

    /// <summary>The same kernel as if it were of another version: what LINUX_KERNEL_VERSION is.</summary>
    public TargetKernel WithVersion(Version version) => new(version, _types, _configuration, _symbols);

    /// <summary>The same kernel with other types.</summary>
    public TargetKernel WithTypes(CoreTarget types) => new(Version, new Lazy<CoreTarget?>(types), _configuration, _symbols);

    /// <summary>The same kernel with the types of a file: raw BTF, or any ELF file with a .BTF section.</summary>
    /// <exception cref="BpfException">BPF0323: it cannot be read or has no types.</exception>
    public TargetKernel WithTypes(string path) => WithTypes(ReadTypes(path));

    /// <summary>The same kernel with another configuration.</summary>
    public TargetKernel WithConfiguration(KernelConfiguration configuration) =>
        new(Version, _types, new Lazy<KernelConfiguration?>(configuration), _symbols);

    /// <summary>Reads types from a file: raw BTF, or any ELF file with a .BTF section.</summary>
    /// <exception cref="BpfException">BPF0323: it cannot be read or has no types; BPF0201: they contradict themselves.</exception>
    public static CoreTarget ReadTypes(string path)
    {
        var location = new DiagnosticLocation { File = path };
        try
        {
            byte[] data = File.ReadAllBytes(path);
            ReadOnlyMemory<byte> section = data;
            if (data.AsSpan().StartsWith("\u007fELF"u8))
            {
                section = ElfSectionFinder.Find(data, ".BTF")
                    ?? throw DiagnosticRules.TargetUnreadable.Error($"'{path}' has no section '.BTF'.", location);
            }

            return new CoreTarget(Path.GetFileName(path), BtfTypeSet.Open(section, null, location));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new BpfException(DiagnosticRules.TargetUnreadable.At($"The types of '{path}' cannot be read: {error.Message}", location), error);
        }
    }

    /// <summary>Addresses of some of its symbols; null when they are not known.</summary>
    internal KernelSymbols? FindSymbols(IReadOnlySet<string> names) => _symbols(names);

    internal static TargetKernel Create(
        Version version, Func<CoreTarget?> types, Func<KernelConfiguration?> configuration, Func<IReadOnlySet<string>, KernelSymbols?> symbols) =>
        new(version, new Lazy<CoreTarget?>(types), new Lazy<KernelConfiguration?>(configuration), symbols);
}
