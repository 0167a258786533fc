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
}
