using PSBpf.Benchmarks.Building;
using PSBpf.Runtime;

namespace PSBpf.Benchmarks.Contenders;

/// <summary>The managed engine's compiler: BPF to IL to machine code.</summary>
internal sealed class JitContender(ManagedKernel kernel) : IContender
{
    private static readonly SamplePlan Samples = new(1e6, 10);

    public string Name => "jit";

    // An engine without one would run the interpreter here and call it compiled.
    public string? Unavailable { get; } = typeof(ManagedKernel).Assembly.GetTypes().Any(type => type.Namespace?.StartsWith("PSBpf.Runtime.Jit", StringComparison.Ordinal) == true)
        ? null
        : "this build of the engine has no compiler";

    public IPreparedProgram Prepare(BuiltWorkload workload) => KernelProgram.Load(kernel, workload, interpret: false, Samples);

    public void Dispose()
    {
    }
}
