using PSBpf.Objects;

namespace PSBpf.Kernel;

/// <summary>
/// The bpf() system call as an interface: what both the managed engine and the machine's Linux kernel do with
/// blueprints. Implementations are thread-safe. Failures that a user can cause are <see cref="Diagnostics.BpfException"/>.
/// </summary>
public interface IBpfKernel : IDisposable
{
    /// <summary>Which kernel this is.</summary>
    BpfKernelKind Kind { get; }

    /// <summary>How many values a per-CPU map element has.</summary>
    int PossibleCpus { get; }

    /// <summary>BPF_MAP_CREATE; for global data the initial value is set and, where the blueprint says so, frozen.</summary>
    IKernelMap CreateMap(MapSpec spec);

    /// <summary>
    /// BPF_PROG_LOAD. A refusal by the verifier is a result, not an exception.
    /// <paramref name="maps"/> are the live maps in the order of <see cref="ProgramSpec.Maps"/>.
    /// </summary>
    ProgramLoadResult LoadProgram(
        ProgramSpec spec, IReadOnlyList<IKernelMap> maps, ProgramLoadOptions options, CancellationToken cancellation = default);

    /// <summary>Its BPF file system.</summary>
    IPinStore Pins { get; }

    /// <summary>The programs that are loaded, whoever loaded them, by id.</summary>
    /// <exception cref="Diagnostics.BpfException">BPF3002 when a privilege is missing to list them.</exception>
    IReadOnlyList<ProgramStatus> GetPrograms();

    /// <summary>The maps that there are, whoever made them, by id.</summary>
    /// <exception cref="Diagnostics.BpfException">BPF3002 when a privilege is missing to list them.</exception>
    IReadOnlyList<MapStatus> GetMaps();

    /// <summary>The links that hold, whoever made them, by id.</summary>
    /// <exception cref="Diagnostics.BpfException">BPF3002 when a privilege is missing to list them.</exception>
    IReadOnlyList<LinkStatus> GetLinks();

    /// <summary>Opens a map that there is, whoever made it, to be read.</summary>
    /// <param name="id">Its id in this kernel.</param>
    /// <returns>The map; updates and deletes answer EPERM.</returns>
    /// <exception cref="Diagnostics.BpfException">BPF4001 when there is none, BPF3002 when a privilege is missing.</exception>
    IKernelMap OpenMap(int id);

    /// <summary>
    /// Statistics are kept until the result is disposed, and as long as somebody else wants them. The managed engine counts runs and
    /// verdicts always and measures times while they are enabled; the Linux kernel counts and measures while they are (BPF_ENABLE_STATS).
    /// </summary>
    /// <exception cref="Diagnostics.BpfException">BPF3002 when a privilege is missing, BPF3004 before Linux 5.8.</exception>
    IDisposable EnableStatistics();
}
