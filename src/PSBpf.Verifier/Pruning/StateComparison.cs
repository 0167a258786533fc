using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Pruning;

/// <summary>
/// Whether a remembered state covers another: every concrete state of the new one is one of the old one, on the parts
/// that matter.
/// </summary>
internal sealed class StateComparison(ushort[] live)
{
    /// <summary>What has to agree.</summary>
    public enum Comparison
    {
        /// <summary>What some path from the old state depended on: it has been explored to the end.</summary>
        WhatMattered,

        /// <summary>Everything that may still be read, since paths from the old state are open.</summary>
        Within,

        /// <summary>Everything, and in both directions: they are the same.</summary>
        Exact,
    }

    private static readonly RegState Unknown = RegState.UnknownScalar();

    // Pairs of ids that stand for each other in the two states.
    private readonly List<(int Old, int New)> _ids = [];

    /// <summary>Whether every number counts as one that a check depended on.</summary>
    public bool AllPrecise { get; init; }

    public bool Covers(Checkpoint checkpoint, PathState current, int pc, Comparison how)
    {
        bool exact = how == Comparison.Exact;
        var old = checkpoint.State;
        if (old.Depth != current.Depth || old.References.Count != current.References.Count) return false;
        if (old.Locks.Count != current.Locks.Count || old.Interrupts.Count != current.Interrupts.Count || old.RcuLocks != current.RcuLocks || old.PreemptLocks != current.PreemptLocks) return false;
        _ids.Clear();
        for (int index = 0; index < old.Locks.Count; index++)
        {
            var (kind, owner, id, _) = old.Locks[index];
            if (kind != current.Locks[index].Kind || owner != current.Locks[index].Owner || !SameId(id, current.Locks[index].Id)) return false;
        }

        for (int index = 0; index < old.Interrupts.Count; index++)
            if (!SameId(old.Interrupts[index].Id, current.Interrupts[index].Id)) return false;
        for (int index = 0; index < old.References.Count; index++)
            if (!SameId(old.References[index].Id, current.References[index].Id)) return false;

        for (int depth = old.Depth; depth >= 0; depth--)
        {
            FrameState oldFrame = old.FrameAt(depth), frame = current.FrameAt(depth);
            if (oldFrame.CallSite != frame.CallSite || oldFrame.Function != frame.Function || oldFrame.CallbackRounds > frame.CallbackRounds) return false;
            int mask = depth == old.Depth ? live[pc] : LiveWhileCalled(old.FrameAt(depth + 1));
            for (int register = 0; register < 11; register++)
            {
                if ((mask & (1 << register)) == 0) continue;
                bool precise = AllPrecise || how != Comparison.WhatMattered || (checkpoint.PreciseRegisters[depth] & (1 << register)) != 0;
                if (!Covers(in oldFrame.Registers[register], in frame.Registers[register], precise, exact)) return false;
            }

            bool all = how != Comparison.WhatMattered;
            if (!CoversStack(oldFrame, frame, all ? ulong.MaxValue : checkpoint.LiveSlots[depth], all || AllPrecise ? ulong.MaxValue : checkpoint.PreciseSlots[depth], exact, old.References.Count + old.Interrupts.Count > 0)) return false;
        }

        return true;
    }

    // A frame that waits for a call goes on after it with r6 to r10; one that waits for a callback goes on with the call itself.
    private int LiveWhileCalled(FrameState callee) =>
        callee.Callback is null ? live[callee.CallSite + 1] & 0b111_1100_0000 : live[callee.CallSite] & 0b111_1111_1110;

    private bool CoversStack(FrameState old, FrameState current, ulong live, ulong precise, bool exact, bool holds)
    {
        int slots = exact || holds ? Math.Max(old.UsedSlots, current.UsedSlots) : old.UsedSlots;
        if (!SameDynptrs(old, current)) return false;
        for (int index = 0; index < slots; index++)
        {
            if ((live & (1UL << index)) == 0) continue;
            ref readonly var oldSlot = ref old.SlotAt(index);
            ref readonly var slot = ref current.SlotAt(index);
            bool spill = oldSlot.IsSpill;
            if (oldSlot.IsDynptr) continue;
            if (oldSlot.IsIterator || slot.IsIterator)
            {
                if (!oldSlot.IsIterator || !slot.IsIterator || oldSlot.Spilled.Offset != slot.Spilled.Offset || !SameId(oldSlot.Spilled.Reference, slot.Spilled.Reference)) return false;
                continue;
            }

            if (oldSlot.IsInterruptFlag || slot.IsInterruptFlag)
            {
                if (!oldSlot.IsInterruptFlag || !slot.IsInterruptFlag || oldSlot.Spilled.Map != slot.Spilled.Map || !SameId(oldSlot.Spilled.Id, slot.Spilled.Id)) return false;
                continue;
            }

            if (!exact && spill && oldSlot.IsFullSpill && oldSlot.Spilled.IsScalar && slot.IsSomeNumber)
            {
                // Where the old path could do with any number, bytes of which nothing is known will do.
                if (!Covers(in oldSlot.Spilled, in Unknown, (precise & (1UL << index)) != 0, exact)) return false;
                continue;
            }

            for (int at = 0; at < 8; at++)
            {
                var oldKind = oldSlot.Bytes[at];
                var kind = slot.Bytes[at];
                if (exact)
                {
                    if (oldKind != kind) return false;
                    continue;
                }

                // What the old path could only read as some number covers everything.
                if (oldKind is StackByte.Invalid or StackByte.Misc) continue;
                if (oldKind == StackByte.Zero && kind == StackByte.Spill && slot.Spilled.IsConstant && slot.Spilled.Bits.Value == 0) continue;
                if (oldKind != kind) return false;
            }

            if (spill && slot.IsSpill && !Covers(in oldSlot.Spilled, in slot.Spilled, (precise & (1UL << index)) != 0, exact)) return false;
        }

        return true;
    }

    // Also those that nobody reads any more: what a store does depends on whether it hits one.
    private bool SameDynptrs(FrameState old, FrameState current)
    {
        for (int index = Math.Max(old.UsedSlots, current.UsedSlots) - 1; index >= 0; index--)
        {
            ref readonly var oldSlot = ref old.SlotAt(index);
            ref readonly var slot = ref current.SlotAt(index);
            if (oldSlot.IsDynptr != slot.IsDynptr) return false;
            if (!oldSlot.IsDynptr) continue;
            if (oldSlot.Spilled.Offset != slot.Spilled.Offset || oldSlot.Spilled.Map != slot.Spilled.Map) return false;
            if (!SameId(oldSlot.Spilled.Id, slot.Spilled.Id) || !SameId(oldSlot.Spilled.Reference, slot.Spilled.Reference)) return false;
        }

        return true;
    }

    private bool Covers(in RegState old, in RegState current, bool precise, bool exact)
    {
        if (exact)
        {
            return old.Type == current.Type && old.MaybeNull == current.MaybeNull && old.Flags == current.Flags && old.Offset == current.Offset && old.Map == current.Map
                && old.Range == current.Range && old.Frame == current.Frame && old.IsShifted == current.IsShifted && current.HasValuesOf(in old)
                && SameId(old.Id, current.Id) && SameId(old.Reference, current.Reference) && SameId(old.Dynptr, current.Dynptr);
        }

        if (old.Type == RegisterType.Uninitialized) return true;
        if (old.Type != current.Type || old.MaybeNull != current.MaybeNull || old.Flags != current.Flags) return false;
        switch (old.Type)
        {
            case RegisterType.Scalar:
                // A number that no check depended on may be any.
                return !precise || (CoversValues(in old, in current) && (old.Id == 0 || (old.IsShifted == current.IsShifted && old.Offset == current.Offset && SameScalarId(old.Id, current.Id))));
            case RegisterType.MapValue or RegisterType.RingBufferMemory or RegisterType.Memory or RegisterType.ReadOnlyMemory or RegisterType.KernelMemory:
                return old.Map == current.Map && old.Offset == current.Offset && old.Range == current.Range && CoversValues(in old, in current)
                    && SameId(old.Id, current.Id) && SameId(old.Reference, current.Reference) && SameId(old.Dynptr, current.Dynptr);
            case RegisterType.Packet or RegisterType.PacketMeta:
                return (old.Range < 0 || current.Range < 0 ? old.Range == current.Range : old.Range <= current.Range) && old.Offset == current.Offset && CoversValues(in old, in current) && (old.Id == 0 || SameId(old.Id, current.Id));
            default:
                return old.Offset == current.Offset && old.Map == current.Map && old.Frame == current.Frame && current.HasValuesOf(in old)
                    && SameId(old.Id, current.Id) && SameId(old.Reference, current.Reference);
        }
    }

    private static bool CoversValues(in RegState old, in RegState current) =>
        old.Min <= current.Min && old.Max >= current.Max && old.SignedMin <= current.SignedMin && old.SignedMax >= current.SignedMax
        && old.Min32 <= current.Min32 && old.Max32 >= current.Max32 && old.SignedMin32 <= current.SignedMin32 && old.SignedMax32 >= current.SignedMax32
        && old.Bits.Contains(current.Bits);

    // Two linked values on the old path must be linked on the new one; a value that is linked to none gets an id of its own.
    private bool SameScalarId(int old, int current) => SameId(old, current != 0 ? current : -1 - _ids.Count);

    private bool SameId(int old, int current)
    {
        if (old == 0 || current == 0) return old == current;
        foreach (var (oldId, newId) in _ids)
        {
            if (oldId == old) return newId == current;
            if (newId == current) return false;
        }

        _ids.Add((old, current));
        return true;
    }
}
