using PSBpf.Kernel;
using PSBpf.Linux;
using PSBpf.Runtime;
using PSBpf.Runtime.Jit;

namespace PSBpf.Hosting;

/// <summary>Which programs run as machine code: the one place that knows how each kernel tells.</summary>
internal static class CompiledState
{
    /// <summary>Whether the next run of a program, unless it is interpreted on purpose, is compiled.</summary>
    /// <param name="program">The program.</param>
    /// <param name="jit">The managed engine's mode: when it is off, what is compiled is interpreted all the same.</param>
    public static bool IsCompiled(IKernelProgram program, JitMode jit) => program switch
    {
        ManagedProgram managed => managed.IsCompiled && jit != JitMode.Off,
        _ when OperatingSystem.IsLinux() => program is LinuxProgram { NativeBytes: > 0 },
        _ => false,
    };
}
