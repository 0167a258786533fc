using System.Runtime.CompilerServices;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>The current task beyond its ids: cgroups, signals, the function that is traced.</summary>
internal static unsafe class TaskHelpers
{
    // struct pt_regs of x86-64: what kprobes get.
    private const int ResultRegister = 80, InstructionPointer = 128;

    private const int MostSignals = 64;

    [MethodImpl(HotCode.Optimized)]
    public static ulong GetCurrentTask(RunState run, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5) => run.Environment.CurrentTask.Address;

    [MethodImpl(HotCode.Optimized)]
    public static ulong GetCurrentCgroupId(RunState run, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5) => run.Environment.CurrentTask.CgroupId;

    [MethodImpl(HotCode.Optimized)]
    public static ulong GetCurrentAncestorCgroupId(RunState run, ulong level, ulong r2, ulong r3, ulong r4, ulong r5) => run.Environment.CurrentTask.CgroupAt((int)level);

    [MethodImpl(HotCode.Optimized)]
    public static ulong GetCgroupClassId(RunState run, ulong context, ulong r2, ulong r3, ulong r4, ulong r5) => run.Environment.CurrentTask.CgroupClassId;

    /// <summary>The cgroup of a packet's socket, and one above it: the environment's task owns the socket.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong SkbCgroupId(RunState run, ulong context, ulong r2, ulong r3, ulong r4, ulong r5) => run.Environment.CurrentTask.CgroupId;

    [MethodImpl(HotCode.Optimized)]
    public static ulong SkbAncestorCgroupId(RunState run, ulong context, ulong level, ulong r3, ulong r4, ulong r5) => run.Environment.CurrentTask.CgroupAt((int)level);

    [MethodImpl(HotCode.Optimized)]
    public static ulong CurrentTaskUnderCgroup(RunState run, ulong map, ulong index, ulong r3, ulong r4, ulong r5) => Under(run, map, index);

    [MethodImpl(HotCode.Optimized)]
    public static ulong SkbUnderCgroup(RunState run, ulong context, ulong map, ulong index, ulong r4, ulong r5) => Under(run, map, index);

    /// <summary>bpf_send_signal and bpf_send_signal_thread: the run keeps the number, nobody gets the signal.</summary>
    public static ulong SendSignal(RunState run, ulong signal, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        if ((uint)signal > MostSignals) return Answer(Errno.EINVAL);
        run.AddSignal((int)signal);
        return 0;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong GetFunctionAddress(RunState run, ulong context, ulong r2, ulong r3, ulong r4, ulong r5) =>
        run.Environment.FunctionAddress ?? *(ulong*)(context + InstructionPointer);

    [MethodImpl(HotCode.Optimized)]
    public static ulong GetAttachCookie(RunState run, ulong context, ulong r2, ulong r3, ulong r4, ulong r5) => run.Environment.AttachCookie;

    /// <summary>bpf_override_return: the result register of the context gets the value.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong OverrideReturn(RunState run, ulong context, ulong result, ulong r3, ulong r4, ulong r5)
    {
        *(ulong*)(context + ResultRegister) = result;
        return 0;
    }

    /// <summary>struct bpf_pidns_info, of the one pid namespace that there is.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong GetNamespacePidTgid(RunState run, ulong device, ulong inode, ulong target, ulong size, ulong r5)
    {
        // The initial namespace: nsfs's device, PROC_PID_INIT_INO.
        const ulong namespaceDevice = 4, initialNamespace = 0xeffffffc;
        if (size != sizeof(ulong) || device != namespaceDevice || inode != initialNamespace)
        {
            new Span<byte>((byte*)target, (int)size).Clear();
            return Answer(Errno.EINVAL);
        }

        var task = run.Environment.CurrentTask;
        ((int*)target)[0] = task.ProcessId;
        ((int*)target)[1] = task.ThreadGroupId;
        return 0;
    }

    private static ulong Under(RunState run, ulong map, ulong index)
    {
        if (run.MapOf(map) is not CgroupArrayMap cgroups)
            throw run.Fault(run.Instruction, $"passes a map of type {run.MapOf(map).Spec.Type} where a {MapType.CgroupArray} is needed");
        if ((uint)index >= cgroups.Spec.MaxEntries) return Answer(Errno.E2BIG);
        uint cgroup = cgroups.At((uint)index);
        return cgroup == 0 ? Answer(Errno.EAGAIN) : run.Environment.CurrentTask.IsUnder(cgroup) ? 1UL : 0;
    }

    private static ulong Answer(Errno error) => (ulong)-(long)error;
}
