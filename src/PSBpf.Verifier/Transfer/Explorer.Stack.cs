using PSBpf.Diagnostics;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Pruning;

namespace PSBpf.Verifier;

internal sealed partial class Explorer
{
    /// <summary>Checks that an access lies in the frame and accounts for the stack it uses.</summary>
    private bool CheckStack(int register, in RegState pointer, int offset, int size)
    {
        long at = (long)pointer.Offset + offset, end;
        if (pointer.Bits.IsConstant)
        {
            at += (long)pointer.Bits.Value;
            end = at + size;
            if (at >= 0 || at < -FrameState.StackBytes || at + size > 0)
            {
                return Refuse(DiagnosticRules.StackBounds, $"invalid read from stack R{register} off={at} size={size}",
                    $"{size} bytes at r10{at:+0;-0;+0} are not within the {FrameState.StackBytes} bytes of stack below r10.", register);
            }
        }
        else
        {
            if (pointer.SignedMin <= -MaxVariableOffset || pointer.SignedMax >= MaxVariableOffset)
            {
                return Refuse(DiagnosticRules.UnboundedOffset, $"invalid unbounded variable-offset access to stack R{register}",
                    $"The offset into the stack in r{register} has no bounds.", register);
            }

            long least = at + pointer.SignedMin, most = at + pointer.SignedMax;
            if (least < -FrameState.StackBytes || most + size > 0)
            {
                return Refuse(DiagnosticRules.StackBounds, $"invalid variable-offset access to stack R{register} off={least} size={size}",
                    $"Between r10{least:+0;-0;+0} and r10{most + size:+0;-0;+0}, the access may leave the {FrameState.StackBytes} bytes of stack below r10.", register);
            }

            at = least;
            end = most + size;
        }

        int function = _state.FrameAt(pointer.Frame).Function;
        if (register != 10) Facts.ShareStack(function, (int)at, (int)end);
        ref int used = ref Facts.StackDepths[function];
        used = Math.Max(used, (int)-at);
        return true;
    }

    private bool LoadFromStack(int register, in RegState pointer, int offset, int size, ref RegState loaded)
    {
        var frame = _state.FrameAt(pointer.Frame);
        long at = (long)pointer.Offset + offset;
        if (!pointer.Bits.IsConstant)
        {
            int least = (int)(at + pointer.SignedMin), end = (int)(at + pointer.SignedMax) + size;
            if (!HoldsNoObject(register, in pointer, least, end, $"invalid read from stack off {least}+0 size {size}")) return false;
            Checkpoint.MarkRead(_state, pointer.Frame, FrameState.SlotMask(least, end));
            NoteUnwritten(frame, least, end);
            if (AllZero(frame, least, end)) loaded = RegState.ConstantScalar(0);
            return true;
        }

        int first = (int)(at + (long)pointer.Bits.Value);
        if (!HoldsNoObject(register, in pointer, first, first + size, $"invalid read from stack off {first}+0 size {size}")) return false;
        Checkpoint.MarkRead(_state, pointer.Frame, FrameState.SlotMask(first, first + size));
        NoteUnwritten(frame, first, first + size);
        ref readonly var slot = ref frame.SlotAt(FrameState.SlotOf(first));
        if (slot.IsSpill)
        {
            int from = FrameState.ByteOf(first);
            if (size == 8 && slot.IsFullSpill)
            {
                loaded = slot.Spilled;
                NoteSlot(pointer.Frame, first);
                return true;
            }

            if (slot.Spilled.IsPointer)
            {
                return Refuse(DiagnosticRules.StackBounds, "invalid size of register fill",
                    $"A spilled pointer ({slot.Spilled.TypeName}) is read back with {size} bytes instead of 8.", register);
            }

            int spilled = 0;
            while (spilled < 8 && slot.Bytes[spilled] == StackByte.Spill) spilled++;
            if (from == 0 && size <= spilled)
            {
                loaded = slot.Spilled;
                if (loaded.Max > (size == 8 ? ulong.MaxValue : (1UL << (size * 8)) - 1)) loaded.Unlink();
                NoteSlot(pointer.Frame, first);
            }
            else if (from + size <= spilled && slot.Spilled is { IsConstant: true, Bits.Value: 0 })
            {
                loaded = RegState.ConstantScalar(0);
                NoteSlot(pointer.Frame, first);
            }

            return true;
        }

        if (AllZero(frame, first, first + size)) loaded = RegState.ConstantScalar(0);
        return true;
    }

    /// <summary>What a store leaves on the stack.</summary>
    /// <param name="pointer">Where.</param>
    /// <param name="offset">The instruction's offset.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="stored">The value.</param>
    /// <param name="source">The register it came from; −1 for none.</param>
    private void StoreToStack(in RegState pointer, int offset, int size, RegState stored, int source)
    {
        var frame = _state.FrameAt(pointer.Frame);
        long at = (long)pointer.Offset + offset;
        if (!pointer.Bits.IsConstant)
        {
            // Any of these bytes may have been written.
            bool storesZero = stored is { IsConstant: true, Bits.Value: 0 };
            if (storesZero && source >= 0) _precision.Mark(_state, source);
            Smear(frame, (int)(at + pointer.SignedMin), (int)(at + pointer.SignedMax) + size, storesZero);
            return;
        }

        int first = (int)(at + (long)pointer.Bits.Value), from = FrameState.ByteOf(first);
        ref var slot = ref frame.Touch(first);
        if (size == 8) frame.WrittenSlots |= FrameState.SlotMask(first, first + size);
        if (size == 8 || (from == 0 && stored.IsScalar))
        {
            // The kind of the bytes that are not written survives, but not a register that lay there.
            slot.Scrub();
            // What does not fit is cut off when it is read back.
            if (size < 8 && stored.Max > (1UL << (size * 8)) - 1) stored.Unlink();

            slot.Spilled = stored;
            for (int index = 0; index < size; index++) slot.Bytes[index] = StackByte.Spill;
            NoteSlot(pointer.Frame, first);
            return;
        }

        slot.Scrub();
        bool zero = stored is { IsConstant: true, Bits.Value: 0 };
        if (zero && source >= 0) _precision.Mark(_state, source);
        for (int index = from; index < from + size; index++) slot.Bytes[index] = zero ? StackByte.Zero : StackByte.Misc;
    }

    /// <summary>Notes in the history that a register went into a stack slot, or came out of one.</summary>
    private void NoteSlot(int frame, int offset) =>
        _entry = _entry with { Effect = HistoryEffect.StackSlot, Frame = (byte)frame, Slot = (byte)FrameState.SlotOf(offset) };

    /// <summary>Makes bytes of stack hold some number: what a helper or a store at a variable offset leaves.</summary>
    private static void Smear(FrameState frame, int from, int end, bool keepZero = false)
    {
        for (int at = from; at < end; at++)
        {
            ref var slot = ref frame.Touch(at);
            if (slot.IsSpill || slot.IsObject) slot.Scrub();

            ref var kind = ref slot.Bytes[FrameState.ByteOf(at)];
            if (!(keepZero && kind == StackByte.Zero)) kind = StackByte.Misc;
        }
    }

    private void NoteUnwritten(FrameState frame, int from, int end)
    {
        for (int at = from; at < end; at++)
            if (frame.SlotAt(FrameState.SlotOf(at)).Bytes[FrameState.ByteOf(at)] == StackByte.Invalid) Facts.ReadUnwrittenStack();
    }

    private static bool AllZero(FrameState frame, int from, int end)
    {
        for (int at = from; at < end; at++)
        {
            ref readonly var slot = ref frame.SlotAt(FrameState.SlotOf(at));
            var kind = slot.Bytes[FrameState.ByteOf(at)];
            if (kind != StackByte.Zero) return false;
        }

        return true;
    }
}
