using System.Runtime.CompilerServices;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>bpf_ringbuf_*.</summary>
internal static unsafe class RingBufferHelpers
{
    [MethodImpl(HotCode.Optimized)]
    public static ulong Output(RunState run, ulong map, ulong data, ulong size, ulong flags, ulong r5) =>
        (ulong)-(long)OutputTo(run, Ring(run, map), (byte*)data, size, flags);

    /// <summary>bpf_ringbuf_output on a map that is known.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static Errno OutputTo(RunState run, RingBufferMap ring, byte* data, ulong size, ulong flags)
    {
        var error = ring.Output(data, size, flags);
        if (error == Errno.EAGAIN) run.CountDropped();
        return error;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong Reserve(RunState run, ulong map, ulong size, ulong flags, ulong r4, ulong r5) => ReserveIn(run, Ring(run, map), size, flags);

    /// <summary>bpf_ringbuf_reserve on a map that is known.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong ReserveIn(RunState run, RingBufferMap ring, ulong size, ulong flags)
    {
        if (flags != 0) return 0;
        ulong sample = ring.Reserve(size);
        if (sample != 0) run.AddReservation(sample, (uint)size, ring);
        else run.CountDropped();
        return sample;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong Submit(RunState run, ulong sample, ulong flags, ulong r3, ulong r4, ulong r5)
    {
        run.TakeReservation(sample)?.Commit(sample, flags, discard: false);
        return 0;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong Discard(RunState run, ulong sample, ulong flags, ulong r3, ulong r4, ulong r5)
    {
        run.TakeReservation(sample)?.Commit(sample, flags, discard: true);
        return 0;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong Query(RunState run, ulong map, ulong what, ulong r3, ulong r4, ulong r5) => Ring(run, map).Query(what);

    private static RingBufferMap Ring(RunState run, ulong handle) => run.MapOf(handle) as RingBufferMap
        ?? throw run.Fault(run.Instruction, $"passes a map of type {run.MapOf(handle).Spec.Type} where a {MapType.RingBuf} is needed");
}
