using System.Reflection;
using PSBpf.Isa;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Proofs.StandIns;
using PSBpf.Verifier.Transfer;

namespace PSBpf.Verifier.Proofs;

/// <summary>
/// The same source means the same with the words of proofs and with those of C#: with numbers of 64 bits it computes what the verifier that is shipped computes, bit for bit.
/// And proofs find what is wrong.
/// </summary>
public sealed class StandInTests
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Assembly Shipped = Assembly.Load("PSBpf.Verifier");
    private static readonly Type ShippedState = Shipped.GetType("PSBpf.Verifier.Domain.RegState", throwOnError: true)!;
    private static readonly Type ShippedBits = Shipped.GetType("PSBpf.Verifier.Domain.Tnum", throwOnError: true)!;
    private static readonly FieldInfo[] Ranges = [.. new[] { "Min", "Max", "SignedMin", "SignedMax", "Min32", "Max32", "SignedMin32", "SignedMax32" }.Select(name => ShippedState.GetField(name, Any)!)];

    [Fact]
    public void Arithmetic_is_the_same()
    {
        var apply = Shipped.GetType("PSBpf.Verifier.Transfer.ScalarArithmetic", throwOnError: true)!.GetMethod("Apply", Any)!;
        foreach (var operation in Enum.GetValues<AluOperation>().Where(operation => operation is not (AluOperation.None or AluOperation.Mov)))
        {
            Compare((int)operation, random =>
            {
                int width = random.Next(2) == 0 ? 32 : 64;
                RegState a = State(random), b = random.Next(2) == 0 ? State(random) : RegState.ConstantScalar(random.Next(width));
                object?[] arguments = [operation, width, Twin(a), Twin(b)];
                apply.Invoke(null, arguments);
                ScalarArithmetic.Apply(operation, width, ref a, b);
                return ($"{operation}{width}", a, arguments[2]!);
            });
        }
    }

    [Fact]
    public void Comparisons_are_the_same()
    {
        var type = Shipped.GetType("PSBpf.Verifier.Transfer.Comparison", throwOnError: true)!;
        MethodInfo refine = type.GetMethod("Refine", Any)!, known = type.GetMethod("Outcome", Any)!;
        foreach (var condition in Enum.GetValues<Condition>().Where(condition => condition != Condition.None))
        {
            Compare((int)condition, random =>
            {
                int width = random.Next(2) == 0 ? 32 : 64;
                bool holds = random.Next(2) == 0;
                RegState a = State(random), b = random.Next(2) == 0 ? State(random) : RegState.ConstantScalar(random.Next(100));
                object?[] arguments = [condition, width, holds, Twin(a), Twin(b)];
                Assert.Equal((bool?)known.Invoke(null, [condition, width, arguments[3], arguments[4]]), Comparison.Outcome(condition, width, in a, in b));
                refine.Invoke(null, arguments);
                Comparison.Refine(condition, width, holds, ref a, ref b);
                AssertSame($"{condition}{width}", b, arguments[4]!);
                return ($"{condition}{width}", a, arguments[3]!);
            });
        }
    }

    [Fact]
    public void Extensions_and_deductions_are_the_same() => Compare(1, random =>
    {
        var state = State(random);
        object twin = Twin(state);
        int bytes = 1 << random.Next(3), width = bytes < 4 && random.Next(2) == 0 ? 32 : 64;
        switch (random.Next(3))
        {
            case 0:
                ShippedState.GetMethod("Synchronize", Any)!.Invoke(twin, []);
                state.Synchronize();
                return ("deductions", state, twin);
            case 1:
                ShippedState.GetMethod("ZeroExtend", Any)!.Invoke(twin, [bytes]);
                state.ZeroExtend(bytes);
                return ($"zeros after {bytes}", state, twin);
            default:
                ShippedState.GetMethod("SignExtend", Any)!.Invoke(twin, [bytes, width]);
                state.SignExtend(bytes, width);
                return ($"the sign of {bytes} to {width}", state, twin);
        }
    });

    [Fact]
    public void A_wrong_claim_is_refuted_with_numbers()
    {
        Assert.SkipWhen(Symbolic.Solver.Absence is not null, Symbolic.Solver.Absence ?? "");
        string message = "";
        try
        {
            Symbolic.Exploration.Prove(exploration =>
            {
                // Bounds of a sum that forget that it may overflow.
                Word x = exploration.Any("x"), y = exploration.Any("y");
                var a = exploration.AnyState("a_", x);
                var b = exploration.AnyState("b_", y);
                a.Min += b.Min;
                exploration.Claim(a.Min <= x + y, "the least sum");
            });
        }
        catch (Xunit.Sdk.XunitException exception)
        {
            message = exception.Message;
        }

        Assert.StartsWith("the least sum: the solver says sat. x = #x", message, StringComparison.Ordinal);
    }

    private static void Compare(int seed, Func<Random, (string What, RegState State, object Twin)> run)
    {
        var random = new Random(seed);
        for (int round = 0; round < 3000; round++)
        {
            var (what, state, twin) = run(random);
            AssertSame(what, state, twin);
        }
    }

    private static void AssertSame(string what, RegState state, object twin)
    {
        string expected = string.Join(' ', Ranges.Select(field => field.GetValue(twin)).Append(ShippedState.GetField("Bits", Any)!.GetValue(twin)));
        string actual = string.Join(' ', Values(state)) + $" (0x{state.Bits.Value.Vector.Known:x}; 0x{state.Bits.Mask.Vector.Known:x})";
        Assert.True(expected == actual, $"{what}: {actual} and not {expected}");
    }

    private static object[] Values(RegState state) =>
    [
        state.Min.Vector.Known, state.Max.Vector.Known, state.SignedMin.Vector.KnownSigned, state.SignedMax.Vector.KnownSigned,
        (uint)state.Min32.Vector.Known, (uint)state.Max32.Vector.Known, (int)state.SignedMin32.Vector.KnownSigned, (int)state.SignedMax32.Vector.KnownSigned,
    ];

    private static object Twin(RegState state)
    {
        object twin = Activator.CreateInstance(ShippedState)!;
        ShippedState.GetField("Type", Any)!.SetValue(twin, Enum.ToObject(ShippedState.GetField("Type", Any)!.FieldType, (byte)RegisterType.Scalar));
        ShippedState.GetField("Bits", Any)!.SetValue(twin, Activator.CreateInstance(ShippedBits, state.Bits.Value.Vector.Known, state.Bits.Mask.Vector.Known));
        object[] values = Values(state);
        for (int index = 0; index < values.Length; index++) Ranges[index].SetValue(twin, values[index]);
        return twin;
    }

    // Views that hold of some number, and now and then of none.
    private static RegState State(Random random)
    {
        ulong number = Number(random);
        var state = RegState.UnknownScalar();
        if (random.Next(5) == 0) return RegState.ConstantScalar(Whole(number));
        if (random.Next(2) == 0)
        {
            ulong mask = random.Next(2) == 0 ? Number(random) : Number(random) & Number(random);
            state.Bits = new Tnum(Whole(number & ~mask), Whole(mask));
        }

        if (random.Next(2) == 0) (state.Min, state.Max) = (Whole(System.Math.Min(number, Number(random))), Whole(System.Math.Max(number, Number(random))));
        if (random.Next(2) == 0) (state.SignedMin, state.SignedMax) = (new(Whole((ulong)System.Math.Min((long)number, (long)Number(random))).Vector), new(Whole((ulong)System.Math.Max((long)number, (long)Number(random))).Vector));
        if (random.Next(2) == 0) (state.Min32, state.Max32) = (Half(System.Math.Min((uint)number, (uint)Number(random))), Half(System.Math.Max((uint)number, (uint)Number(random))));
        if (random.Next(2) == 0) (state.SignedMin32, state.SignedMax32) = (new(Half((ulong)System.Math.Min((int)number, (int)Number(random))).Vector), new(Half((ulong)System.Math.Max((int)number, (int)Number(random))).Vector));
        if (random.Next(20) == 0) state.Max = Whole(Number(random));
        return state;
    }

    private static Word Whole(ulong bits) => new(BitVector.Number(bits, 64));

    private static HalfWord Half(ulong bits) => new(BitVector.Number(bits, 32));

    private static ulong Number(Random random) => random.Next(3) switch
    {
        0 => (1UL << random.Next(64)) + (ulong)random.Next(-2, 3),
        1 => (ulong)random.Next(-300, 300),
        _ => (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
    };
}
