using PSBpf.Verifier.Proofs.Symbolic;

namespace PSBpf.Verifier.Proofs.StandIns;

/// <summary>So many bits, without a sign: a number, or a term that stands for any.</summary>
/// <param name="Bits">The number; 0 for a term.</param>
/// <param name="Width">How many bits, at most 64.</param>
/// <param name="Term">The term; null for a number.</param>
internal readonly record struct BitVector(ulong Bits, int Width, Term? Term)
{
    public static BitVector Number(ulong bits, int width) => new(bits & Mask(width), width, null);

    public static ulong Mask(int width) => ulong.MaxValue >> (64 - width);

    /// <summary>As SMT-LIB writes it.</summary>
    public string Text => Term?.Name ?? $"(_ bv{Bits} {Width})";

    // With the sign bit turned over, signed order is unsigned order.
    private ulong Ordered => Bits ^ (1UL << (Width - 1));

    private long Extended => (long)(Bits << (64 - Width)) >> (64 - Width);

    public static BitVector Add(BitVector a, BitVector b) => IsNumber(a, b) ? Number(a.Bits + b.Bits, a.Width) : Apply("bvadd", a, b);

    public static BitVector Subtract(BitVector a, BitVector b) => IsNumber(a, b) ? Number(a.Bits - b.Bits, a.Width) : Apply("bvsub", a, b);

    public static BitVector Multiply(BitVector a, BitVector b) => IsNumber(a, b) ? Number(a.Bits * b.Bits, a.Width) : Apply("bvmul", a, b);

    public static BitVector And(BitVector a, BitVector b) => IsNumber(a, b) ? Number(a.Bits & b.Bits, a.Width) : Apply("bvand", a, b);

    public static BitVector Or(BitVector a, BitVector b) => IsNumber(a, b) ? Number(a.Bits | b.Bits, a.Width) : Apply("bvor", a, b);

    public static BitVector Xor(BitVector a, BitVector b) => IsNumber(a, b) ? Number(a.Bits ^ b.Bits, a.Width) : Apply("bvxor", a, b);

    public static BitVector Not(BitVector a) => a.Term is null ? Number(~a.Bits, a.Width) : Of(a.Width, $"(bvnot {a.Text})");

    // C# takes the low bits of a count, six of 64 and five of 32; narrow words have no such habit, and no code counts on it.
    public static BitVector ShiftLeft(BitVector a, int count) => Shift("bvshl", a, count, Number(a.Bits << count, a.Width));

    public static BitVector ShiftRight(BitVector a, int count) => Shift("bvlshr", a, count, Number(a.Bits >> count, a.Width));

    public static BitVector ShiftRightSigned(BitVector a, int count) => Shift("bvashr", a, count, Number((ulong)(a.Extended >> count), a.Width));

    public static Truth Equal(BitVector a, BitVector b) => IsNumber(a, b) ? a.Bits == b.Bits : Compare("=", a, b);

    public static Truth Less(BitVector a, BitVector b) => IsNumber(a, b) ? a.Bits < b.Bits : Compare("bvult", a, b);

    public static Truth LessOrEqual(BitVector a, BitVector b) => IsNumber(a, b) ? a.Bits <= b.Bits : Compare("bvule", a, b);

    public static Truth SignedLess(BitVector a, BitVector b) => IsNumber(a, b) ? a.Ordered < b.Ordered : Compare("bvslt", a, b);

    public static Truth SignedLessOrEqual(BitVector a, BitVector b) => IsNumber(a, b) ? a.Ordered <= b.Ordered : Compare("bvsle", a, b);

    /// <summary>One of two, without a branch.</summary>
    public static BitVector Choose(Truth condition, BitVector a, BitVector b)
    {
        if (condition.Term is { } term) return Of(a.Width, $"(ite {term.Name} {a.Text} {b.Text})");
        return condition.Value ? a : b;
    }

    public static BitVector ZeroExtend(BitVector a, int width) =>
        a.Term is null ? Number(a.Bits, width) : Of(width, $"((_ zero_extend {width - a.Width}) {a.Text})");

    public static BitVector SignExtend(BitVector a, int width) =>
        a.Term is null ? Number((ulong)a.Extended, width) : Of(width, $"((_ sign_extend {width - a.Width}) {a.Text})");

    public static BitVector Low(BitVector a, int width) =>
        a.Term is null ? Number(a.Bits, width) : Of(width, $"((_ extract {width - 1} 0) {a.Text})");

    /// <summary>The number, of what is no term.</summary>
    public ulong Known => Term is null ? Bits : throw new InvalidOperationException($"{Term.Name} stands for any number, and one is needed.");

    /// <summary>The number, with its sign, of what is no term.</summary>
    public long KnownSigned => Term is null ? Extended : throw new InvalidOperationException($"{Term.Name} stands for any number, and one is needed.");

    public override string ToString() => Text;

    private static bool IsNumber(BitVector a, BitVector b) => a.Term is null && b.Term is null;

    private static BitVector Of(int width, string text) => new(0, width, Exploration.Current.Define(width, text));

    private static BitVector Apply(string function, BitVector a, BitVector b) => Of(a.Width, $"({function} {a.Text} {b.Text})");

    private static Truth Compare(string relation, BitVector a, BitVector b) => Truth.Of($"({relation} {a.Text} {b.Text})");

    private static BitVector Shift(string function, BitVector a, int count, BitVector number)
    {
        if (count < 0 || count >= a.Width) throw new InvalidOperationException($"{a.Width} bits are shifted by {count}.");
        return a.Term is null ? number : Of(a.Width, $"({function} {a.Text} (_ bv{count} {a.Width}))");
    }
}
