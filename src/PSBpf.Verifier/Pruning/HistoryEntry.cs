namespace PSBpf.Verifier.Pruning;

/// <summary>An instruction that a path executed, with what going back over it needs to know.</summary>
/// <param name="Pc">Its slot.</param>
/// <param name="Effect">What it did beyond what the instruction itself says.</param>
/// <param name="Frame">For spills and fills: the frame whose stack it was.</param>
/// <param name="Slot">For spills and fills: the stack slot.</param>
internal readonly record struct HistoryEntry(int Pc, HistoryEffect Effect = HistoryEffect.None, byte Frame = 0, byte Slot = 0);

/// <summary>What an instruction did that only the state at the time tells.</summary>
internal enum HistoryEffect : byte
{
    /// <summary>Nothing more.</summary>
    None,

    /// <summary>Stored a register or a number whole into a stack slot, or filled a register from one.</summary>
    StackSlot,

    /// <summary>A comparison that also taught about copies of its operands.</summary>
    Linked,

    /// <summary>Went back to the caller with a result that is computed from nothing here: a tail call, a packet load that missed.</summary>
    Returned,

    /// <summary>Entered a function that a helper calls back.</summary>
    EnteredCallback,

    /// <summary>Went back from it to the helper.</summary>
    LeftCallback,
}
