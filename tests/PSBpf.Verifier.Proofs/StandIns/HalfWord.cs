namespace PSBpf.Verifier.Proofs.StandIns;

/// <summary>Stands for <see cref="uint"/>.</summary>
internal readonly struct HalfWord(BitVector vector)
{
    public BitVector Vector { get; } = vector;

    public static HalfWord MinValue => new(BitVector.Number(0, Widths.Half));

    public static HalfWord MaxValue => new(BitVector.Number(ulong.MaxValue, Widths.Half));

    public static implicit operator HalfWord(int number) => new(BitVector.Number((ulong)number, Widths.Half));

    public static implicit operator HalfWord(uint number) => new(BitVector.Number(number, Widths.Half));

    public static implicit operator Word(HalfWord a) => new(BitVector.ZeroExtend(a.Vector, Widths.Word));

    public static implicit operator SignedWord(HalfWord a) => new(BitVector.ZeroExtend(a.Vector, Widths.Word));

    public static explicit operator SignedHalf(HalfWord a) => new(a.Vector);

    public static HalfWord operator +(HalfWord a, HalfWord b) => new(BitVector.Add(a.Vector, b.Vector));

    public static HalfWord operator -(HalfWord a, HalfWord b) => new(BitVector.Subtract(a.Vector, b.Vector));

    public static HalfWord operator *(HalfWord a, HalfWord b) => new(BitVector.Multiply(a.Vector, b.Vector));

    public static HalfWord operator &(HalfWord a, HalfWord b) => new(BitVector.And(a.Vector, b.Vector));

    public static HalfWord operator |(HalfWord a, HalfWord b) => new(BitVector.Or(a.Vector, b.Vector));

    public static HalfWord operator ^(HalfWord a, HalfWord b) => new(BitVector.Xor(a.Vector, b.Vector));

    public static HalfWord operator ~(HalfWord a) => new(BitVector.Not(a.Vector));

    public static HalfWord operator ++(HalfWord a) => a + 1;

    public static HalfWord operator --(HalfWord a) => a - 1;

    public static HalfWord operator <<(HalfWord a, int count) => new(BitVector.ShiftLeft(a.Vector, count));

    public static HalfWord operator >>(HalfWord a, int count) => new(BitVector.ShiftRight(a.Vector, count));

    public static Truth operator ==(HalfWord a, HalfWord b) => BitVector.Equal(a.Vector, b.Vector);

    public static Truth operator !=(HalfWord a, HalfWord b) => !BitVector.Equal(a.Vector, b.Vector);

    public static Truth operator <(HalfWord a, HalfWord b) => BitVector.Less(a.Vector, b.Vector);

    public static Truth operator >(HalfWord a, HalfWord b) => BitVector.Less(b.Vector, a.Vector);

    public static Truth operator <=(HalfWord a, HalfWord b) => BitVector.LessOrEqual(a.Vector, b.Vector);

    public static Truth operator >=(HalfWord a, HalfWord b) => BitVector.LessOrEqual(b.Vector, a.Vector);

    public override string ToString() => Vector.ToString();
}
