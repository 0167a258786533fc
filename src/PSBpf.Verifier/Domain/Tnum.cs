using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace PSBpf.Verifier.Domain;

/// <summary>
/// A tristate number: each bit is known to be 0, known to be 1, or unknown. <see cref="Mask"/> has the unknown bits,
/// <see cref="Value"/> the known ones; no bit is set in both. The arithmetic follows Vishwanathan et al., "Sound,
/// Precise, and Fast Abstract Interpretation with Tristate Numbers" (CGO 2022).
/// </summary>
internal readonly record struct Tnum(ulong Value, ulong Mask)
{
    public static Tnum Unknown => new(0, ulong.MaxValue);

    public static Tnum Zero => default;

    public bool IsConstant => Mask == 0;

    public bool IsUnknown => Mask == ulong.MaxValue;

    public ulong Minimum => Value;

    public ulong Maximum => Value | Mask;

    public static Tnum Constant(ulong value) => new(value, 0);

    /// <summary>The smallest tnum that holds every number from <paramref name="minimum"/> to <paramref name="maximum"/>.</summary>
    public static Tnum Range(ulong minimum, ulong maximum)
    {
        int differing = 64 - BitOperations.LeadingZeroCount(minimum ^ maximum);
        if (differing > 63) return Unknown;
        ulong delta = (1UL << differing) - 1;
        return new Tnum(minimum & ~delta, delta);
    }

    public static Tnum operator +(Tnum a, Tnum b)
    {
        // Carries that occur with all unknown bits set but not with all of them clear make a bit unknown.
        ulong most = a.Maximum + b.Maximum, least = a.Value + b.Value;
        ulong unknown = (most ^ least) | a.Mask | b.Mask;
        return new Tnum(least & ~unknown, unknown);
    }

    public static Tnum operator -(Tnum a, Tnum b)
    {
        ulong difference = a.Value - b.Value;
        ulong unknown = ((difference + a.Mask) ^ (difference - b.Mask)) | a.Mask | b.Mask;
        return new Tnum(difference & ~unknown, unknown);
    }

    public static Tnum operator -(Tnum a) => Zero - a;

    public static Tnum operator &(Tnum a, Tnum b)
    {
        ulong ones = a.Value & b.Value;
        return new Tnum(ones, a.Maximum & b.Maximum & ~ones);
    }

    public static Tnum operator |(Tnum a, Tnum b)
    {
        ulong ones = a.Value | b.Value;
        return new Tnum(ones, (a.Mask | b.Mask) & ~ones);
    }

    public static Tnum operator ^(Tnum a, Tnum b)
    {
        ulong unknown = a.Mask | b.Mask;
        return new Tnum((a.Value ^ b.Value) & ~unknown, unknown);
    }

    public static Tnum operator *(Tnum a, Tnum b)
    {
        // Long multiplication: where a bit of one factor is unknown, the sum so far is that with the other factor or without.
        var sum = Zero;
        while ((a.Value | a.Mask) != 0)
        {
            if ((a.Value & 1) != 0) sum += b;
            else if ((a.Mask & 1) != 0) sum = sum.Union(sum + b);
            a >>>= 1;
            b <<= 1;
        }

        return sum;
    }

    /// <summary>The smallest tnum that holds all numbers of both.</summary>
    public Tnum Union(Tnum other)
    {
        ulong unknown = Mask | other.Mask | (Value ^ other.Value);
        return new Tnum(Value & ~unknown, unknown);
    }

    public static Tnum operator <<(Tnum a, int count) => new(a.Value << count, a.Mask << count);

    public static Tnum operator >>>(Tnum a, int count) => new(a.Value >> count, a.Mask >> count);

    /// <summary>Arithmetic shift of the low <paramref name="width"/> bits; the result is zero-extended from that width.</summary>
    public Tnum ShiftArithmetic(int count, int width) => width == 32
        ? new Tnum((uint)((int)Value >> count), (uint)((int)Mask >> count))
        : new Tnum((ulong)((long)Value >> count), (ulong)((long)Mask >> count));

    /// <summary>The low <paramref name="bytes"/> bytes in reverse order, zero-extended.</summary>
    public Tnum SwapBytes(int bytes)
    {
        int shift = 64 - (bytes * 8);
        return new Tnum(BinaryPrimitives.ReverseEndianness(Value) >> shift, BinaryPrimitives.ReverseEndianness(Mask) >> shift);
    }

    /// <summary>The smallest number of it that is larger than another one; the largest of it when there is none, the smallest for a number below all.</summary>
    public ulong After(ulong number)
    {
        if (number < Minimum) return Minimum;
        if (number >= Maximum) return Maximum;

        // Below the highest bit in which the number disagrees with what is known, unknown bits count as if they stood side by side.
        ulong difference = (number & ~Mask) ^ Value;
        ulong below = difference == 0 ? 0 : ulong.MaxValue >> BitOperations.LeadingZeroCount(difference);
        ulong chosen = number & Mask;
        if (difference != 0)
        {
            int highest = 63 - BitOperations.LeadingZeroCount(difference);
            chosen &= ~below;

            // A bit that is known to be 1 and is 0 there makes every choice below it larger.
            if ((Value >> highest & 1) != 0) return Value | chosen;
        }

        ulong free = Mask & ~below;
        return Value | (((chosen | ~free) + (below + 1)) & free);
    }

    /// <summary>What is known by both; meaningful only when some number satisfies both.</summary>
    public Tnum Intersect(Tnum other)
    {
        ulong unknown = Mask & other.Mask;
        return new Tnum((Value | other.Value) & ~unknown, unknown);
    }

    /// <summary>Whether some number satisfies both.</summary>
    public bool Overlaps(Tnum other) => ((Value ^ other.Value) & ~Mask & ~other.Mask) == 0;

    /// <summary>Whether every number of <paramref name="other"/> is one of this.</summary>
    public bool Contains(Tnum other) => (other.Mask & ~Mask) == 0 && Value == (other.Value & ~Mask);

    /// <summary>The low bytes, zero-extended.</summary>
    public Tnum Truncate(int bytes)
    {
        if (bytes >= 8) return this;
        ulong kept = (1UL << (bytes * 8)) - 1;
        return new Tnum(Value & kept, Mask & kept);
    }

    /// <summary>The low 32 bits.</summary>
    public Tnum Low => Truncate(4);

    /// <summary>This with other low 32 bits.</summary>
    public Tnum WithLow(Tnum low) => new((Value & ~0xffff_ffffUL) | (uint)low.Value, (Mask & ~0xffff_ffffUL) | (uint)low.Mask);

    /// <summary>Whether every number of it is a multiple of a power of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsAligned(int size) => ((Value | Mask) & (ulong)(size - 1)) == 0;

    /// <summary>As the kernel prints it: <c>(value; mask)</c>. A record's own would recurse through <see cref="Low"/>.</summary>
    public override string ToString() => $"(0x{Value:x}; 0x{Mask:x})";
}
