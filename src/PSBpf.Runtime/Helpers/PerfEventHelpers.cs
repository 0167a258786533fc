using System.Runtime.CompilerServices;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

/// <summary>bpf_perf_event_output.</summary>
internal static unsafe class PerfEventHelpers
{
    // BPF_F_INDEX_MASK, whose largest value is BPF_F_CURRENT_CPU, and BPF_F_CTXLEN_MASK.
    private const ulong IndexMask = 0xffff_ffff, ContextLengthMask = 0xf_ffffUL << 32;

    /// <summary>Writes a sample into the buffer of a CPU, with so many bytes of the packet behind it as the flags say.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong Output(RunState run, ulong context, ulong map, ulong flags, ulong data, ulong size)
    {
        if (run.MapOf(map) is not PerfEventArrayMap array)
            throw run.Fault(run.Instruction, $"passes a map of type {run.MapOf(map).Spec.Type} where a {MapType.PerfEventArray} is needed");
        if ((flags & ~(run.HasPacket ? IndexMask | ContextLengthMask : IndexMask)) != 0) return Answer(Errno.EINVAL);
        uint packet = (uint)((flags & ContextLengthMask) >> 32);
        if (packet > 0 && packet > run.DataEnd - run.Data) return Answer(Errno.EFAULT);
        var error = array.Output(run.CpuId, (uint)flags, (byte*)data, (uint)size, packet > 0 ? run.Data : null, packet);
        if (error == Errno.ENOSPC) run.CountDropped();
        return Answer(error);
    }

    private static ulong Answer(Errno error) => (ulong)-(long)error;
}
