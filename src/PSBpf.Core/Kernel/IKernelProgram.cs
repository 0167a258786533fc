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

    /// <summary>BPF_PROG_TEST_RUN.</summary>
    TestRunResult TestRun(TestRunRequest request, CancellationToken cancellation = default);
}
