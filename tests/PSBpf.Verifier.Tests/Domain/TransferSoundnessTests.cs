using PSBpf.Isa;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Transfer;

namespace PSBpf.Verifier.Tests.Domain;

/// <summary>
/// What a transfer function says of numbers must hold for every number that went in: tried on abstract values made
/// from random concrete ones, and on the concrete ones.
/// </summary>
public sealed class TransferSoundnessTests
{
    private static readonly ulong[] Edges =
        [0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, ulong.MaxValue - 1, ulong.MaxValue];

    public static TheoryData<AluOperation, int> Operations()
    {
        var data = new TheoryData<AluOperation, int>();
        foreach (var operation in Enum.GetValues<AluOperation>())
        {
            if (operation is AluOperation.None or AluOperation.Mov) continue;
            data.Add(operation, 32);
            data.Add(operation, 64);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Arithmetic_on_known_values_contains_the_result(AluOperation operation, int width)
    {
        var random = new System.Random((int)operation * 100 + width);
        for (int round = 0; round < 20_000; round++)
        {
            var (a, x) = Make(random);
            var (b, y) = Make(random);
            if (operation is AluOperation.Lsh or AluOperation.Rsh or AluOperation.Arsh && random.Next(4) != 0) b = RegState.ConstantScalar(y = (ulong)random.Next(width));
            var result = a;
            ScalarArithmetic.Apply(operation, width, ref result, b);
            AssertContains(result, Concrete(operation, width, x, y), $"{operation}{width} of 0x{x:x} and 0x{y:x}");
        }
    }

    public static TheoryData<Condition, int> Conditions()
    {
        var data = new TheoryData<Condition, int>();
        foreach (var condition in Enum.GetValues<Condition>())
        {
            if (condition == Condition.None) continue;
            data.Add(condition, 32);
            data.Add(condition, 64);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Conditions))]
    public void A_comparison_teaches_nothing_false(Condition condition, int width)
    {
        var random = new System.Random((int)condition * 100 + width);
        for (int round = 0; round < 20_000; round++)
        {
            var (a, x) = Make(random);
            var (b, y) = Make(random);
            bool holds = Holds(condition, width, x, y);
            string what = $"0x{x:x} {condition}{width} 0x{y:x}";
            if (Comparison.Outcome(condition, width, in a, in b) is { } known) Assert.True(known == holds, $"{what} is said to be {known}");
            Comparison.Refine(condition, width, holds, ref a, ref b);
            AssertContains(a, x, what);
            AssertContains(b, y, what);
        }
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(2, 64)]
    [InlineData(4, 64)]
    [InlineData(1, 32)]
    [InlineData(2, 32)]
    public void Extension_of_known_values_contains_the_result(int bytes, int width)
    {
        var random = new System.Random(bytes + width);
        int shift = 64 - (bytes * 8);
        for (int round = 0; round < 20_000; round++)
        {
            var (a, x) = Make(random);
            var zero = a;
            zero.ZeroExtend(bytes);
            AssertContains(zero, x << shift >> shift, $"zero extension of 0x{x:x}");
            a.SignExtend(bytes, width);
            ulong extended = (ulong)((long)(x << shift) >> shift);
            AssertContains(a, width == 32 ? (uint)extended : extended, $"sign extension of 0x{x:x}");
        }
    }

    /// <summary>An abstract value that contains a concrete one, with every view of it as loose or tight as chance has it.</summary>
    private static (RegState State, ulong Value) Make(System.Random random)
    {
        ulong value = Number(random);
        var state = RegState.UnknownScalar();
        if (random.Next(6) == 0) return (RegState.ConstantScalar(value), value);
        if (random.Next(2) == 0)
        {
            ulong mask = random.Next(2) == 0 ? Number(random) : Number(random) & Number(random);
            state.Bits = new Tnum(value & ~mask, mask);
        }

        if (random.Next(2) == 0) (state.Min, state.Max) = (Math.Min(value, Number(random)), Math.Max(value, Number(random)));
        if (random.Next(2) == 0) (state.SignedMin, state.SignedMax) = (Math.Min((long)value, (long)Number(random)), Math.Max((long)value, (long)Number(random)));
        if (random.Next(2) == 0) (state.Min32, state.Max32) = (Math.Min((uint)value, (uint)Number(random)), Math.Max((uint)value, (uint)Number(random)));
        if (random.Next(2) == 0) (state.SignedMin32, state.SignedMax32) = (Math.Min((int)value, (int)Number(random)), Math.Max((int)value, (int)Number(random)));
        state.Synchronize();
        AssertContains(state, value, "synchronising");
        return (state, value);
    }

    private static ulong Number(System.Random random) => random.Next(4) switch
    {
        0 => Edges[random.Next(Edges.Length)],
        1 => (ulong)random.Next(256),
        2 => Edges[random.Next(Edges.Length)] + (ulong)random.Next(-4, 5),
        _ => (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
    };

    private static void AssertContains(in RegState state, ulong value, string what)
    {
        bool contains = value >= state.Min && value <= state.Max && (long)value >= state.SignedMin && (long)value <= state.SignedMax
            && (uint)value >= state.Min32 && (uint)value <= state.Max32 && (int)value >= state.SignedMin32 && (int)value <= state.SignedMax32
            && (value & ~state.Bits.Mask) == state.Bits.Value;
        if (contains) return;
        Assert.Fail($"{what}: 0x{value:x} is not in u64 [{state.Min:x}, {state.Max:x}], s64 [{state.SignedMin}, {state.SignedMax}], u32 [{state.Min32:x}, {state.Max32:x}], s32 [{state.SignedMin32}, {state.SignedMax32}], bits {state.Bits}");
    }

    // RFC 9669, section 4.1, in plain C#.
    private static ulong Concrete(AluOperation operation, int width, ulong x, ulong y)
    {
        if (width == 32)
        {
            uint a = (uint)x, b = (uint)y;
            return operation switch
            {
                AluOperation.Add => a + b,
                AluOperation.Sub => a - b,
                AluOperation.Mul => a * b,
                AluOperation.Div => b == 0 ? 0 : a / b,
                AluOperation.Mod => b == 0 ? a : a % b,
                AluOperation.Sdiv => b == 0 ? 0 : (uint)((long)(int)a / (int)b),
                AluOperation.Smod => b == 0 ? a : (uint)((long)(int)a % (int)b),
                AluOperation.Or => a | b,
                AluOperation.And => a & b,
                AluOperation.Xor => a ^ b,
                AluOperation.Lsh => a << (int)(b & 31),
                AluOperation.Rsh => a >> (int)(b & 31),
                _ => (uint)((int)a >> (int)(b & 31)),
            };
        }

        return operation switch
        {
            AluOperation.Add => x + y,
            AluOperation.Sub => x - y,
            AluOperation.Mul => x * y,
            AluOperation.Div => y == 0 ? 0 : x / y,
            AluOperation.Mod => y == 0 ? x : x % y,
            AluOperation.Sdiv => y == 0 ? 0 : (ulong)(Int128)((Int128)(long)x / (long)y),
            AluOperation.Smod => y == 0 ? x : (ulong)(long)((Int128)(long)x % (long)y),
            AluOperation.Or => x | y,
            AluOperation.And => x & y,
            AluOperation.Xor => x ^ y,
            AluOperation.Lsh => x << (int)(y & 63),
            AluOperation.Rsh => x >> (int)(y & 63),
            _ => (ulong)((long)x >> (int)(y & 63)),
        };
    }

    private static bool Holds(Condition condition, int width, ulong x, ulong y)
    {
        if (width == 32) (x, y) = ((uint)x, (uint)y);
        long a = width == 32 ? (int)x : (long)x, b = width == 32 ? (int)y : (long)y;
        return condition switch
        {
            Condition.Jeq => x == y,
            Condition.Jne => x != y,
            Condition.Jset => (x & y) != 0,
            Condition.Jgt => x > y,
            Condition.Jge => x >= y,
            Condition.Jlt => x < y,
            Condition.Jle => x <= y,
            Condition.Jsgt => a > b,
            Condition.Jsge => a >= b,
            Condition.Jslt => a < b,
            _ => a <= b,
        };
    }
}
