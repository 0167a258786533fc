using System.Runtime.CompilerServices;
using static PSBpf.Verifier.Domain.Words;

namespace PSBpf.Verifier.Domain;

/// <summary>
/// A tristate number: each bit is known to be 0, known to be 1, or unknown. <see cref="Mask"/> has the unknown bits,
/// <see cref="Value"/> the known ones; no bit is set in both. The arithmetic follows Vishwanathan et al., "Sound,
/// Precise, and Fast Abstract Interpretation with Tristate Numbers" (CGO 2022).
/// </summary>
internal readonly record struct Tnum(Word Value, Word Mask)
{
    public static Tnum Unknown => new(0, Word.MaxValue);

    public static Tnum Zero => new(0, 0);

    public Truth IsConstant => Mask == 0;

    public Truth IsUnknown => Mask == Word.MaxValue;

    public Word Minimum => Value;

    public Word Maximum => Value | Mask;

    public static Tnum Constant(Word value) => new(value, 0);

    /// <summary>The smallest tnum that holds every number from <paramref name="minimum"/> to <paramref name="maximum"/>.</summary>
    public static Tnum Range(Word minimum, Word maximum)
    {
        Word delta = Fill(minimum ^ maximum);
        return new Tnum(minimum & ~delta, delta);
    }

    public static Tnum operator +(Tnum a, Tnum b)
    {
        // Carries that occur with all unknown bits set but not with all of them clear make a bit unknown.
        Word most = a.Maximum + b.Maximum, least = a.Value + b.Value;
        Word unknown = (most ^ least) | a.Mask | b.Mask;
        return new Tnum(least & ~unknown, unknown);
    }

    public static Tnum operator -(Tnum a, Tnum b)
    {
        Word difference = a.Value - b.Value;
        Word unknown = ((difference + a.Mask) ^ (difference - b.Mask)) | a.Mask | b.Mask;
        return new Tnum(difference & ~unknown, unknown);
    }

    public static Tnum operator -(Tnum a) => Zero - a;

    public static Tnum operator &(Tnum a, Tnum b)
    {
        Word ones = a.Value & b.Value;
        return new Tnum(ones, a.Maximum & b.Maximum & ~ones);
    }

    public static Tnum operator |(Tnum a, Tnum b)
    {
        Word ones = a.Value | b.Value;
        return new Tnum(ones, (a.Mask | b.Mask) & ~ones);
    }

    public static Tnum operator ^(Tnum a, Tnum b)
    {
        Word unknown = a.Mask | b.Mask;
        return new Tnum((a.Value ^ b.Value) & ~unknown, unknown);
    }

    public static Tnum operator *(Tnum a, Tnum b)
    {
        var sum = Zero;
        while ((a.Value | a.Mask) != 0) Multiply(ref sum, ref a, ref b);
        return sum;
    }

    /// <summary>One turn of long multiplication: where a bit of one factor is unknown, the sum so far is that with the other factor or without.</summary>
    public static void Multiply(ref Tnum sum, ref Tnum a, ref Tnum b)
    {
        if ((a.Value & 1) != 0) sum += b;
        else if ((a.Mask & 1) != 0) sum = sum.Union(sum + b);
        a >>>= 1;
        b <<= 1;
    }

    /// <summary>The smallest tnum that holds all numbers of both.</summary>
    public Tnum Union(Tnum other)
    {
        Word unknown = Mask | other.Mask | (Value ^ other.Value);
        return new Tnum(Value & ~unknown, unknown);
    }

    public static Tnum operator <<(Tnum a, int count) => new(a.Value << count, a.Mask << count);

    public static Tnum operator >>>(Tnum a, int count) => new(a.Value >> count, a.Mask >> count);

    /// <summary>Arithmetic shift of the low <paramref name="width"/> bits; the result is zero-extended from that width.</summary>
    public Tnum ShiftArithmetic(int count, int width) => width == 32
        ? new Tnum((HalfWord)((SignedHalf)Value >> count), (HalfWord)((SignedHalf)Mask >> count))
        : new Tnum((Word)((SignedWord)Value >> count), (Word)((SignedWord)Mask >> count));

    /// <summary>The low <paramref name="bytes"/> bytes in reverse order, zero-extended.</summary>
    public Tnum SwapBytes(int bytes)
    {
        int shift = WordBits - BitsOf(bytes);
        return new Tnum(Reverse(Value) >> shift, Reverse(Mask) >> shift);
    }

    /// <summary>The smallest number of it that is larger than another one; the largest of it when there is none, the smallest for a number below all.</summary>
    public Word After(Word number)
    {
        if (number < Minimum) return Minimum;
        if (number >= Maximum) return Maximum;

        // Below the highest bit in which the number disagrees with what is known, unknown bits count as if they stood side by side.
        Word below = Fill((number & ~Mask) ^ Value);
        Word chosen = number & Mask & ~below;

        // A bit that is known to be 1 and is 0 there makes every choice below it larger.
        Word highest = below ^ (below >> 1);
        if ((Value & highest) != 0) return Value | chosen;

        Word free = Mask & ~below;
        return Value | (((chosen | ~free) + (below + 1)) & free);
    }

    /// <summary>What is known by both; meaningful only when some number satisfies both.</summary>
    public Tnum Intersect(Tnum other)
    {
        Word unknown = Mask & other.Mask;
        return new Tnum((Value | other.Value) & ~unknown, unknown);
    }

    /// <summary>Whether some number satisfies both.</summary>
    public Truth Overlaps(Tnum other) => ((Value ^ other.Value) & ~Mask & ~other.Mask) == 0;

    /// <summary>Whether every number of <paramref name="other"/> is one of this.</summary>
    public Truth Contains(Tnum other) => (other.Mask & ~Mask) == 0 && Value == (other.Value & ~Mask);

    /// <summary>The low bytes, zero-extended.</summary>
    public Tnum Truncate(int bytes)
    {
        if (bytes >= 8) return this;
        Word kept = ((Word)1 << BitsOf(bytes)) - 1;
        return new Tnum(Value & kept, Mask & kept);
    }

    /// <summary>The low 32 bits.</summary>
    public Tnum Low => Truncate(4);

    /// <summary>This with other low 32 bits.</summary>
    public Tnum WithLow(Tnum low) => new((Value & ~(Word)HalfWord.MaxValue) | (HalfWord)low.Value, (Mask & ~(Word)HalfWord.MaxValue) | (HalfWord)low.Mask);

    /// <summary>Whether every number of it is a multiple of a power of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Truth IsAligned(int size) => ((Value | Mask) & (Word)(size - 1)) == 0;

    /// <summary>As the kernel prints it: <c>(value; mask)</c>. A record's own would recurse through <see cref="Low"/>.</summary>
    public override string ToString() => $"(0x{Value:x}; 0x{Mask:x})";
}
