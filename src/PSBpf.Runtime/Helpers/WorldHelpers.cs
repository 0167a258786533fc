using System.Runtime.CompilerServices;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>Helpers that look at the world: clocks, random numbers, processor, task.</summary>
internal static unsafe class WorldHelpers
{
    [MethodImpl(HotCode.Optimized)]
    public static ulong KtimeGetNs(RunState run, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5) => (ulong)run.Environment.MonotonicNanoseconds();

    [MethodImpl(HotCode.Optimized)]
    public static ulong KtimeGetBootNs(RunState run, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5) => (ulong)run.Environment.BootNanoseconds();

    [MethodImpl(HotCode.Optimized)]
    public static ulong KtimeGetCoarseNs(RunState run, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5) => (ulong)run.Environment.CoarseNanoseconds();

    [MethodImpl(HotCode.Optimized)]
    public static ulong KtimeGetTaiNs(RunState run, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5) => (ulong)run.Environment.TaiNanoseconds();

    [MethodImpl(HotCode.Optimized)]
    public static ulong Jiffies64(RunState run, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5) => run.Environment.Jiffies();

    [MethodImpl(HotCode.Optimized)]
    public static ulong GetPrandomU32(RunState run, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5) => run.Environment.NextRandom();

    [MethodImpl(HotCode.Optimized)]
    public static ulong GetSmpProcessorId(RunState run, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5) => (ulong)run.Cpu.Id;

    [MethodImpl(HotCode.Optimized)]
    public static ulong GetNumaNodeId(RunState run, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5) => 0;

    [MethodImpl(HotCode.Optimized)]
    public static ulong GetCurrentPidTgid(RunState run, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        var task = run.Environment.CurrentTask;
        return (ulong)(uint)task.ThreadGroupId << 32 | (uint)task.ProcessId;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong GetCurrentUidGid(RunState run, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        var task = run.Environment.CurrentTask;
        return (ulong)task.GroupId << 32 | task.UserId;
    }

    /// <summary>The name, cut to what fits with its final zero, the rest of the buffer zeroed.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong GetCurrentComm(RunState run, ulong buffer, ulong size, ulong r3, ulong r4, ulong r5)
    {
        var target = new Span<byte>((byte*)buffer, (int)size);
        target.Clear();
        var name = run.Environment.CurrentTask.CommandBytes.AsSpan(0, Math.Min(TaskIdentity.CommandLength, target.Length) - 1);
        name.CopyTo(target);
        return 0;
    }
}
