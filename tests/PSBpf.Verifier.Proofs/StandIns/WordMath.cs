namespace PSBpf.Verifier.Proofs.StandIns;

/// <summary>Stands for <see cref="System.Math"/>. The larger and the smaller of two are chosen by a term and not by a branch.</summary>
internal static class WordMath
{
    public static Word Max(Word a, Word b) => new(BitVector.Choose(a < b, b.Vector, a.Vector));

    public static Word Min(Word a, Word b) => new(BitVector.Choose(a < b, a.Vector, b.Vector));

    public static SignedWord Max(SignedWord a, SignedWord b) => new(BitVector.Choose(a < b, b.Vector, a.Vector));

    public static SignedWord Min(SignedWord a, SignedWord b) => new(BitVector.Choose(a < b, a.Vector, b.Vector));

    public static HalfWord Max(HalfWord a, HalfWord b) => new(BitVector.Choose(a < b, b.Vector, a.Vector));

    public static HalfWord Min(HalfWord a, HalfWord b) => new(BitVector.Choose(a < b, a.Vector, b.Vector));

    public static SignedHalf Max(SignedHalf a, SignedHalf b) => new(BitVector.Choose(a < b, b.Vector, a.Vector));

    public static SignedHalf Min(SignedHalf a, SignedHalf b) => new(BitVector.Choose(a < b, a.Vector, b.Vector));

    /// <summary>The upper half of a product of numbers, not of terms.</summary>
    public static Word BigMul(Word a, Word b, out Word low)
    {
        var product = (UInt128)a.Vector.Known * b.Vector.Known;
        low = new(BitVector.Number((ulong)product, Widths.Word));
        return new(BitVector.Number((ulong)(product >> Widths.Word), Widths.Word));
    }

    /// <summary>The upper half of a product of numbers, not of terms.</summary>
    public static SignedWord BigMul(SignedWord a, SignedWord b, out SignedWord low)
    {
        var product = (Int128)a.Vector.KnownSigned * b.Vector.KnownSigned;
        low = new(BitVector.Number((ulong)product, Widths.Word));
        return new(BitVector.Number((ulong)(product >> Widths.Word), Widths.Word));
    }
}
