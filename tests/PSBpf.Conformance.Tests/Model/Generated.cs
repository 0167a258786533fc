using static PSBpf.Conformance.Tests.Model.Integers;

namespace PSBpf.Conformance.Tests.Model;

/// <summary>The vector files that the model makes, by name.</summary>
internal static class Generated
{
    private static readonly string[] LoadTwo = ["ldxdw %r0, [%r1]", "ldxdw %r2, [%r1+8]"];
    private static readonly (string Suffix, int Width)[] Widths = [("", 64), ("32", 32)];
    private static readonly (string Suffix, int Width)[] Sizes = [("b", 8), ("h", 16), ("w", 32), ("dw", 64)];

    // Bytes that all differ, sign bits set and clear.
    private const ulong Low = 0x8796_a5b4_c3d2_e1f0, High = 0x7f6e_5d4c_3b2a_1908, Fill = 0x5555_5555_5555_5555;

    public static readonly (string Name, Func<string> Make)[] Files =
    [
        ("alu-register.vectors", AluRegister),
        ("alu-immediate.vectors", AluImmediate),
        ("conversion.vectors", Conversion),
        ("branch-register.vectors", BranchRegister),
        ("branch-immediate.vectors", BranchImmediate),
        ("load.vectors", Load),
        ("store.vectors", Store),
        ("atomic.vectors", Atomic),
        ("order.vectors", Order),
        ("lddw.vectors", Lddw),
    ];

    private static string AluRegister()
    {
        var text = new VectorText("RFC 9669, section 4.1: arithmetic with a register. Memory: destination, source.");
        foreach (var (name, result) in Arithmetic.Operations)
        {
            foreach (var (suffix, width) in Widths)
            {
                text.Section($"{name}, {width} bits", [.. LoadTwo, $"{name}{suffix} %r0, %r2", "exit"]);
                foreach (ulong left in Edges.Values)
                    foreach (ulong right in Edges.Values) text.Case([left, right], Arithmetic.Compute(result, left, right, width));
                text.Section($"{name}, {width} bits, a register with itself", ["ldxdw %r0, [%r1]", $"{name}{suffix} %r0, %r0", "exit"]);
                foreach (ulong value in Edges.Values) text.Case([value], Arithmetic.Compute(result, value, value, width));
                text.Section($"{name}, {width} bits, the source stays", [.. LoadTwo, $"{name}{suffix} %r0, %r2", "mov %r0, %r2", "exit"]);
                foreach (ulong value in Edges.Values) text.Case([Low, value], value);
            }
        }

        return text.ToString();
    }

    private static string AluImmediate()
    {
        var text = new VectorText("RFC 9669, section 4.1: arithmetic with an immediate, which is sign-extended for 64 bits. Memory: destination.");
        foreach (var (name, result) in Arithmetic.Operations)
        {
            foreach (var (suffix, width) in Widths)
            {
                foreach (int immediate in Edges.Immediates)
                {
                    text.Section(FormattableString.Invariant($"{name}, {width} bits, immediate {immediate}"), ["ldxdw %r0, [%r1]", FormattableString.Invariant($"{name}{suffix} %r0, {immediate}"), "exit"]);
                    foreach (ulong left in Edges.Values) text.Case([left], Arithmetic.Compute(result, left, immediate, width));
                }
            }
        }

        return text.ToString();
    }

    private static string Conversion()
    {
        var text = new VectorText("RFC 9669, sections 4.1 and 4.2: negation, sign extension, byte order. Memory: the operand.");
        foreach (var (name, result) in Arithmetic.Conversions)
        {
            bool moves = name.StartsWith("movsx", StringComparison.Ordinal);
            text.Section(name, moves ? ["ldxdw %r2, [%r1]", $"{name} %r0, %r2", "exit"] : ["ldxdw %r0, [%r1]", $"{name} %r0", "exit"]);
            foreach (ulong value in Edges.Signs) text.Case([value], Arithmetic.Compute(result, value));
            if (!moves) continue;
            text.Section($"{name}, a register to itself", ["ldxdw %r0, [%r1]", $"{name} %r0, %r0", "exit"]);
            foreach (ulong value in Edges.Signs) text.Case([value], Arithmetic.Compute(result, value));
        }

        return text.ToString();
    }

    private static string BranchRegister()
    {
        var text = new VectorText("RFC 9669, section 4.3: conditional jumps on two registers. r0 is 1 when taken. Memory: destination, source.");
        foreach (var (name, signed, holds) in Comparisons.All)
        {
            foreach (var (suffix, width) in Widths)
            {
                text.Section($"{name}, {width} bits", ["ldxdw %r3, [%r1]", "ldxdw %r4, [%r1+8]", "mov %r0, 1", $"{name}{suffix} %r3, %r4, out", "mov %r0, 0", "out: exit"]);
                foreach (ulong left in Edges.Compared)
                    foreach (ulong right in Edges.Compared) text.Case([left, right], Comparisons.Taken(signed, holds, left, right, width) ? 1ul : 0);
            }
        }

        return text.ToString();
    }

    private static string BranchImmediate()
    {
        var text = new VectorText("RFC 9669, section 4.3: conditional jumps on a register and an immediate. r0 is 1 when taken. Memory: destination.");
        foreach (var (name, signed, holds) in Comparisons.All)
        {
            foreach (var (suffix, width) in Widths)
            {
                foreach (int immediate in Edges.ComparedImmediates)
                {
                    text.Section(FormattableString.Invariant($"{name}, {width} bits, immediate {immediate}"), ["ldxdw %r3, [%r1]", "mov %r0, 1", FormattableString.Invariant($"{name}{suffix} %r3, {immediate}, out"), "mov %r0, 0", "out: exit"]);
                    foreach (ulong left in Edges.Compared) text.Case([left], Comparisons.Taken(signed, holds, left, immediate, width) ? 1ul : 0);
                }
            }
        }

        return text.ToString();
    }

    private static string Load()
    {
        var text = new VectorText("RFC 9669, sections 5.1 and 5.2: loads, zero- and sign-extended, aligned and not. Memory: 16 bytes.");
        foreach (var (suffix, width) in Sizes)
        {
            for (int at = 0; at <= 16 - width / 8; at++)
            {
                var value = Unsigned((((System.Numerics.BigInteger)High << 64) + Low) >> (8 * at), width);
                text.Section($"ldx{suffix} at {at}", $"ldx{suffix} %r0, [%r1{Offset(at)}]", "exit");
                text.Case([Low, High], (ulong)value);
                text.Section($"ldx{suffix} at {at}, from behind", "add %r1, 16", $"ldx{suffix} %r0, [%r1{Offset(at - 16)}]", "exit");
                text.Case([Low, High], (ulong)value);
                if (width == 64) continue;
                text.Section($"ldxs{suffix} at {at}", $"ldxs{suffix} %r0, [%r1{Offset(at)}]", "exit");
                text.Case([Low, High], (ulong)Unsigned(Signed(value, width), 64));
            }
        }

        foreach (var (suffix, width) in Sizes)
        {
            text.Section($"ldx{suffix} of the register that holds the address", $"ldx{suffix} %r1, [%r1]", "mov %r0, %r1", "exit");
            foreach (ulong value in Edges.Signs) text.Case([value], (ulong)Unsigned(value, width));
            if (width == 64) continue;
            text.Section($"ldxs{suffix} of every sign", $"ldxs{suffix} %r0, [%r1]", "exit");
            foreach (ulong value in Edges.Signs) text.Case([value], (ulong)Unsigned(Signed(value, width), 64));
        }

        return text.ToString();
    }

    private static string Store()
    {
        var text = new VectorText("RFC 9669, section 5.1: stores, of which only the low bytes count and nothing beside them changes. Memory: 16 bytes, then the source.");
        foreach (var (suffix, width) in Sizes)
        {
            for (int at = 0; at <= 16 - width / 8; at++)
            {
                text.Section($"stx{suffix} at {at}", "ldxdw %r2, [%r1+16]", $"stx{suffix} [%r1{Offset(at)}], %r2", "mov %r0, %r2", "exit");
                text.Case([Fill, Fill, Low], Low, [.. Stored(at, width, Low), Low]);
            }

            foreach (int immediate in Edges.Immediates)
            {
                text.Section(FormattableString.Invariant($"st{suffix}, immediate {immediate}"), FormattableString.Invariant($"st{suffix} [%r1+8], {immediate}"), "mov %r0, 0", "exit");
                text.Case([Fill, Fill], 0, Stored(8, width, immediate));
            }

            for (int at = 0; at < 8; at++)
            {
                text.Section($"st{suffix} at {at}", $"st{suffix} [%r1{Offset(at)}], -2", "mov %r0, 0", "exit");
                text.Case([Fill, Fill], 0, Stored(at, width, -2));
            }
        }

        return text.ToString();
    }

    private static string Atomic()
    {
        var text = new VectorText("RFC 9669, section 5.3: atomic operations. Memory: what is changed, the source, what cmpxchg expects. r0: the source, or for cmpxchg r0, afterwards.");
        (string Name, Func<System.Numerics.BigInteger, System.Numerics.BigInteger, System.Numerics.BigInteger> Result)[] operations =
            [("add", (a, b) => a + b), ("or", (a, b) => a | b), ("and", (a, b) => a & b), ("xor", (a, b) => a ^ b)];
        ulong[] values = [0, 1, 0x8000_0000, 0xffff_ffff, 0x8000_0000_0000_0000, Low, ulong.MaxValue];
        foreach (var (suffix, width) in Widths)
        {
            foreach (int at in width == 32 ? (int[])[0, 4] : [0])
            {
                foreach (var (name, result) in operations)
                {
                    foreach (bool fetches in (bool[])[false, true])
                    {
                        string mnemonic = fetches ? $"fetch_{name}{suffix}" : name + suffix;
                        text.Section($"{mnemonic} at {at}", "ldxdw %r3, [%r1+8]", $"lock {mnemonic} [%r1{Offset(at)}], %r3", "mov %r0, %r3", "exit");
                        foreach (ulong target in values)
                        {
                            foreach (ulong source in values)
                            {
                                var old = Unsigned(target >> (8 * at), width);
                                text.Case([target, source], fetches ? (ulong)old : source, [Replaced(target, at, width, result(old, Unsigned(source, width))), source]);
                            }
                        }
                    }
                }

                text.Section($"xchg{suffix} at {at}", "ldxdw %r3, [%r1+8]", $"lock xchg{suffix} [%r1{Offset(at)}], %r3", "mov %r0, %r3", "exit");
                foreach (ulong target in values)
                    foreach (ulong source in values) text.Case([target, source], (ulong)Unsigned(target >> (8 * at), width), [Replaced(target, at, width, source), source]);

                text.Section($"cmpxchg{suffix} at {at}", "ldxdw %r3, [%r1+8]", "ldxdw %r0, [%r1+16]", $"lock cmpxchg{suffix} [%r1{Offset(at)}], %r3", "exit");
                foreach (ulong target in values)
                {
                    foreach (ulong expected in values)
                    {
                        var old = Unsigned(target >> (8 * at), width);
                        bool same = old == Unsigned(expected, width);
                        text.Case([target, Low, expected], (ulong)old, [same ? Replaced(target, at, width, Low) : target, Low, expected]);
                    }
                }

                text.Section($"cmpxchg{suffix} at {at} leaves its source", "ldxdw %r3, [%r1+8]", "ldxdw %r0, [%r1+16]", $"lock cmpxchg{suffix} [%r1{Offset(at)}], %r3", "mov %r0, %r3", "exit");
                text.Case([Low, High, Low >> (8 * at)], High, [Replaced(Low, at, width, High), High, Low >> (8 * at)]);
                text.Case([Low, High, High], High, [Low, High, High]);
            }
        }

        return text.ToString();
    }

    private static string Order()
    {
        var text = new VectorText("Linux: load-acquire and store-release, 8 to 64 bits. Memory: 8 bytes, then the source.");
        foreach (var (suffix, width) in Sizes)
        {
            for (int at = 0; at < 8; at += width / 8)
            {
                text.Section($"load_acquire{suffix} at {at}", $"load_acquire{suffix} %r0, [%r1{Offset(at)}]", "exit");
                foreach (ulong value in Edges.Signs) text.Case([value], (ulong)Unsigned(value >> (8 * at), width));
                text.Section($"store_release{suffix} at {at}", "ldxdw %r2, [%r1+8]", $"store_release{suffix} [%r1{Offset(at)}], %r2", "mov %r0, %r2", "exit");
                foreach (ulong value in Edges.Signs) text.Case([Fill, value], value, [Replaced(Fill, at, width, value), value]);
            }
        }

        return text.ToString();
    }

    private static string Lddw()
    {
        var text = new VectorText("RFC 9669, section 5.4: 64-bit immediates.");
        foreach (ulong value in Edges.Signs)
        {
            text.Section(FormattableString.Invariant($"lddw 0x{value:x}"), FormattableString.Invariant($"lddw %r0, 0x{value:x}"), "exit");
            text.Case([], value);
        }

        return text.ToString();
    }

    private static string Offset(int at) => at == 0 ? "" : FormattableString.Invariant($"{at:+0;-0}");

    private static ulong[] Stored(int at, int width, System.Numerics.BigInteger value)
    {
        var mask = ((System.Numerics.BigInteger.One << width) - 1) << (8 * at);
        var memory = ((System.Numerics.BigInteger)Fill << 64) + Fill;
        memory = memory - (memory & mask) + (Unsigned(value, width) << (8 * at));
        return [(ulong)Unsigned(memory, 64), (ulong)(memory >> 64)];
    }

    private static ulong Replaced(ulong word, int at, int width, System.Numerics.BigInteger value)
    {
        var mask = ((System.Numerics.BigInteger.One << width) - 1) << (8 * at);
        return (ulong)(word - (word & mask) + (Unsigned(value, width) << (8 * at)));
    }
}
