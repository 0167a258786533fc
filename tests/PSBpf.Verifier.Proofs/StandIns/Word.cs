namespace PSBpf.Verifier.Proofs.StandIns;

/// <summary>Stands for <see cref="ulong"/>.</summary>
internal readonly struct Word(BitVector vector)
{
    public BitVector Vector { get; } = vector;

    public static Word MinValue => new(BitVector.Number(0, Widths.Word));

    public static Word MaxValue => new(BitVector.Number(ulong.MaxValue, Widths.Word));

    public static implicit operator Word(int number) => new(BitVector.Number((ulong)number, Widths.Word));

    public static explicit operator SignedWord(Word a) => new(a.Vector);

    public static explicit operator HalfWord(Word a) => new(BitVector.Low(a.Vector, Widths.Half));

    public static explicit operator SignedHalf(Word a) => new(BitVector.Low(a.Vector, Widths.Half));

    public static explicit operator int(Word a) => (int)a.Vector.Known;

    public static Word operator +(Word a, Word b) => new(BitVector.Add(a.Vector, b.Vector));

    public static Word operator -(Word a, Word b) => new(BitVector.Subtract(a.Vector, b.Vector));

    public static Word operator *(Word a, Word b) => new(BitVector.Multiply(a.Vector, b.Vector));

    public static Word operator &(Word a, Word b) => new(BitVector.And(a.Vector, b.Vector));

    public static Word operator |(Word a, Word b) => new(BitVector.Or(a.Vector, b.Vector));

    public static Word operator ^(Word a, Word b) => new(BitVector.Xor(a.Vector, b.Vector));

    public static Word operator ~(Word a) => new(BitVector.Not(a.Vector));

    public static Word operator ++(Word a) => a + 1;

    public static Word operator --(Word a) => a - 1;

    public static Word operator <<(Word a, int count) => new(BitVector.ShiftLeft(a.Vector, count));

    public static Word operator >>(Word a, int count) => new(BitVector.ShiftRight(a.Vector, count));

    public static Truth operator ==(Word a, Word b) => BitVector.Equal(a.Vector, b.Vector);

    public static Truth operator !=(Word a, Word b) => !BitVector.Equal(a.Vector, b.Vector);

    public static Truth operator <(Word a, Word b) => BitVector.Less(a.Vector, b.Vector);

    public static Truth operator >(Word a, Word b) => BitVector.Less(b.Vector, a.Vector);

    public static Truth operator <=(Word a, Word b) => BitVector.LessOrEqual(a.Vector, b.Vector);

    public static Truth operator >=(Word a, Word b) => BitVector.LessOrEqual(b.Vector, a.Vector);

    public override string ToString() => Vector.ToString();
}
