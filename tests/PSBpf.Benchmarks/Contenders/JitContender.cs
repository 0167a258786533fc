using PSBpf.Benchmarks.Building;
using PSBpf.Runtime;

namespace PSBpf.Benchmarks.Contenders;

/// <summary>The managed engine's compiler: BPF to IL to machine code.</summary>
internal sealed class JitContender(ManagedKernel kernel) : IContender
{
    private static readonly SamplePlan Samples = new(1e6, 10);

    public string Name => "jit";

    public string? Unavailable => null;

    public IPreparedProgram Prepare(BuiltWorkload workload)
    {
        var program = KernelProgram.Load(kernel, workload, interpret: false, Samples);
        if (((ManagedProgram)program.Program).Compile()) return program;
        program.Dispose();
        throw new SkippedException("the engine does not compile it");
    }

    public void Dispose()
    {
    }
}
