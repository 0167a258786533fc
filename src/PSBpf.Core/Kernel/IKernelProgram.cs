using PSBpf.Objects;

namespace PSBpf.Kernel;

/// <summary>A loaded program. Thread-safe. Disposing drops this reference; runs in progress finish.</summary>
public interface IKernelProgram : IDisposable
{
    /// <summary>Id, unique in its kernel.</summary>
    int Id { get; }

    /// <summary>The blueprint it was loaded from.</summary>
    ProgramSpec Spec { get; }

    /// <summary>The report of the verifier that accepted it.</summary>
    BpfVerification Verification { get; }

    /// <summary>
    /// The machine code that it runs as: whole for the Linux kernel's, function by function for the managed engine's, where
    /// it is kept when the JIT's mode is Debug. Empty when it is interpreted or may not be seen.
    /// </summary>
    IReadOnlyList<NativeCode> NativeCode { get; }

    /// <summary>BPF_PROG_TEST_RUN.</summary>
    TestRunResult TestRun(TestRunRequest request, CancellationToken cancellation = default);
}
