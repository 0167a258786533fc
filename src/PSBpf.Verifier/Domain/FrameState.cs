namespace PSBpf.Verifier.Domain;

/// <summary>The registers and stack of one call frame.</summary>
internal sealed class FrameState
{
    /// <summary>Bytes of stack a frame may use.</summary>
    public const int StackBytes = 512;

    public readonly RegState[] Registers = new RegState[11];

    private static readonly StackSlot Untouched;

    // As long as it has to be: a loop with may_goto leaves a remembered state for every round.
    private StackSlot[] _stack = [];

    /// <summary>Slots that may differ from their initial state; those above are untouched.</summary>
    public int UsedSlots;

    /// <summary>Slots written whole since the last checkpoint, a bit each: what is read of them does not come from before it.</summary>
    public ulong WrittenSlots;

    /// <summary>The instruction after which the caller goes on; −1 for the main program.</summary>
    public int CallSite = -1;

    /// <summary>How the helper at the call site calls this function back; null when it was called directly.</summary>
    public Calls.CallbackRow? Callback;

    /// <summary>Rounds of the loop that this frame is in, where a helper counts them.</summary>
    public int CallbackRounds;

    /// <summary>Index of the function, for stack accounting.</summary>
    public int Function;

    /// <summary>The slots that may differ from their initial state: the first has the bytes −8 … −1 below the frame pointer, the next those below.</summary>
    public Span<StackSlot> UsedStack => _stack.AsSpan(0, UsedSlots);

    public void CopyFrom(FrameState other)
    {
        Array.Copy(other.Registers, Registers, Registers.Length);
        Reserve(other.UsedSlots);
        Array.Copy(other._stack, _stack, other.UsedSlots);
        if (UsedSlots > other.UsedSlots) Array.Clear(_stack, other.UsedSlots, UsedSlots - other.UsedSlots);
        UsedSlots = other.UsedSlots;
        WrittenSlots = other.WrittenSlots;
        CallSite = other.CallSite;
        Function = other.Function;
        Callback = other.Callback;
        CallbackRounds = other.CallbackRounds;
    }

    public void Reset()
    {
        Array.Clear(Registers);
        UsedStack.Clear();
        UsedSlots = 0;
        WrittenSlots = ulong.MaxValue; // a fresh frame has nothing from before
        CallSite = -1;
        Function = 0;
        Callback = null;
        CallbackRounds = 0;
    }

    /// <summary>The slot that holds the byte at a negative offset, ready to be written.</summary>
    public ref StackSlot Touch(int offset)
    {
        int slot = SlotOf(offset);
        Reserve(slot + 1);
        if (slot >= UsedSlots) UsedSlots = slot + 1;
        return ref _stack[slot];
    }

    /// <summary>The slot with an index, to be read.</summary>
    public ref readonly StackSlot SlotAt(int index)
    {
        if (index < UsedSlots) return ref _stack[index];
        return ref Untouched;
    }

    /// <summary>Index of the slot that holds the byte at a negative offset.</summary>
    public static int SlotOf(int offset) => (-offset - 1) >> 3;

    /// <summary>The slots that hold the bytes from one negative offset up to another, a bit each.</summary>
    public static ulong SlotMask(int from, int end)
    {
        if (end <= from) return 0;
        int high = SlotOf(from), low = SlotOf(end - 1);
        return (ulong.MaxValue >> (63 - high)) & (ulong.MaxValue << low);
    }

    /// <summary>Index within its slot of the byte at a negative offset; 0 is the lowest address.</summary>
    public static int ByteOf(int offset) => offset & 7;

    private void Reserve(int slots)
    {
        if (slots > _stack.Length) Array.Resize(ref _stack, Math.Min(StackBytes / 8, (slots + 3) & ~3));
    }
}
