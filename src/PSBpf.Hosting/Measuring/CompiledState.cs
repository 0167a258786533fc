using PSBpf.Kernel;
using PSBpf.Runtime;

namespace PSBpf.Hosting;

/// <summary>Which programs run as machine code: the one place that knows how each kernel tells.</summary>
internal static class CompiledState
{
    /// <summary>Whether the next run of a program that is not interpreted on purpose is compiled.</summary>
    public static bool IsCompiled(IKernelProgram program) => program switch
    {
        ManagedProgram managed => managed.NativeCode.Count > 0,
        // The Linux kernel interprets only where its compiler is off; then there is no machine code.
        _ => program.NativeCode.Count > 0,
    };
}
