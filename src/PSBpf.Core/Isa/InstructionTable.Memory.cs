using static PSBpf.Isa.OperandBounds;

namespace PSBpf.Isa;

public static partial class InstructionTable
{
    // Access sizes in the order of FormId's families. A property, since it is read while the table's fields are initialised.
    private static (string Suffix, int Width, byte Code)[] Sizes =>
        [("b", 8, Opcodes.B), ("h", 16, Opcodes.H), ("w", 32, Opcodes.W), ("dw", 64, Opcodes.Dw)];

    private static ConformanceGroup BaseGroup(int width) => width == 64 ? ConformanceGroup.Base64 : ConformanceGroup.Base32;

    private static IEnumerable<InstructionForm> Memory()
    {
        for (int size = 0; size < Sizes.Length; size++)
        {
            var (suffix, width, code) = Sizes[size];
            var load = new InstructionForm
            {
                Id = Next(FormId.Ldxb, size),
                Opcode = (byte)(Opcodes.Mem | code | Opcodes.Ldx),
                Kind = FormKind.Load,
                Kernel = $"{{d}} = *(u{width} *)({{s}} {{o}})",
                MnemonicPattern = $"ldx{suffix} %{{d}}, [%{{s}}{{a}}]",
                Mnemonic = "ldx" + suffix,
                Width = width,
                UsesSource = true,
                Destination = Register,
                Source = Register,
                Offset = Any16,
                Uses = RegisterUse.WritesDestination | RegisterUse.ReadsSource,
                Group = BaseGroup(width),
            };
            yield return load;
            if (width < 64)
            {
                yield return load with
                {
                    Id = Next(FormId.Ldxsb, size),
                    Opcode = (byte)(Opcodes.Memsx | code | Opcodes.Ldx),
                    Kind = FormKind.LoadSigned,
                    Kernel = $"{{d}} = *(s{width} *)({{s}} {{o}})",
                    MnemonicPattern = $"ldxs{suffix} %{{d}}, [%{{s}}{{a}}]",
                    Mnemonic = "ldxs" + suffix,
                    Level = IsaLevel.V4,
                    Group = ConformanceGroup.Base64,
                };
            }

            yield return new InstructionForm
            {
                Id = Next(FormId.Stb, size),
                Opcode = (byte)(Opcodes.Mem | code | Opcodes.St),
                Kind = FormKind.StoreImmediate,
                Kernel = $"*(u{width} *)({{d}} {{o}}) = {{i}}",
                MnemonicPattern = $"st{suffix} [%{{d}}{{a}}], {{i}}",
                Mnemonic = "st" + suffix,
                Width = width,
                Destination = Register,
                Offset = Any16,
                Immediate = Any32,
                Uses = RegisterUse.ReadsDestination,
                Group = BaseGroup(width),
            };
            yield return new InstructionForm
            {
                Id = Next(FormId.Stxb, size),
                Opcode = (byte)(Opcodes.Mem | code | Opcodes.Stx),
                Kind = FormKind.Store,
                Kernel = $"*(u{width} *)({{d}} {{o}}) = {{s}}",
                MnemonicPattern = $"stx{suffix} [%{{d}}{{a}}], %{{s}}",
                Mnemonic = "stx" + suffix,
                Width = width,
                UsesSource = true,
                Destination = Register,
                Source = Register,
                Offset = Any16,
                Uses = RegisterUse.ReadsDestination | RegisterUse.ReadsSource,
                Group = BaseGroup(width),
            };
        }

        (FormId Id, int Pseudo, string Kernel, string Operand, string Mnemonic)[] immediates =
        [
            (FormId.Lddw, 0, "{d} = {i64} ll", "{i64}", "lddw"),
            (FormId.LddwMapFd, Opcodes.PseudoMapFd, "{d} = map_fd {i}", "map_fd {i}", "lddw_map_fd"),
            (FormId.LddwMapValue, Opcodes.PseudoMapValue, "{d} = map_fd {i}[0] {i2}", "map_fd {i}[0] {i2}", "lddw_map_value"),
            (FormId.LddwBtfId, Opcodes.PseudoBtfId, "{d} = btf_id {i} {i2}", "btf_id {i} {i2}", "lddw_btf_id"),
            (FormId.LddwFunction, Opcodes.PseudoFunction, "{d} = func {ji}", "func {ji}", "lddw_func"),
            (FormId.LddwMapIndex, Opcodes.PseudoMapIndex, "{d} = map[{m}]", "map[{m}]", "lddw_map_idx"),
            (FormId.LddwMapIndexValue, Opcodes.PseudoMapIndexValue, "{d} = map[{m}][0] {i2}", "map[{m}][0] {i2}", "lddw_map_idx_value"),
        ];
        foreach (var (id, pseudo, kernel, operand, mnemonic) in immediates)
        {
            yield return new InstructionForm
            {
                Id = id,
                Opcode = Opcodes.Imm | Opcodes.Dw | Opcodes.Ld,
                Kind = FormKind.LoadImmediate64,
                Kernel = kernel,
                MnemonicPattern = "lddw %{d}, " + operand,
                Mnemonic = mnemonic,
                Width = 64,
                Destination = Register,
                Source = Exactly(pseudo),
                Immediate = Any32,
                Uses = RegisterUse.WritesDestination,
                Group = ConformanceGroup.Base64,
            };
        }

        for (int size = 0; size < 3; size++)
        {
            var (suffix, width, code) = Sizes[size];
            var absolute = new InstructionForm
            {
                Id = Next(FormId.Ldabsb, size),
                Opcode = (byte)(Opcodes.Abs | code | Opcodes.Ld),
                Kind = FormKind.LoadPacketAbsolute,
                Kernel = $"r0 = *(u{width} *)skb[{{i}}]",
                MnemonicPattern = $"ldabs{suffix} {{i}}",
                Mnemonic = "ldabs" + suffix,
                Width = width,
                Immediate = Any32,
                Uses = RegisterUse.WritesR0 | RegisterUse.ClobbersArguments,
                Group = ConformanceGroup.Packet,
            };
            yield return absolute;
            yield return absolute with
            {
                Id = Next(FormId.Ldindb, size),
                Opcode = (byte)(Opcodes.Ind | code | Opcodes.Ld),
                Kind = FormKind.LoadPacketIndirect,
                Kernel = $"r0 = *(u{width} *)skb[{{s}} + {{i}}]",
                MnemonicPattern = $"ldind{suffix} %{{s}}, {{i}}",
                Mnemonic = "ldind" + suffix,
                UsesSource = true,
                Source = Register,
                Uses = absolute.Uses | RegisterUse.ReadsSource,
            };
        }
    }

    private static IEnumerable<InstructionForm> Atomics()
    {
        const RegisterUse memory = RegisterUse.ReadsDestination | RegisterUse.ReadsSource;
        (FormId First, AluOperation Operation, int Immediate, string Name, string Symbol)[] operations =
        [
            (FormId.AtomicAdd64, AluOperation.Add, Opcodes.Add, "add", "+="),
            (FormId.AtomicOr64, AluOperation.Or, Opcodes.Or, "or", "|="),
            (FormId.AtomicAnd64, AluOperation.And, Opcodes.And, "and", "&="),
            (FormId.AtomicXor64, AluOperation.Xor, Opcodes.Xor, "xor", "^="),
        ];
        for (int narrow = 0; narrow < 2; narrow++)
        {
            int width = narrow == 0 ? 64 : 32;
            string register = narrow == 0 ? "{s}" : "{sw}", atomic = narrow == 0 ? "atomic64" : "atomic", suffix = narrow == 0 ? "" : "32";
            string address = $"(u{width} *)({{d}} {{o}})", operands = "[%{d}{a}], %{s}";
            var common = new InstructionForm
            {
                Id = FormId.None,
                Opcode = (byte)(Opcodes.Atomic | (narrow == 0 ? Opcodes.Dw : Opcodes.W) | Opcodes.Stx),
                Kind = FormKind.Atomic,
                Kernel = "",
                MnemonicPattern = "",
                Mnemonic = "",
                Width = width,
                UsesSource = true,
                Destination = Register,
                Source = Register,
                Offset = Any16,
                Uses = memory,
                Level = IsaLevel.V3,
                Group = narrow == 0 ? ConformanceGroup.Atomic64 : ConformanceGroup.Atomic32,
            };
            foreach (var (first, operation, immediate, name, symbol) in operations)
            {
                yield return common with
                {
                    Id = Next(first, narrow),
                    Kernel = $"lock *(u{width} *)({{d}} {{o}}) {symbol} {register}",
                    MnemonicPattern = $"lock {name}{suffix} {operands}",
                    Mnemonic = $"atomic_{name}{suffix}",
                    Alu = operation,
                    Immediate = Exactly(immediate),
                    Level = operation == AluOperation.Add ? IsaLevel.V1 : IsaLevel.V3,
                };
                yield return common with
                {
                    Id = Next(first, FormId.AtomicFetchAdd64 - FormId.AtomicAdd64 + narrow),
                    Kernel = $"{register} = {atomic}_fetch_{name}({address}, {register})",
                    MnemonicPattern = $"lock fetch_{name}{suffix} {operands}",
                    Mnemonic = $"atomic_fetch_{name}{suffix}",
                    Alu = operation,
                    Fetches = true,
                    Immediate = Exactly(immediate | Opcodes.Fetch),
                    Uses = memory | RegisterUse.WritesSource,
                };
            }

            yield return common with
            {
                Id = Next(FormId.AtomicXchg64, narrow),
                Kind = FormKind.AtomicExchange,
                Kernel = $"{register} = {atomic}_xchg({address}, {register})",
                MnemonicPattern = $"lock xchg{suffix} {operands}",
                Mnemonic = "atomic_xchg" + suffix,
                Fetches = true,
                Immediate = Exactly(Opcodes.Xchg),
                Uses = memory | RegisterUse.WritesSource,
            };
            string r0 = narrow == 0 ? "r0" : "w0";
            yield return common with
            {
                Id = Next(FormId.AtomicCmpxchg64, narrow),
                Kind = FormKind.AtomicCompareExchange,
                Kernel = $"{r0} = {atomic}_cmpxchg({address}, {r0}, {register})",
                MnemonicPattern = $"lock cmpxchg{suffix} {operands}",
                Mnemonic = "atomic_cmpxchg" + suffix,
                Fetches = true,
                Immediate = Exactly(Opcodes.Cmpxchg),
                Uses = memory | RegisterUse.ReadsR0 | RegisterUse.WritesR0,
            };
        }

        for (int size = 0; size < Sizes.Length; size++)
        {
            var (suffix, width, code) = Sizes[size];
            string loaded = width == 64 ? "{d}" : "{dw}", stored = width == 64 ? "{s}" : "{sw}";
            var acquire = new InstructionForm
            {
                Id = Next(FormId.LoadAcquireb, size),
                Opcode = (byte)(Opcodes.Atomic | code | Opcodes.Stx),
                Kind = FormKind.LoadAcquire,
                Kernel = $"{loaded} = load_acquire((u{width} *)({{s}} {{o}}))",
                MnemonicPattern = $"load_acquire{suffix} %{{d}}, [%{{s}}{{a}}]",
                Mnemonic = "load_acquire" + suffix,
                Width = width,
                UsesSource = true,
                Destination = Register,
                Source = Register,
                Offset = Any16,
                Immediate = Exactly(Opcodes.LoadAcquire),
                Uses = RegisterUse.WritesDestination | RegisterUse.ReadsSource,
                Level = IsaLevel.Linux,
            };
            yield return acquire;
            yield return acquire with
            {
                Id = Next(FormId.StoreReleaseb, size),
                Kind = FormKind.StoreRelease,
                Kernel = $"store_release((u{width} *)({{d}} {{o}}), {stored})",
                MnemonicPattern = $"store_release{suffix} [%{{d}}{{a}}], %{{s}}",
                Mnemonic = "store_release" + suffix,
                Immediate = Exactly(Opcodes.StoreRelease),
                Uses = memory,
            };
        }
    }
}
