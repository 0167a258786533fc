using CsCheck;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests.Fuzzing;

/// <summary>
/// Generates programs that a verifier mostly accepts. It knows how programs are written that are safe, and asks no verifier;
/// here and there it gets something wrong on purpose.
/// </summary>
internal static class RandomPrograms
{
    private static readonly string[] Operators = ["+=", "-=", "*=", "/=", "%=", "s/=", "s%=", "&=", "|=", "^="];
    private static readonly string[] Shifts = ["<<=", ">>=", "s>>="];
    private static readonly string[] Conditions = ["==", "!=", ">", ">=", "<", "<=", "s>", "s>=", "s<", "s<=", "&"];
    private static readonly long[] Edges = [0, 1, -1, 2, 7, 8, 255, 256, 65535, 65536, int.MaxValue, int.MinValue, 0x55555555, -128];
    private static readonly string[] Unary =
    [
        "r{0} = -r{0}", "w{0} = -w{0}", "r{0} = be16 r{0}", "r{0} = be32 r{0}", "r{0} = be64 r{0}", "r{0} = le16 r{0}", "r{0} = le32 r{0}",
        "r{0} = bswap16 r{0}", "r{0} = bswap32 r{0}", "r{0} = bswap64 r{0}",
        "r{0} = (s8)r{1}", "r{0} = (s16)r{1}", "r{0} = (s32)r{1}", "w{0} = (s8)w{1}", "w{0} = (s16)w{1}", "w{0} = w{1}", "r{0} = r{1}",
    ];

    private static readonly Gen<int> Register = Gen.Int[7, 9];
    private static readonly Gen<bool> Often = Gen.Int[0, 9].Select(number => number > 0);
    private static readonly Gen<long> Number = Gen.OneOf(Gen.OneOf(Edges), Gen.Int.Select(number => (long)number), Gen.Int[0, 40].Select(number => (long)number));
    private static readonly Gen<string> Width = Gen.OneOf("r", "w");
    private static readonly Gen<int> Bits = Gen.OneOf(8, 16, 32, 64);

    private static readonly Gen<string> Arithmetic = Gen.OneOf(
        Gen.Select(Width, Register, Gen.OneOf(Operators), Number).Select((width, register, op, number) =>
            $"{width}{register} {op} {(number == 0 && (op.Contains('/') || op.Contains('%')) ? 3 : number)}"),
        Gen.Select(Width, Register, Gen.OneOf(Operators), Register).Select((width, register, op, other) => $"{width}{register} {op} {width}{other}"),
        Gen.Select(Width, Register, Gen.OneOf(Shifts), Gen.Int[0, 63]).Select((width, register, op, count) => $"{width}{register} {op} {(width == "w" ? count & 31 : count)}"),
        Gen.Select(Width, Register, Gen.OneOf(Shifts), Register).Select((width, register, op, other) => $"{width}{register} {op} {width}{other}"),
        Gen.Select(Gen.OneOf(Unary), Register, Register).Select((form, register, other) => string.Format(System.Globalization.CultureInfo.InvariantCulture, form, register, other)),
        Gen.Select(Register, Gen.Long).Select((register, number) => $"r{register} = {number} ll"));

    private static readonly Gen<string> Stack = Gen.Select(Bits, Gen.Int[1, 64], Register, Number, Gen.Int[0, 3]).Select((bits, place, register, number, kind) =>
    {
        int size = bits / 8, offset = -((place + size - 1) / size * size);
        string memory = $"*(u{bits} *)(r10 {offset})";
        return kind switch
        {
            0 => $"{memory} = {number}",
            1 => $"{memory} = r{register}",
            2 when bits < 64 => $"r{register} = *(s{bits} *)(r10 {offset})",
            _ => $"r{register} = {memory}",
        };
    });

    // On the stack or, after a lookup, in the value that r0 points to.
    private static Gen<string> Atomic(string pointer, int first, int last) =>
        Gen.Select(Gen.OneOf(32, 64), Gen.Int[first, last], Register, Gen.Int[0, 13]).Select((bits, slot, register, kind) =>
        {
            string r = bits == 64 ? "r" : "w", atomic = bits == 64 ? "atomic64" : "atomic", memory = $"(u{bits} *)({pointer} {slot * 8:+0;-0;+0})";
            string before = kind >= 12 ? $"r5 = {pointer}\n{r}0 = {r}{register}\n" : "";
            if (kind >= 12) memory = memory.Replace(pointer + " ", "r5 ", StringComparison.Ordinal);
            return kind switch
            {
                < 4 => $"lock *{memory} {(string[])["+=", "|=", "&=", "^="] switch { var list => list[kind] }} {r}{register}",
                < 8 => $"{r}{register} = {atomic}_fetch_{(string[])["add", "or", "and", "xor"] switch { var list => list[kind - 4] }}({memory}, {r}{register})",
                8 or 9 => $"{r}{register} = {atomic}_xchg({memory}, {r}{register})",
                10 => $"{r}{register} = load_acquire({memory})",
                11 => $"store_release({memory}, {r}{register})",
                _ => $"{before}{r}0 = {atomic}_cmpxchg({memory}, {r}0, {r}{(register == 9 ? 7 : 9)})\n{r}{register} = {r}0",
            };
        });

    private static Gen<string> Memory(string pointer, int size) =>
        Gen.Select(Bits, Gen.Int[0, size - 1], Register, Number, Gen.Int[0, 4]).Select((bits, at, register, number, kind) =>
        {
            int offset = Math.Min(at, size - bits / 8);
            string memory = $"({pointer} {offset:+0;-0;+0})";
            return kind switch
            {
                0 => $"*(u{bits} *){memory} = {number}",
                1 => $"*(u{bits} *){memory} = r{register}",
                2 when bits < 64 => $"r{register} = *(s{bits} *){memory}",
                _ => $"r{register} = *(u{bits} *){memory}",
            };
        });

    private static Gen<Statement> Lookup => Gen.Select(Gen.Bool, Gen.Int[0, 9], Often, Register, Gen.Int[0, 3], Memory("r0", 16).Array[1, 4], Atomic("r0", 0, 1))
        .Select((hash, key, checks, register, index, accesses, atomic) =>
        {
            string find = hash
                ? $"*(u64 *)(r10 -32) = {key}\nr2 = r10\nr2 += -32\nr1 = map[counts]\ncall bpf_map_lookup_elem"
                : $"*(u32 *)(r10 -28) = {key % 5}\nr2 = r10\nr2 += -28\nr1 = map[table]\ncall bpf_map_lookup_elem";
            string moved = index == 3 && !hash ? $"r{register} &= 31\nr0 += r{register}\n" : "";
            string[] lines = [.. accesses, .. index == 1 ? [atomic] : (string[])[]];
            return new Statement(checks ? $"{find}\nif r0 == 0 goto {{label}}" : $"{find}\nif r0 != 0 goto +0", [.. moved.Length > 0 ? [Statement.Line(moved.TrimEnd())] : (Statement[])[], .. lines.Select(Statement.Line)], "goto {label}");
        });

    private static Gen<Statement> Update => Gen.Select(Gen.Bool, Gen.Int[0, 9], Gen.Int[0, 3]).Select((hash, key, flags) => Statement.Line(hash
        ? $"*(u64 *)(r10 -32) = {key}\nr2 = r10\nr2 += -32\nr3 = r10\nr3 += -16\nr4 = {flags}\nr1 = map[counts]\ncall bpf_map_{(flags == 3 ? "delete" : "update")}_elem\nr7 += r0"
        : $"*(u32 *)(r10 -28) = {key % 5}\nr2 = r10\nr2 += -28\nr3 = r10\nr3 += -64\nr4 = {flags}\nr1 = map[table]\ncall bpf_map_update_elem\nr7 += r0"));

    private static Gen<Statement> Packet(ProgramType type) =>
        Gen.Select(Gen.Int[1, 40], Often, Gen.Bool, Register, Memory("r2", 1).Array[1, 3], Gen.Int[0, 3]).SelectMany((bytes, checks, swapped, register, _, mask) =>
            Memory("r2", bytes).Where(line => type == ProgramType.SchedCls || !line.StartsWith('*')).Array[1, 4].Select(accesses =>
            {
                string moved = mask == 0 ? $"r{register} &= 15\nr2 += r{register}\n" : "";
                string test = swapped ? "if r3 < r4 goto {label}" : "if r4 > r3 goto {label}";
                return new Statement(
                    $"r2 = *(u32 *)(r6 +76)\nr3 = *(u32 *)(r6 +80)\n{moved}r4 = r2\nr4 += {(checks ? bytes : bytes - 1)}\n{test}",
                    [.. accesses.Select(Statement.Line)], "goto {label}");
            }));

    private static readonly Gen<string> LegacyLoad = Gen.Select(Gen.OneOf(8, 16, 32), Gen.Int[0, 30], Register, Gen.Int[0, 3]).Select((bits, offset, register, kind) => kind == 0
        ? $"r{register} &= 15\nr0 = *(u{bits} *)skb[r{register} + {offset}]\nr{(register == 7 ? 8 : 7)} = r0"
        : $"r0 = *(u{bits} *)skb[{offset}]\nr{register} = r0");

    /// <summary>Programs.</summary>
    public static Gen<RandomProgram> Programs { get; } = Gen.OneOf(ProgramType.SocketFilter, ProgramType.SchedCls).SelectMany(type =>
        Gen.Select(Body(type, 2).Array[1, 16], Body(ProgramType.Unspecified, 1).Array[0, 5]).Select((main, sub) => new RandomProgram(type, main, sub)));

    private static Gen<Statement> Body(ProgramType type, int depth)
    {
        var simple = new List<(int, Gen<Statement>)>
        {
            (10, Arithmetic.Select(Statement.Line)),
            (4, Stack.Select(Statement.Line)),
            (2, Atomic("r10", -8, -1).Select(Statement.Line)),
            (2, Lookup),
            (1, Update),
        };
        if (type != ProgramType.Unspecified)
        {
            simple.Add((2, Gen.Const(Statement.Line("r1 = r7\nr2 = r6\nr3 = r9\ncall sub\nr8 ^= r0"))));
            simple.Add((1, LegacyLoad.Select(Statement.Line)));
            if (type == ProgramType.SchedCls) simple.Add((3, Packet(type)));
            simple.Add((1, Gen.Select(Register, Gen.OneOf(0, 8, 16, 48)).Select((register, field) => Statement.Line($"r{register} = *(u32 *)(r6 +{field})"))));
        }

        if (depth == 0) return Gen.Frequency([.. simple]);
        var inner = Body(type, depth - 1).Array[1, 5];
        return Gen.Frequency(
        [
            .. simple,
            (3, Gen.Select(Width, Register, Gen.OneOf(Conditions), Number, inner).Select((width, register, condition, number, body) =>
                new Statement($"if {width}{register} {condition} {number} goto {{label}}", body))),
            (2, Gen.Select(Width, Register, Gen.OneOf(Conditions), Register, inner).Select((width, register, condition, other, body) =>
                new Statement($"if {width}{register} {condition} {width}{other} goto {{label}}", body))),
            (2, Gen.Select(Gen.Int[1, 12], inner).Select((rounds, body) =>
                new Statement("*(u64 *)(r10 -72) = 0", body, $"r1 = *(u64 *)(r10 -72)\nr1 += 1\n*(u64 *)(r10 -72) = r1\nif r1 < {rounds} goto {{loop}}"))),
        ]);
    }
}
