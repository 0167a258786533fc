using PSBpf.Diagnostics;
using PSBpf.Isa;

namespace PSBpf.CoRe;

/// <summary>Puts the target's answer into the instruction that asked.</summary>
internal static class CorePatch
{
    /// <summary>
    /// The helper that instructions call which must not run: no kernel has it, so that a verifier refuses whatever reaches it.
    /// libbpf uses the same number, and people search for it.
    /// </summary>
    public const int PoisonedCall = 0xbad2310;

    private const byte LoadImmediate64 = Opcodes.Ld | Opcodes.Imm | Opcodes.Dw;
    private const byte Call = Opcodes.Jmp | Opcodes.Call;

    /// <summary>Changes an instruction.</summary>
    /// <param name="code">The section's slots.</param>
    /// <param name="at">The instruction's slot.</param>
    /// <param name="result">What the relocation came to.</param>
    /// <param name="location">Its place, for messages.</param>
    /// <returns>Why the instruction must not run; null when it may.</returns>
    /// <exception cref="BpfException">BPF0313: the instruction cannot take the answer, or does not hold what it should.</exception>
    public static string? Apply(Span<Instruction> code, int at, CoreResult result, DiagnosticLocation location)
    {
        Instruction instruction = code[at];
        bool isWide = instruction.Opcode == LoadImmediate64;
        if (isWide && at + 1 == code.Length) throw Error(result, "is against half an lddw instruction", location);
        if (!result.Target.IsFound) return Poison(code, at, isWide, Missing(result.Kind));

        ulong value = result.Target.Value;
        switch (instruction.Opcode & Opcodes.ClassMask)
        {
            case Opcodes.Alu or Opcodes.Alu64 when (instruction.Opcode & Opcodes.SourceMask) == Opcodes.K:
                Check(result, (uint)instruction.Immediate, uint.MaxValue, location);
                code[at] = instruction.WithImmediate(unchecked((int)value));
                return null;
            case Opcodes.Ldx or Opcodes.St or Opcodes.Stx:
                return ApplyToAccess(code, at, instruction, result, location);
            case Opcodes.Ld when isWide && instruction.Source == 0 && instruction.Offset == 0 && code[at + 1] is { Opcode: 0, Source: 0, Destination: 0, Offset: 0 }:
                Check(result, (uint)instruction.Immediate | (ulong)(uint)code[at + 1].Immediate << 32, ulong.MaxValue, location);
                code[at] = instruction.WithImmediate(unchecked((int)value));
                code[at + 1] = code[at + 1].WithImmediate(unchecked((int)(value >> 32)));
                return null;
            default:
                throw Error(result, $"is against an instruction with opcode {instruction.Opcode:x2}, which cannot take it", location);
        }
    }

    private static string? ApplyToAccess(Span<Instruction> code, int at, Instruction instruction, CoreResult result, DiagnosticLocation location)
    {
        Check(result, (ushort)instruction.Offset, ushort.MaxValue, location);
        if (result.Target.Value > (ulong)short.MaxValue)
            throw Error(result, $"comes to {result.Target.Value}, which is too far for a load or store", location);
        if (!result.CanResize) return Poison(code, at, isWide: false, "is of another size there, and signed or no number, so that it cannot be read as the object reads it");

        byte opcode = instruction.Opcode;
        if (result.LocalSize != result.TargetSize && result.LocalSize > 0 && result.TargetSize > 0)
        {
            if (BytesOf(opcode) != result.LocalSize)
                throw Error(result, $"is against a load or store of {BytesOf(opcode)} bytes, but the field has {result.LocalSize}", location);
            if (SizeBits(result.TargetSize) is not { } size) throw Error(result, $"is about a field of {result.TargetSize} bytes, which no load or store has", location);
            opcode = (byte)((opcode & ~Opcodes.SizeMask) | size);
        }

        code[at] = new Instruction(opcode, instruction.Destination, instruction.Source, (short)result.Target.Value, instruction.Immediate);
        return null;
    }

    private static string Poison(Span<Instruction> code, int at, bool isWide, string reason)
    {
        for (int slot = at; slot <= (isWide ? at + 1 : at); slot++) code[slot] = new Instruction(Call, 0, 0, 0, PoisonedCall);
        return reason;
    }

    private static string Missing(CoreKind kind) => kind.IsEnumValue() ? "has no such value there" : kind.IsField() ? "is not there" : "is no type there";

    private static void Check(CoreResult result, ulong present, ulong mask, DiagnosticLocation location)
    {
        if (result.Local.MustAgree && present != (result.Local.Value & mask))
            throw Error(result, $"is against an instruction that holds {present}, but the object's own types make it {result.Local.Value}", location);
    }

    private static int BytesOf(byte opcode) => (opcode & Opcodes.SizeMask) switch
    {
        Opcodes.B => 1,
        Opcodes.H => 2,
        Opcodes.W => 4,
        _ => 8,
    };

    private static byte? SizeBits(int bytes) => bytes switch
    {
        1 => Opcodes.B,
        2 => Opcodes.H,
        4 => Opcodes.W,
        8 => Opcodes.Dw,
        _ => null,
    };

    private static BpfException Error(CoreResult result, string what, DiagnosticLocation location) =>
        DiagnosticRules.CoreMalformed.Error($"The CO-RE relocation of '{result.What}' ({result.Kind}) {what}.", location);
}
