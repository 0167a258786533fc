using static PSBpf.Isa.OperandBounds;

namespace PSBpf.Isa;

public static partial class InstructionTable
{
    private static IEnumerable<InstructionForm> Arithmetic()
    {
        const ConformanceGroup base32 = ConformanceGroup.Base32, base64 = ConformanceGroup.Base64;
        (FormId First, AluOperation Operation, byte Code, string Mnemonic, string Symbol, int Offset)[] operations =
        [
            (FormId.Add64Imm, AluOperation.Add, Opcodes.Add, "add", "+=", 0),
            (FormId.Sub64Imm, AluOperation.Sub, Opcodes.Sub, "sub", "-=", 0),
            (FormId.Mul64Imm, AluOperation.Mul, Opcodes.Mul, "mul", "*=", 0),
            (FormId.Div64Imm, AluOperation.Div, Opcodes.Div, "div", "/=", 0),
            (FormId.Or64Imm, AluOperation.Or, Opcodes.Or, "or", "|=", 0),
            (FormId.And64Imm, AluOperation.And, Opcodes.And, "and", "&=", 0),
            (FormId.Lsh64Imm, AluOperation.Lsh, Opcodes.Lsh, "lsh", "<<=", 0),
            (FormId.Rsh64Imm, AluOperation.Rsh, Opcodes.Rsh, "rsh", ">>=", 0),
            (FormId.Mod64Imm, AluOperation.Mod, Opcodes.Mod, "mod", "%=", 0),
            (FormId.Xor64Imm, AluOperation.Xor, Opcodes.Xor, "xor", "^=", 0),
            (FormId.Mov64Imm, AluOperation.Mov, Opcodes.Mov, "mov", "=", 0),
            (FormId.Arsh64Imm, AluOperation.Arsh, Opcodes.Arsh, "arsh", "s>>=", 0),
            (FormId.Sdiv64Imm, AluOperation.Sdiv, Opcodes.Div, "sdiv", "s/=", 1),
            (FormId.Smod64Imm, AluOperation.Smod, Opcodes.Mod, "smod", "s%=", 1),
        ];
        foreach (var (first, operation, code, mnemonic, symbol, offset) in operations)
        {
            bool moves = operation == AluOperation.Mov;
            bool divides = operation is AluOperation.Mul or AluOperation.Div or AluOperation.Mod or AluOperation.Sdiv or AluOperation.Smod;
            for (int variant = 0; variant < 4; variant++)
            {
                bool wide = variant < 2, register = (variant & 1) == 1;
                string name = wide ? mnemonic : mnemonic + "32";
                yield return new InstructionForm
                {
                    Id = Next(first, variant),
                    Opcode = (byte)(code | (register ? Opcodes.X : Opcodes.K) | (wide ? Opcodes.Alu64 : Opcodes.Alu)),
                    Kind = moves ? FormKind.Move : FormKind.Alu,
                    Kernel = $"{(wide ? "{d}" : "{dw}")} {symbol} {(!register ? "{i}" : wide ? "{s}" : "{sw}")}",
                    MnemonicPattern = $"{name} %{{d}}, {(register ? "%{s}" : "{i}")}",
                    Mnemonic = name,
                    Width = wide ? 64 : 32,
                    Alu = operation,
                    UsesSource = register,
                    Destination = Register,
                    Source = register ? Register : Zero,
                    Offset = Exactly(offset),
                    Immediate = register ? Zero : Any32,
                    Uses = RegisterUse.WritesDestination | (moves ? 0 : RegisterUse.ReadsDestination) | (register ? RegisterUse.ReadsSource : 0),
                    Level = offset != 0 ? IsaLevel.V4 : wide ? IsaLevel.V1 : IsaLevel.V3,
                    Group = (divides, wide) switch
                    {
                        (true, true) => ConformanceGroup.Divmul64,
                        (true, false) => ConformanceGroup.Divmul32,
                        (false, true) => base64,
                        (false, false) => base32,
                    },
                };
            }
        }

        foreach (bool wide in (bool[])[true, false])
        {
            yield return new InstructionForm
            {
                Id = wide ? FormId.Neg64 : FormId.Neg32,
                Opcode = (byte)(Opcodes.Neg | (wide ? Opcodes.Alu64 : Opcodes.Alu)),
                Kind = FormKind.Negate,
                Kernel = wide ? "{d} = -{d}" : "{dw} = -{dw}",
                MnemonicPattern = wide ? "neg %{d}" : "neg32 %{d}",
                Mnemonic = wide ? "neg" : "neg32",
                Width = wide ? 64 : 32,
                Destination = Register,
                Uses = RegisterUse.ReadsDestination | RegisterUse.WritesDestination,
                Group = wide ? base64 : base32,
            };
        }

        (FormId Id, int To, int From)[] signExtending =
        [
            (FormId.Movsx64From8, 64, 8), (FormId.Movsx64From16, 64, 16), (FormId.Movsx64From32, 64, 32),
            (FormId.Movsx32From8, 32, 8), (FormId.Movsx32From16, 32, 16),
        ];
        foreach (var (id, to, from) in signExtending)
        {
            yield return new InstructionForm
            {
                Id = id,
                Opcode = (byte)(Opcodes.Mov | Opcodes.X | (to == 64 ? Opcodes.Alu64 : Opcodes.Alu)),
                Kind = FormKind.MoveSigned,
                Kernel = to == 64 ? $"{{d}} = (s{from}){{s}}" : $"{{dw}} = (s{from}){{sw}}",
                MnemonicPattern = $"movsx{from}{to} %{{d}}, %{{s}}",
                Mnemonic = $"movsx{from}{to}",
                Width = to,
                UsesSource = true,
                Destination = Register,
                Source = Register,
                Offset = Exactly(from),
                Uses = RegisterUse.WritesDestination | RegisterUse.ReadsSource,
                Level = IsaLevel.V4,
                Group = to == 64 ? base64 : base32,
            };
        }

        (FormId First, FormKind Kind, byte Opcode, string Name, IsaLevel Level)[] swaps =
        [
            (FormId.Le16, FormKind.ToLittleEndian, Opcodes.End | Opcodes.K | Opcodes.Alu, "le", IsaLevel.V1),
            (FormId.Be16, FormKind.ToBigEndian, Opcodes.End | Opcodes.X | Opcodes.Alu, "be", IsaLevel.V1),
            (FormId.Bswap16, FormKind.ByteSwap, Opcodes.End | Opcodes.K | Opcodes.Alu64, "bswap", IsaLevel.V4),
        ];
        foreach (var (first, kind, opcode, name, level) in swaps)
        {
            for (int step = 0; step < 3; step++)
            {
                int width = 16 << step;
                yield return new InstructionForm
                {
                    Id = Next(first, step),
                    Opcode = opcode,
                    Kind = kind,
                    Kernel = $"{{d}} = {name}{width} {{d}}",
                    MnemonicPattern = $"{name}{width} %{{d}}",
                    Mnemonic = $"{name}{width}",
                    Width = width,
                    Destination = Register,
                    Immediate = Exactly(width),
                    Uses = RegisterUse.ReadsDestination | RegisterUse.WritesDestination,
                    Level = level,
                    Group = width == 64 ? base64 : base32,
                };
            }
        }

        // The immediate holds the two address spaces: destination in the high half, source in the low one.
        (FormId Id, int Immediate, string Spaces)[] casts =
            [(FormId.AddrSpaceCastToKernel, 1, "0, 1"), (FormId.AddrSpaceCastToUser, 1 << 16, "1, 0")];
        foreach (var (id, immediate, spaces) in casts)
        {
            yield return new InstructionForm
            {
                Id = id,
                Opcode = Opcodes.Mov | Opcodes.X | Opcodes.Alu64,
                Kind = FormKind.AddressSpaceCast,
                Kernel = $"{{d}} = addr_space_cast({{s}}, {spaces})",
                MnemonicPattern = $"addr_space_cast %{{d}}, %{{s}}, {spaces}",
                Mnemonic = id == FormId.AddrSpaceCastToKernel ? "addr_space_cast_kern" : "addr_space_cast_user",
                Width = 64,
                UsesSource = true,
                Destination = Register,
                Source = Register,
                Offset = Exactly(1),
                Immediate = Exactly(immediate),
                Uses = RegisterUse.WritesDestination | RegisterUse.ReadsSource,
                Level = IsaLevel.Linux,
            };
        }
    }
}
