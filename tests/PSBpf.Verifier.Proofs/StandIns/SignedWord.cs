namespace PSBpf.Verifier.Proofs.StandIns;

/// <summary>Stands for <see cref="long"/>.</summary>
internal readonly struct SignedWord(BitVector vector)
{
    public BitVector Vector { get; } = vector;

    public static SignedWord MinValue => new(BitVector.Number(1UL << (Widths.Word - 1), Widths.Word));

    public static SignedWord MaxValue => new(BitVector.Number((1UL << (Widths.Word - 1)) - 1, Widths.Word));

    public static implicit operator SignedWord(int number) => new(BitVector.Number((ulong)number, Widths.Word));

    public static explicit operator Word(SignedWord a) => new(a.Vector);

    public static explicit operator HalfWord(SignedWord a) => new(BitVector.Low(a.Vector, Widths.Half));

    public static explicit operator SignedHalf(SignedWord a) => new(BitVector.Low(a.Vector, Widths.Half));

    public static SignedWord operator +(SignedWord a, SignedWord b) => new(BitVector.Add(a.Vector, b.Vector));

    public static SignedWord operator -(SignedWord a, SignedWord b) => new(BitVector.Subtract(a.Vector, b.Vector));

    public static SignedWord operator *(SignedWord a, SignedWord b) => new(BitVector.Multiply(a.Vector, b.Vector));

    public static SignedWord operator &(SignedWord a, SignedWord b) => new(BitVector.And(a.Vector, b.Vector));

    public static SignedWord operator |(SignedWord a, SignedWord b) => new(BitVector.Or(a.Vector, b.Vector));

    public static SignedWord operator ^(SignedWord a, SignedWord b) => new(BitVector.Xor(a.Vector, b.Vector));

    public static SignedWord operator ~(SignedWord a) => new(BitVector.Not(a.Vector));

    public static SignedWord operator ++(SignedWord a) => a + 1;

    public static SignedWord operator --(SignedWord a) => a - 1;

    public static SignedWord operator <<(SignedWord a, int count) => new(BitVector.ShiftLeft(a.Vector, count));

    public static SignedWord operator >>(SignedWord a, int count) => new(BitVector.ShiftRightSigned(a.Vector, count));

    public static Truth operator ==(SignedWord a, SignedWord b) => BitVector.Equal(a.Vector, b.Vector);

    public static Truth operator !=(SignedWord a, SignedWord b) => !BitVector.Equal(a.Vector, b.Vector);

    public static Truth operator <(SignedWord a, SignedWord b) => BitVector.SignedLess(a.Vector, b.Vector);

    public static Truth operator >(SignedWord a, SignedWord b) => BitVector.SignedLess(b.Vector, a.Vector);

    public static Truth operator <=(SignedWord a, SignedWord b) => BitVector.SignedLessOrEqual(a.Vector, b.Vector);

    public static Truth operator >=(SignedWord a, SignedWord b) => BitVector.SignedLessOrEqual(b.Vector, a.Vector);

    public override string ToString() => Vector.ToString();
}
