using static PSBpf.Isa.OperandBounds;

namespace PSBpf.Isa;

public static partial class InstructionTable
{
    private static IEnumerable<InstructionForm> Jumps()
    {
        (FormId First, Condition Condition, byte Code, string Mnemonic, string Symbol)[] branches =
        [
            (FormId.Jeq64Imm, Condition.Jeq, Opcodes.Jeq, "jeq", "=="),
            (FormId.Jgt64Imm, Condition.Jgt, Opcodes.Jgt, "jgt", ">"),
            (FormId.Jge64Imm, Condition.Jge, Opcodes.Jge, "jge", ">="),
            (FormId.Jset64Imm, Condition.Jset, Opcodes.Jset, "jset", "&"),
            (FormId.Jne64Imm, Condition.Jne, Opcodes.Jne, "jne", "!="),
            (FormId.Jsgt64Imm, Condition.Jsgt, Opcodes.Jsgt, "jsgt", "s>"),
            (FormId.Jsge64Imm, Condition.Jsge, Opcodes.Jsge, "jsge", "s>="),
            (FormId.Jlt64Imm, Condition.Jlt, Opcodes.Jlt, "jlt", "<"),
            (FormId.Jle64Imm, Condition.Jle, Opcodes.Jle, "jle", "<="),
            (FormId.Jslt64Imm, Condition.Jslt, Opcodes.Jslt, "jslt", "s<"),
            (FormId.Jsle64Imm, Condition.Jsle, Opcodes.Jsle, "jsle", "s<="),
        ];
        foreach (var (first, condition, code, mnemonic, symbol) in branches)
        {
            for (int variant = 0; variant < 4; variant++)
            {
                bool wide = variant < 2, register = (variant & 1) == 1;
                string name = wide ? mnemonic : mnemonic + "32";
                string left = wide ? "{d}" : "{dw}", right = !register ? "{i}" : wide ? "{s}" : "{sw}";
                yield return new InstructionForm
                {
                    Id = Next(first, variant),
                    Opcode = (byte)(code | (register ? Opcodes.X : Opcodes.K) | (wide ? Opcodes.Jmp : Opcodes.Jmp32)),
                    Kind = FormKind.Branch,
                    Kernel = $"if {left} {symbol} {right} goto {{j}}",
                    MnemonicPattern = $"{name} %{{d}}, {(register ? "%{s}" : "{i}")}, {{j}}",
                    Mnemonic = name,
                    Width = wide ? 64 : 32,
                    Condition = condition,
                    UsesSource = register,
                    Destination = Register,
                    Source = register ? Register : Zero,
                    Offset = Any16,
                    Immediate = register ? Zero : Any32,
                    Uses = RegisterUse.ReadsDestination | (register ? RegisterUse.ReadsSource : 0),
                    Level = !wide ? IsaLevel.V3 : condition >= Condition.Jlt ? IsaLevel.V2 : IsaLevel.V1,
                    Group = wide ? ConformanceGroup.Base64 : ConformanceGroup.Base32,
                };
            }
        }

        const RegisterUse call = RegisterUse.WritesR0 | RegisterUse.ClobbersArguments;
        yield return new InstructionForm
        {
            Id = FormId.Ja, Opcode = Opcodes.Ja | Opcodes.Jmp, Kind = FormKind.Jump, Kernel = "goto {j}", MnemonicPattern = "ja {j}", Mnemonic = "ja",
            Offset = Any16, Group = ConformanceGroup.Base32,
        };
        yield return new InstructionForm
        {
            Id = FormId.Gotol, Opcode = Opcodes.Ja | Opcodes.Jmp32, Kind = FormKind.Jump, Kernel = "gotol {ji}", MnemonicPattern = "ja32 {ji}", Mnemonic = "ja32",
            Immediate = Any32, Level = IsaLevel.V4, Group = ConformanceGroup.Base32,
        };
        yield return new InstructionForm
        {
            Id = FormId.MayGoto, Opcode = Opcodes.Jcond | Opcodes.Jmp, Kind = FormKind.MayGoto, Kernel = "may_goto {j}", MnemonicPattern = "may_goto {j}", Mnemonic = "may_goto",
            Offset = Any16, Level = IsaLevel.Linux,
        };
        yield return new InstructionForm
        {
            Id = FormId.CallHelper, Opcode = Opcodes.Call | Opcodes.Jmp, Kind = FormKind.CallHelper, Kernel = "call {h}", MnemonicPattern = "call {h}", Mnemonic = "call",
            Immediate = Any32, Uses = call, Group = ConformanceGroup.Base32,
        };
        yield return new InstructionForm
        {
            Id = FormId.CallFunction, Opcode = Opcodes.Call | Opcodes.Jmp, Kind = FormKind.CallFunction, Kernel = "call {ji}", MnemonicPattern = "call local {ji}", Mnemonic = "call_local",
            Source = Exactly(Opcodes.PseudoCall), Immediate = Any32, Uses = call, Level = IsaLevel.V3, Group = ConformanceGroup.Base32,
        };
        yield return new InstructionForm
        {
            Id = FormId.CallKfunc, Opcode = Opcodes.Call | Opcodes.Jmp, Kind = FormKind.CallKfunc, Kernel = "call kfunc {i} {o}", MnemonicPattern = "call kfunc {i} {o}", Mnemonic = "call_kfunc",
            Source = Exactly(Opcodes.PseudoKfuncCall), Offset = Any16, Immediate = Any32, Uses = call, Level = IsaLevel.Linux, Group = ConformanceGroup.Base32,
        };
        yield return new InstructionForm
        {
            Id = FormId.CallReg, Opcode = Opcodes.Call | Opcodes.X | Opcodes.Jmp, Kind = FormKind.CallRegister, Kernel = "callx {d}", MnemonicPattern = "callx %{d}", Mnemonic = "callx",
            Destination = Register, Uses = call | RegisterUse.ReadsDestination, Level = IsaLevel.Linux,
        };
        yield return new InstructionForm
        {
            Id = FormId.Exit, Opcode = Opcodes.Exit | Opcodes.Jmp, Kind = FormKind.Exit, Kernel = "exit", MnemonicPattern = "exit", Mnemonic = "exit",
            Uses = RegisterUse.ReadsR0, Group = ConformanceGroup.Base32,
        };
    }
}
