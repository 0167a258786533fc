namespace PSBpf.Verifier.Domain;

/// <summary>The registers and stack of one call frame.</summary>
internal sealed class FrameState
{
    /// <summary>Bytes of stack a frame may use.</summary>
    public const int StackBytes = 512;

    public readonly RegState[] Registers = new RegState[11];

    /// <summary>Slot 0 holds the bytes −8 … −1 below the frame pointer, slot 1 those below, and so on.</summary>
    public readonly StackSlot[] Stack = new StackSlot[StackBytes / 8];

    /// <summary>Slots that may differ from their initial state; those above are untouched.</summary>
    public int UsedSlots;

    /// <summary>Slots written whole since the last checkpoint, a bit each: what is read of them does not come from before it.</summary>
    public ulong WrittenSlots;

    /// <summary>The instruction after which the caller goes on; −1 for the main program.</summary>
    public int CallSite = -1;

    /// <summary>Index of the function, for stack accounting.</summary>
    public int Function;

    public void CopyFrom(FrameState other)
    {
        Array.Copy(other.Registers, Registers, Registers.Length);
        Array.Copy(other.Stack, Stack, other.UsedSlots);
        if (UsedSlots > other.UsedSlots) Array.Clear(Stack, other.UsedSlots, UsedSlots - other.UsedSlots);
        UsedSlots = other.UsedSlots;
        WrittenSlots = other.WrittenSlots;
        CallSite = other.CallSite;
        Function = other.Function;
    }

    public void Reset()
    {
        Array.Clear(Registers);
        Array.Clear(Stack, 0, UsedSlots);
        UsedSlots = 0;
        WrittenSlots = ulong.MaxValue; // a fresh frame has nothing from before
        CallSite = -1;
        Function = 0;
    }

    /// <summary>The slot that holds the byte at a negative offset, ready to be written.</summary>
    public ref StackSlot Touch(int offset)
    {
        int slot = SlotOf(offset);
        if (slot >= UsedSlots) UsedSlots = slot + 1;
        return ref Stack[slot];
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
}
