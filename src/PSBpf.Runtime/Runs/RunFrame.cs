using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PSBpf.Runtime.Runs;

/// <summary>
/// The native block of one run: registers, what the hot checks need, and the saved state of callers. It does not
/// move, so that compiled code can hold its address.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RunFrame
{
    /// <summary>Bytes of stack in a frame (MAX_BPF_STACK).</summary>
    public const int StackSize = 512;

    /// <summary>Frames of a call chain, the entry function's included (MAX_CALL_FRAMES).</summary>
    public const int MaximumFrames = 8;

    /// <summary>Tail calls of a run, however deep they are made (MAX_TAIL_CALL_CNT).</summary>
    public const int MaximumTailCalls = 33;

    /// <summary>Frames of a run: each program that took the place of another one's subprogram has calls of its own.</summary>
    public const int DeepestFrames = MaximumFrames + MaximumTailCalls * (MaximumFrames - 1);

    /// <summary>Bytes from one frame's stack to the next: the gap belongs to nobody, so that running over the edge shows.</summary>
    public const int StackStride = StackSize + 128;

    /// <summary>
    /// Words above a frame's stack, which programs cannot reach: there compiled code keeps registers while it goes from one
    /// method to the next, r0 to r9 in their order, and then the rounds that may_goto has left.
    /// </summary>
    public const int SavedMayGoto = 10;

    /// <summary>The kernel's BPF_MAX_LOOPS: how often may_goto stays in its loop.</summary>
    public const long MayGotoLimit = 8 * 1024 * 1024;

    /// <summary>Lowest address of the current frame's stack.</summary>
    public ulong StackBase;

    /// <summary>First readable byte of the packet.</summary>
    public ulong PacketBase;

    /// <summary>Readable bytes of the packet.</summary>
    public ulong PacketLength;

    /// <summary>The same when the program may write there, else 0.</summary>
    public ulong PacketWritable;

    /// <summary>The map value that was used last.</summary>
    public ulong ValueBase;

    /// <summary>Its readable bytes.</summary>
    public ulong ValueLength;

    /// <summary>Its writable bytes.</summary>
    public ulong ValueWritable;

    /// <summary>The internal record behind the context.</summary>
    public ulong RecordBase;

    /// <summary>Its bytes.</summary>
    public ulong RecordLength;

    /// <summary>The same when the program may write there, else 0.</summary>
    public ulong RecordWritable;

    /// <summary>r0 to r10, and one that is always zero.</summary>
    public fixed ulong Registers[12];

    /// <summary>Index of the current frame.</summary>
    public int Depth;

    /// <summary>Tail calls that were made in this run.</summary>
    public int TailCalls;

    /// <summary>Index of the innermost frame that belongs to another program than its caller's; 0 when there is none.</summary>
    public int ReplacedDepth;

    /// <summary>Iterations that may_goto has left in the current frame.</summary>
    public long MayGoto;

    /// <summary>Callers, by depth: r6 to r9, stack base, return slot, may_goto.</summary>
    public fixed ulong Saved[DeepestFrames * SavedWords];

    /// <summary>Words saved per caller.</summary>
    public const int SavedWords = 7;

    // The three places that most accesses go to; RunState.Load and Store know the others.

    /// <summary>Whether an access reads the current frame's stack, the packet or the map value that was used last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsReadable(RunFrame* frame, ulong address, uint size)
    {
        if (address - frame->StackBase <= StackSize - size) return true;
        ulong offset = address - frame->PacketBase;
        if (offset < frame->PacketLength && size <= frame->PacketLength - offset) return true;
        offset = address - frame->ValueBase;
        return offset < frame->ValueLength && size <= frame->ValueLength - offset;
    }

    /// <summary>The same for writing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsWritable(RunFrame* frame, ulong address, uint size)
    {
        if (address - frame->StackBase <= StackSize - size) return true;
        ulong offset = address - frame->PacketBase;
        if (offset < frame->PacketWritable && size <= frame->PacketWritable - offset) return true;
        offset = address - frame->ValueBase;
        return offset < frame->ValueWritable && size <= frame->ValueWritable - offset;
    }
}
