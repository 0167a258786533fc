using PSBpf.Kernel;
using PSBpf.Objects;

namespace PSBpf.Hosting.Tests.Fakes;

internal sealed class FakeProgram(FakeKernel kernel, int id, ProgramSpec spec, BpfVerification verification) : IKernelProgram
{
    public int Id => id;

    public ProgramSpec Spec => spec;

    public BpfVerification Verification => verification;

    public IReadOnlyList<NativeCode> NativeCode => [];

    public TestRunResult TestRun(TestRunRequest request, CancellationToken cancellation = default) =>
        new() { ReturnValue = kernel.Result(request), Data = request.Data.ToArray(), DurationNanoseconds = kernel.Duration(spec, request) };

    public void Dispose() => kernel.Forget(id);
}
