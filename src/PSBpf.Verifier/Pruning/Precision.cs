using System.Numerics;
using PSBpf.Isa;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Pruning;

/// <summary>
/// Finds out which numbers of remembered states mattered. When a check depends on a number, the path is followed
/// backwards, from the register to what it was computed from, and the numbers found are marked in every checkpoint on
/// the way. Numbers that no check depended on need not agree when states are compared.
/// </summary>
internal sealed class Precision(DecodedInstruction[] code)
{
    private readonly ushort[] _registers = new ushort[PathState.MaxFrames];
    private readonly ulong[] _slots = new ulong[PathState.MaxFrames];
    private int _depth;

    /// <summary>Marks what a register of the running frame was computed from.</summary>
    public void Mark(PathState path, int register)
    {
        if (path.Parent is null) return;
        Clear();
        _registers[path.Depth] = (ushort)(1 << register);
        Walk(path);
    }

    /// <summary>Marks what a number in a stack slot was computed from.</summary>
    public void MarkSlot(PathState path, int frame, int slot)
    {
        if (path.Parent is null) return;
        Clear();
        _slots[frame] = 1UL << slot;
        Walk(path);
    }

    /// <summary>Marks what a path's values were computed from, where a checkpoint that covers it depends on them.</summary>
    public void MarkAs(PathState path, Checkpoint covering)
    {
        if (path.Parent is null) return;
        Clear();
        for (int frame = 0; frame <= path.Depth; frame++)
        {
            _registers[frame] = covering.PreciseRegisters[frame];
            _slots[frame] = covering.PreciseSlots[frame];
        }

        KeepScalars(path);
        Walk(path);
    }

    private void Clear()
    {
        Array.Clear(_registers);
        Array.Clear(_slots);
    }

    private bool IsDone
    {
        get
        {
            for (int frame = 0; frame < PathState.MaxFrames; frame++)
                if (_registers[frame] != 0 || _slots[frame] != 0) return false;
            return true;
        }
    }

    private void Walk(PathState path)
    {
        _depth = path.Depth;
        var history = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(path.History);
        for (var checkpoint = path.Parent; checkpoint is not null; checkpoint = checkpoint.Parent)
        {
            for (int index = history.Length - 1; index >= 0; index--)
            {
                if (IsDone) return;
                Back(history[index]);
            }

            KeepScalars(checkpoint.State);
            for (int frame = 0; frame <= checkpoint.State.Depth; frame++)
            {
                // What is marked already was followed before.
                _registers[frame] &= (ushort)~checkpoint.PreciseRegisters[frame];
                _slots[frame] &= ~checkpoint.PreciseSlots[frame];
                checkpoint.PreciseRegisters[frame] |= _registers[frame];
                checkpoint.PreciseSlots[frame] |= _slots[frame];
            }

            if (IsDone) return;
            history = checkpoint.History;
        }
    }

    // Only numbers are imprecise; pointers are always compared.
    private void KeepScalars(PathState state)
    {
        for (int frame = 0; frame < PathState.MaxFrames; frame++)
        {
            if (frame > state.Depth)
            {
                _registers[frame] = 0;
                _slots[frame] = 0;
                continue;
            }

            var at = state.FrameAt(frame);
            for (int mask = _registers[frame]; mask != 0; mask &= mask - 1)
            {
                int register = BitOperations.TrailingZeroCount(mask);
                if (!at.Registers[register].IsScalar) _registers[frame] &= (ushort)~(1 << register);
            }

            for (ulong mask = _slots[frame]; mask != 0; mask &= mask - 1)
            {
                int slot = BitOperations.TrailingZeroCount(mask);
                if (!at.SlotAt(slot).IsSpill || !at.SlotAt(slot).Spilled.IsScalar) _slots[frame] &= ~(1UL << slot);
            }
        }
    }

    private void Back(HistoryEntry entry)
    {
        ref readonly var instruction = ref code[entry.Pc];
        var row = instruction.Row;
        if (entry.Effect == HistoryEffect.Returned)
        {
            Take(0);
            BackIntoCallee(0);
            return;
        }

        if (entry.Effect == HistoryEffect.LeftCallback)
        {
            BackIntoCallee(0);
            return;
        }

        if (entry.Effect == HistoryEffect.EnteredCallback)
        {
            // What a callback gets was computed from nothing here.
            _registers[_depth] = 0;
            _slots[_depth] = 0;
            _depth--;
            return;
        }

        switch (row.Kind)
        {
            case FormKind.Move or FormKind.MoveSigned or FormKind.AddressSpaceCast:
                if (Take(instruction.Destination) && row.UsesSource) Want(instruction.Source);
                break;
            case FormKind.Alu:
                if (Wants(instruction.Destination) && row.UsesSource) Want(instruction.Source);
                break;
            case FormKind.Negate or FormKind.ToLittleEndian or FormKind.ToBigEndian or FormKind.ByteSwap or FormKind.Jump or FormKind.MayGoto:
                break;
            case FormKind.LoadImmediate64:
                Take(instruction.Destination);
                break;
            case FormKind.Load or FormKind.LoadSigned or FormKind.LoadAcquire:
                if (Take(instruction.Destination) && entry.Effect == HistoryEffect.StackSlot) _slots[entry.Frame] |= 1UL << entry.Slot;
                break;
            case FormKind.Store or FormKind.StoreImmediate or FormKind.StoreRelease:
                if (entry.Effect != HistoryEffect.StackSlot || (_slots[entry.Frame] & (1UL << entry.Slot)) == 0) break;
                _slots[entry.Frame] &= ~(1UL << entry.Slot);
                if (row.UsesSource) Want(instruction.Source);
                break;
            case FormKind.Atomic or FormKind.AtomicExchange:
                if (row.Fetches) Take(instruction.Source);
                break;
            case FormKind.AtomicCompareExchange:
                Take(0);
                break;
            case FormKind.Branch:
                bool either = Wants(instruction.Destination) || (row.UsesSource && Wants(instruction.Source));
                if (entry.Effect == HistoryEffect.Linked || (either && row.UsesSource))
                {
                    Want(instruction.Destination);
                    if (row.UsesSource) Want(instruction.Source);
                }

                break;
            case FormKind.CallFunction:
                // Back in the caller: what the callee got came from there.
                int arguments = _registers[_depth] & 0b11_1110;
                _registers[_depth] = 0;
                _slots[_depth] = 0;
                _depth--;
                _registers[_depth] |= (ushort)arguments;
                break;
            case FormKind.Exit:
                // Back in the callee: the caller's r0 was its r0.
                BackIntoCallee((ushort)(Take(0) ? 1 : 0));
                break;
            default: // calls of helpers and packet loads: their results are computed from nothing here
                _registers[_depth] &= 0b11_1100_0000;
                break;
        }
    }

    private void BackIntoCallee(ushort registers)
    {
        _depth++;
        _registers[_depth] = registers;
        _slots[_depth] = 0;
    }

    private bool Wants(int register) => (_registers[_depth] & (1 << register)) != 0;

    private void Want(int register)
    {
        if (register != 10) _registers[_depth] |= (ushort)(1 << register);
    }

    private bool Take(int register)
    {
        bool wanted = Wants(register);
        _registers[_depth] &= (ushort)~(1 << register);
        return wanted;
    }
}
