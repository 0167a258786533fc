namespace PSBpf.Verifier.Proofs.StandIns;

/// <summary>Stands for <see cref="int"/>.</summary>
internal readonly struct SignedHalf(BitVector vector)
{
    public BitVector Vector { get; } = vector;

    public static SignedHalf MinValue => new(BitVector.Number(1UL << (Widths.Half - 1), Widths.Half));

    public static SignedHalf MaxValue => new(BitVector.Number((1UL << (Widths.Half - 1)) - 1, Widths.Half));

    public static implicit operator SignedHalf(int number) => new(BitVector.Number((ulong)number, Widths.Half));

    public static implicit operator SignedWord(SignedHalf a) => new(BitVector.SignExtend(a.Vector, Widths.Word));

    public static explicit operator Word(SignedHalf a) => new(BitVector.SignExtend(a.Vector, Widths.Word));

    public static explicit operator HalfWord(SignedHalf a) => new(a.Vector);

    public static SignedHalf operator +(SignedHalf a, SignedHalf b) => new(BitVector.Add(a.Vector, b.Vector));

    public static SignedHalf operator -(SignedHalf a, SignedHalf b) => new(BitVector.Subtract(a.Vector, b.Vector));

    public static SignedHalf operator *(SignedHalf a, SignedHalf b) => new(BitVector.Multiply(a.Vector, b.Vector));

    public static SignedHalf operator &(SignedHalf a, SignedHalf b) => new(BitVector.And(a.Vector, b.Vector));

    public static SignedHalf operator |(SignedHalf a, SignedHalf b) => new(BitVector.Or(a.Vector, b.Vector));

    public static SignedHalf operator ^(SignedHalf a, SignedHalf b) => new(BitVector.Xor(a.Vector, b.Vector));

    public static SignedHalf operator ~(SignedHalf a) => new(BitVector.Not(a.Vector));

    public static SignedHalf operator ++(SignedHalf a) => a + 1;

    public static SignedHalf operator --(SignedHalf a) => a - 1;

    public static SignedHalf operator <<(SignedHalf a, int count) => new(BitVector.ShiftLeft(a.Vector, count));

    public static SignedHalf operator >>(SignedHalf a, int count) => new(BitVector.ShiftRightSigned(a.Vector, count));

    public static Truth operator ==(SignedHalf a, SignedHalf b) => BitVector.Equal(a.Vector, b.Vector);

    public static Truth operator !=(SignedHalf a, SignedHalf b) => !BitVector.Equal(a.Vector, b.Vector);

    public static Truth operator <(SignedHalf a, SignedHalf b) => BitVector.SignedLess(a.Vector, b.Vector);

    public static Truth operator >(SignedHalf a, SignedHalf b) => BitVector.SignedLess(b.Vector, a.Vector);

    public static Truth operator <=(SignedHalf a, SignedHalf b) => BitVector.SignedLessOrEqual(a.Vector, b.Vector);

    public static Truth operator >=(SignedHalf a, SignedHalf b) => BitVector.SignedLessOrEqual(b.Vector, a.Vector);

    public override string ToString() => Vector.ToString();
}
