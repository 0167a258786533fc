using PSBpf.Isa;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Proofs.Symbolic;
using PSBpf.Verifier.Transfer;

namespace PSBpf.Verifier.Proofs;

/// <summary>
/// What the verifier says of numbers after an instruction holds, for all words of 64 bits and all states that hold of what went in.
/// </summary>
public sealed class TransferProofs
{
    private static readonly int[] Sizes = [64, 32];

    public static TheoryData<AluOperation, int> Calculations() => Each([AluOperation.Add, AluOperation.Sub, AluOperation.And, AluOperation.Or, AluOperation.Xor]);

    public static TheoryData<AluOperation, int> Shifts() => Each([AluOperation.Lsh, AluOperation.Rsh, AluOperation.Arsh]);

    public static TheoryData<AluOperation, int> Divisions() => Each([AluOperation.Div, AluOperation.Mod, AluOperation.Sdiv, AluOperation.Smod]);

    [Theory]
    [MemberData(nameof(Calculations))]
    public void Arithmetic_holds(AluOperation operation, int width) => Exploration.Prove(exploration =>
    {
        Word x = exploration.Any("x"), y = exploration.Any("y");
        var a = exploration.AnyState("a_", x);
        var b = exploration.AnyState("b_", y);
        exploration.Subject = Semantics.Compute(operation, width, x, y);
        ScalarArithmetic.Apply(operation, width, ref a, b);
        exploration.Claim(false, "no deductions follow");
    });

    [Theory]
    [InlineData(64)]
    [InlineData(32)]
    public void Negation_holds(int width) => Exploration.Prove(exploration =>
    {
        var x = exploration.Any("x");
        var a = RegState.ConstantScalar(0);
        var b = exploration.AnyState("b_", x);
        exploration.Subject = Semantics.Compute(AluOperation.Sub, width, 0, x);
        ScalarArithmetic.Apply(AluOperation.Sub, width, ref a, b);
        exploration.Claim(false, "no deductions follow");
    });

    [Theory]
    [MemberData(nameof(Shifts))]
    public void Shifts_by_constant_counts_hold(AluOperation operation, int width) => Exploration.Prove(Counts(width).Select(count => (Action<Exploration>)(exploration =>
    {
        var x = exploration.Any("x");
        var a = exploration.AnyState("a_", x);
        exploration.Subject = Semantics.Shift(operation, width, x, count);
        ScalarArithmetic.Apply(operation, width, ref a, RegState.ConstantScalar(count));
        exploration.Claim(false, "no deductions follow");
    })));

    // Nothing is said of such results, so that any number is one.
    [Theory]
    [MemberData(nameof(Divisions))]
    [MemberData(nameof(Shifts))]
    public void Division_and_shifts_by_an_unknown_count_say_nothing(AluOperation operation, int width) => Exploration.Prove(exploration =>
    {
        Word x = exploration.Any("x"), result = exploration.Any("result");
        var a = exploration.AnyState("a_", x);
        ScalarArithmetic.Apply(operation, width, ref a, RegState.UnknownScalar());
        exploration.Claim(in a, result, "the result is known");
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Extension_with_zeros_holds(int bytes) => Exploration.Prove(exploration =>
    {
        var x = exploration.Any("x");
        var a = exploration.AnyState("a_", x);
        var result = bytes == 8 ? x : x & (((Word)1 << (bytes * 8)) - 1);
        exploration.Subject = result;
        a.ZeroExtend(bytes);
        exploration.Claim(in a, result, "nothing changes");
    });

    // To 32 bits: deductions come before the upper half is cleared, and clearing it is the extension above.
    [Theory]
    [InlineData(1, 64)]
    [InlineData(2, 64)]
    [InlineData(4, 64)]
    [InlineData(1, 32)]
    [InlineData(2, 32)]
    public void Extension_with_the_sign_holds(int bytes, int width) => Exploration.Prove(exploration =>
    {
        var x = exploration.Any("x");
        var a = exploration.AnyState("a_", x);
        int shift = 64 - (bytes * 8);
        var extended = (Word)((SignedWord)(x << shift) >> shift);
        exploration.Subject = extended;
        a.SignExtend(bytes, width);
        exploration.Claim(in a, width == 32 ? (HalfWord)extended : extended, "a constant");
    });

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Swapped_bytes_hold(int bytes) => Exploration.Prove(exploration =>
    {
        var x = exploration.Any("x");
        var a = exploration.AnyState("a_", x);
        Word swapped = 0;
        for (int index = 0; index < bytes; index++) swapped |= (x >> (index * 8) & 255) << ((bytes - 1 - index) * 8);
        exploration.Claim(a.Bits.SwapBytes(bytes).Holds(swapped), "swapped");
    });

    // Each count is a proof of its own: those where something happens always, all of them with scripts/prove.sh.
    private static IEnumerable<int> Counts(int width) => Environment.GetEnvironmentVariable("PSBPF_PROVE_ALL") == "1" ? Enumerable.Range(0, width) : [0, 1, .. width == 64 ? (int[])[31, 32, 33, 63] : [16, 31]];

    private static TheoryData<T, int> Each<T>(IEnumerable<T> rows)
        where T : struct, Enum
    {
        var data = new TheoryData<T, int>();
        foreach (var row in rows)
            foreach (int size in Sizes) data.Add(row, size);
        return data;
    }
}
