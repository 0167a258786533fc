namespace PSBpf.Isa;

/// <summary>Turns slots into instructions by the table.</summary>
public static class InstructionDecoder
{
    /// <summary>Decodes a whole program.</summary>
    /// <param name="slots">The program.</param>
    /// <param name="decoded">Receives one entry per slot; as long as <paramref name="slots"/>.</param>
    /// <returns>Null, or what is wrong with the first slot that no row of the table fits.</returns>
    public static DecodeError? Decode(ReadOnlySpan<Instruction> slots, Span<DecodedInstruction> decoded)
    {
        for (int index = 0; index < slots.Length; index++)
        {
            var slot = slots[index];
            if (InstructionTable.Find(slot) is not { } form) return Explain(slot, index);
            switch (form.Kind)
            {
                case FormKind.LoadImmediate64:
                    if (index + 1 >= slots.Length || slots[index + 1] is not { Opcode: 0, Destination: 0, Source: 0, Offset: 0 } second)
                        return new DecodeError(index, "invalid bpf_ld_imm64 insn");
                    int target = form.Id == FormId.LddwFunction ? index + 1 + slot.Immediate : 0;
                    decoded[index] = new DecodedInstruction(
                        form.Id, slot.Destination, slot.Source, target, (uint)slot.Immediate | (long)second.Immediate << 32);
                    decoded[++index] = default;
                    break;
                case FormKind.Branch or FormKind.Jump or FormKind.MayGoto or FormKind.CallFunction:
                    int distance = form.Id is FormId.Gotol or FormId.CallFunction ? slot.Immediate : slot.Offset;
                    decoded[index] = new DecodedInstruction(
                        form.Id, slot.Destination, slot.Source, index + 1 + distance, slot.Immediate);
                    break;
                default:
                    decoded[index] = new DecodedInstruction(form.Id, slot.Destination, slot.Source, slot.Offset, slot.Immediate);
                    break;
            }
        }

        return null;
    }

    /// <summary>Reads slots from bytes; the length must be a multiple of 8.</summary>
    public static Instruction[] ReadSlots(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % Instruction.Size != 0)
        {
            throw Diagnostics.DiagnosticRules.InstructionLength.Error(
                $"{bytes.Length} bytes are no whole number of {Instruction.Size}-byte instruction slots.");
        }

        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, Instruction>(bytes).ToArray();
    }

    private static DecodeError Explain(Instruction slot, int index)
    {
        var candidates = InstructionTable.WithOpcode(slot.Opcode);
        if (candidates.IsEmpty) return new DecodeError(index, $"unknown opcode {slot.Opcode:x2}");
        var nearest = candidates[0];
        foreach (var candidate in candidates)
        {
            if (!candidate.Immediate.Accepts(slot.Immediate) || !candidate.Source.Accepts(slot.Source)) continue;
            nearest = candidate;
        }

        if (nearest.Destination == OperandBounds.Register && slot.Destination > 10) return new DecodeError(index, $"R{slot.Destination} is invalid");
        if (nearest.Source == OperandBounds.Register && slot.Source > 10) return new DecodeError(index, $"R{slot.Source} is invalid");
        return new DecodeError(index, nearest.Kind switch
        {
            FormKind.Load or FormKind.LoadSigned => "BPF_LDX uses reserved fields",
            FormKind.Store => "BPF_STX uses reserved fields",
            FormKind.StoreImmediate => "BPF_ST uses reserved fields",
            FormKind.Atomic or FormKind.AtomicExchange or FormKind.AtomicCompareExchange or FormKind.LoadAcquire or FormKind.StoreRelease =>
                $"BPF_ATOMIC uses invalid atomic opcode {slot.Immediate:x2}",
            FormKind.LoadImmediate64 => "invalid bpf_ld_imm64 insn",
            FormKind.LoadPacketAbsolute or FormKind.LoadPacketIndirect => "BPF_LD_[ABS|IND] uses reserved fields",
            FormKind.CallHelper or FormKind.CallFunction or FormKind.CallKfunc or FormKind.CallRegister => "BPF_CALL uses reserved fields",
            FormKind.Exit => "BPF_EXIT uses reserved fields",
            FormKind.Jump => "BPF_JA uses reserved fields",
            FormKind.MayGoto => "invalid may_goto",
            FormKind.Branch => "BPF_JMP/JMP32 uses reserved fields",
            FormKind.Negate => "BPF_NEG uses reserved fields",
            FormKind.ToLittleEndian or FormKind.ToBigEndian or FormKind.ByteSwap => "BPF_END uses reserved fields",
            FormKind.Move or FormKind.MoveSigned or FormKind.AddressSpaceCast => "BPF_MOV uses reserved fields",
            _ => "BPF_ALU uses reserved fields",
        });
    }
}

/// <summary>Why a slot is no instruction, in the kernel's wording.</summary>
/// <param name="Index">The slot.</param>
/// <param name="Message">The wording.</param>
public sealed record DecodeError(int Index, string Message);
