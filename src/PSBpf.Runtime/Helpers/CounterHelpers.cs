using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>Counters of processors and records of their branches, as a machine without them answers: perf events of a map take samples and count nothing.</summary>
internal static unsafe class CounterHelpers
{
    // BPF_F_INDEX_MASK; struct bpf_perf_event_value; BPF_F_GET_BRANCH_RECORDS_SIZE.
    private const ulong IndexMask = 0xffff_ffff, ValueSize = 24, SizeOnly = 1;

    /// <summary>bpf_perf_event_read.</summary>
    public static ulong Read(RunState run, ulong map, ulong flags, ulong r3, ulong r4, ulong r5) => (ulong)-(long)Find(run, map, flags);

    /// <summary>bpf_perf_event_read_value: the counter, and for how long it was enabled and counted.</summary>
    public static ulong ReadValue(RunState run, ulong map, ulong flags, ulong target, ulong size, ulong r5)
    {
        new Span<byte>((byte*)target, (int)size).Clear();
        return (ulong)-(long)(size != ValueSize ? Errno.EINVAL : Find(run, map, flags));
    }

    /// <summary>bpf_get_branch_snapshot.</summary>
    public static ulong GetBranches(RunState run, ulong target, ulong size, ulong flags, ulong r4, ulong r5)
    {
        new Span<byte>((byte*)target, (int)size).Clear();
        return (ulong)-(long)(flags != 0 ? Errno.EINVAL : Errno.ENOENT);
    }

    /// <summary>bpf_perf_prog_read_value: the event that called the program counted nothing.</summary>
    public static ulong ReadOwnValue(RunState run, ulong context, ulong target, ulong size, ulong r4, ulong r5)
    {
        new Span<byte>((byte*)target, (int)size).Clear();
        return (ulong)-(long)(size != ValueSize ? Errno.EINVAL : Errno.None);
    }

    /// <summary>bpf_read_branch_records.</summary>
    public static ulong ReadBranches(RunState run, ulong context, ulong target, ulong size, ulong flags, ulong r5) => (ulong)-(long)((flags & ~SizeOnly) != 0 ? Errno.EINVAL : Errno.ENOENT);

    private static Errno Find(RunState run, ulong map, ulong flags)
    {
        if (run.MapOf(map) is not PerfEventArrayMap array)
            throw run.Fault(run.Instruction, $"passes a map of type {run.MapOf(map).Spec.Type} where a {MapType.PerfEventArray} is needed");
        return (flags & ~IndexMask) != 0 ? Errno.EINVAL : array.Find(run.CpuId, (uint)flags);
    }
}
