using PSBpf.Compile;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>How to import an object.</summary>
public sealed record ImportOptions
{
    /// <summary>All programs, into the managed engine.</summary>
    public static ImportOptions Default { get; } = new();

    /// <summary>Names of the programs to load, with <c>*</c> and <c>?</c>; empty for all.</summary>
    public IReadOnlyList<string> Name { get; init; } = [];

    /// <summary>The program type, for section names that say none; null for what the section says.</summary>
    public ProgramType? Type { get; init; }

    /// <summary>Values of global variables, by name, set before the verifier sees the programs.</summary>
    public IReadOnlyDictionary<string, object?> Variables { get; init; } = new Dictionary<string, object?>();

    /// <summary>Maps of the session to use in place of the object's own, by the object's name for them.</summary>
    public IReadOnlyDictionary<string, BpfMap> Maps { get; init; } = new Dictionary<string, BpfMap>();

    /// <summary>What to make different about the object's maps, by their names.</summary>
    public IReadOnlyDictionary<string, MapChange> MapChanges { get; init; } = new Dictionary<string, MapChange>();

    /// <summary>
    /// The folder in a BPF file system for maps that are pinned by name (LIBBPF_PIN_BY_NAME): a map that is there is used, else the new one is
    /// pinned. Null for /sys/fs/bpf. The managed engine has such a file system of its own in each session.
    /// </summary>
    public string? PinPath { get; init; }

    /// <summary>A file with the types that programs are adapted to (CO-RE): raw BTF, or ELF with a .BTF section; null for the machine's kernel's.</summary>
    public string? Btf { get; init; }

    /// <summary>A file with the kernel's configuration, for __kconfig variables; null for the machine's kernel's.</summary>
    public string? Configuration { get; init; }

    /// <summary>A hook to attach the programs to, e.g. <c>xdp:eth0</c>; null to attach none.</summary>
    public string? Attach { get; init; }

    /// <summary>Which kernel loads it.</summary>
    public BpfKernelKind Kernel { get; init; }

    /// <summary>How a source (.c) is compiled; null for the defaults.</summary>
    public CompileOptions? Compile { get; init; }

    /// <summary>Verifier log level as in bpf(2).</summary>
    public int LogLevel { get; init; }

    /// <summary>Where the log goes as it is written; null to return it in the report.</summary>
    public TextWriter? LogWriter { get; init; }

    /// <summary>Count what each line of source takes the verifier.</summary>
    public bool Heatmap { get; init; }

    /// <summary>Look for what could be better in programs that are accepted.</summary>
    public bool Advise { get; init; }

    /// <summary>
    /// Compare what programs use with a version of Linux too, and refuse what it lacks; only the verifier's reports say so. LINUX_KERNEL_VERSION is that
    /// version then. Null for none.
    /// </summary>
    public Version? KernelVersion { get; init; }
}
