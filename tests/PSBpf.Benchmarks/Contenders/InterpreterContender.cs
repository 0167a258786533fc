using PSBpf.Benchmarks.Building;
using PSBpf.Runtime;

namespace PSBpf.Benchmarks.Contenders;

/// <summary>The managed engine's checked interpreter.</summary>
internal sealed class InterpreterContender(ManagedKernel kernel) : IContender
{
    private static readonly SamplePlan Samples = new(1e6, 10);

    public string Name => "interpreter";

    public string? Unavailable => null;

    public IPreparedProgram Prepare(BuiltWorkload workload) => KernelProgram.Load(kernel, workload, interpret: true, Samples);

    public void Dispose()
    {
    }
}
