using System.Runtime.CompilerServices;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>bpf_get_stackid and bpf_get_stack: the call stacks of the environment.</summary>
internal static unsafe class StackHelpers
{
    // BPF_F_USER_BUILD_ID.
    private const ulong UserBuildId = 1 << 11;

    private const int AddressSize = 8, BuildIdSize = 32;

    [MethodImpl(HotCode.Optimized)]
    public static ulong GetStackId(RunState run, ulong context, ulong map, ulong flags, ulong r4, ulong r5)
    {
        if (run.MapOf(map) is not StackTraceMap stacks)
            throw run.Fault(run.Instruction, $"passes a map of type {run.MapOf(map).Spec.Type} where a {MapType.StackTrace} is needed");
        const ulong known = StackTraceMap.SkipMask | StackTraceMap.UserStack | StackTraceMap.FastCompare | StackTraceMap.ReuseId;
        if ((flags & ~known) != 0) return Answer(Errno.EINVAL);
        var stack = run.Environment.StackOf((flags & StackTraceMap.UserStack) != 0);
        int skipped = (int)(flags & StackTraceMap.SkipMask);
        if (stack.Length <= skipped) return Answer(Errno.EFAULT);
        stack = stack[skipped..];
        return (ulong)stacks.Add(stack[..Math.Min(stack.Length, stacks.MostFrames)], flags);
    }

    /// <summary>Copies the stack; what of the memory is left is zeroed.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong GetStack(RunState run, ulong context, ulong buffer, ulong size, ulong flags, ulong r5)
    {
        bool user = (flags & StackTraceMap.UserStack) != 0, buildIds = (flags & UserBuildId) != 0;
        var target = new Span<byte>((byte*)buffer, (int)size);
        int element = buildIds ? BuildIdSize : AddressSize;
        var error = (flags & ~(StackTraceMap.SkipMask | StackTraceMap.UserStack | UserBuildId)) != 0 || (buildIds && !user) || target.Length % element != 0
            ? Errno.EINVAL : Errno.None;
        var stack = run.Environment.StackOf(user);
        int skipped = (int)(flags & StackTraceMap.SkipMask);
        if (error == Errno.None && stack.Length < skipped) error = Errno.EFAULT;
        target.Clear();
        if (error != Errno.None) return Answer(error);
        int frames = Math.Min(stack.Length - skipped, target.Length / element);
        for (int frame = 0; frame < frames; frame++) Write((byte*)buffer + frame * element, stack[skipped + frame], buildIds);
        return (ulong)(frames * element);
    }

    /// <summary>bpf_get_task_stack: what is known of is the stack of the environment's task.</summary>
    public static ulong GetTaskStack(RunState run, ulong task, ulong buffer, ulong size, ulong flags, ulong r5)
    {
        if (task == run.Environment.CurrentTask.Address) return GetStack(run, task, buffer, size, flags, r5);
        new Span<byte>((byte*)buffer, (int)size).Clear();
        return Answer(Errno.EFAULT);
    }

    // struct bpf_stack_build_id: status BPF_STACK_BUILD_ID_IP, since nothing is mapped that has one, and the address behind the id.
    private static void Write(byte* at, ulong address, bool buildId)
    {
        const int fallback = 2, addressOffset = 24;
        if (buildId) *(int*)at = fallback;
        *(ulong*)(buildId ? at + addressOffset : at) = address;
    }

    private static ulong Answer(Errno error) => (ulong)-(long)error;
}
