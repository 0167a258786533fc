using PSBpf.Isa;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Transfer;

/// <summary>What comparisons say about numbers: whether the outcome is known, and what each outcome teaches.</summary>
internal static class Comparison
{
    /// <summary>Whether <c>a op b</c> holds for all, for none (false), or for some (null) of the possible values.</summary>
    public static bool? Outcome(Condition condition, int width, in RegState a, in RegState b)
    {
        bool wide = width == 64;
        Word amin = wide ? a.Min : a.Min32, amax = wide ? a.Max : a.Max32, bmin = wide ? b.Min : b.Min32, bmax = wide ? b.Max : b.Max32;
        SignedWord asmin = wide ? a.SignedMin : a.SignedMin32, asmax = wide ? a.SignedMax : a.SignedMax32;
        SignedWord bsmin = wide ? b.SignedMin : b.SignedMin32, bsmax = wide ? b.SignedMax : b.SignedMax32;
        Tnum abits = wide ? a.Bits : a.Bits.Low, bbits = wide ? b.Bits : b.Bits.Low;
        switch (condition)
        {
            case Condition.Jeq or Condition.Jne:
                bool? equal = null;
                if (abits.IsConstant && bbits.IsConstant) equal = abits.Value == bbits.Value ? true : false;
                else if (!abits.Overlaps(bbits) || amin > bmax || bmin > amax || asmin > bsmax || bsmin > asmax || LowHalvesDiffer(in a, in b)) equal = false;
                return condition == Condition.Jeq ? equal : !equal;
            case Condition.Jset:
                if ((abits.Value & bbits.Value) != 0) return true;
                return (abits.Maximum & bbits.Maximum) == 0 ? false : null;
            case Condition.Jgt: return amin > bmax ? true : amax <= bmin ? false : null;
            case Condition.Jge: return amin >= bmax ? true : amax < bmin ? false : null;
            case Condition.Jlt: return amax < bmin ? true : amin >= bmax ? false : null;
            case Condition.Jle: return amax <= bmin ? true : amin > bmax ? false : null;
            case Condition.Jsgt: return asmin > bsmax ? true : asmax <= bsmin ? false : null;
            case Condition.Jsge: return asmin >= bsmax ? true : asmax < bsmin ? false : null;
            case Condition.Jslt: return asmax < bsmin ? true : asmin >= bsmax ? false : null;
            case Condition.Jsle: return asmax <= bsmin ? true : asmin > bsmax ? false : null;
            default: return null;
        }
    }

    // Numbers whose low halves cannot be equal cannot be equal.
    private static Truth LowHalvesDiffer(in RegState a, in RegState b) =>
        a.Min32 > b.Max32 || b.Min32 > a.Max32 || a.SignedMin32 > b.SignedMax32 || b.SignedMin32 > a.SignedMax32;

    /// <summary>The condition that holds when this one does not.</summary>
    public static Condition Negate(Condition condition) => condition switch
    {
        Condition.Jeq => Condition.Jne,
        Condition.Jne => Condition.Jeq,
        Condition.Jgt => Condition.Jle,
        Condition.Jge => Condition.Jlt,
        Condition.Jlt => Condition.Jge,
        Condition.Jle => Condition.Jgt,
        Condition.Jsgt => Condition.Jsle,
        Condition.Jsge => Condition.Jslt,
        Condition.Jslt => Condition.Jsge,
        Condition.Jsle => Condition.Jsgt,
        _ => Condition.None,
    };

    /// <summary>The condition that holds of the operands the other way round.</summary>
    public static Condition Mirror(Condition condition) => condition switch
    {
        Condition.Jgt => Condition.Jlt,
        Condition.Jge => Condition.Jle,
        Condition.Jlt => Condition.Jgt,
        Condition.Jle => Condition.Jge,
        Condition.Jsgt => Condition.Jslt,
        Condition.Jsge => Condition.Jsle,
        Condition.Jslt => Condition.Jsgt,
        Condition.Jsle => Condition.Jsge,
        _ => condition,
    };

    /// <summary>Narrows both sides to the values for which <c>a op b</c> came out as <paramref name="holds"/>.</summary>
    public static void Refine(Condition condition, int width, bool holds, ref RegState a, ref RegState b)
    {
        Narrow(condition, width, holds, ref a, ref b);
        a.Synchronize();
        b.Synchronize();
    }

    /// <summary>The part of <see cref="Refine"/> that is about the comparison; what follows from it in other views of the numbers is left out.</summary>
    public static void Narrow(Condition condition, int width, bool holds, ref RegState a, ref RegState b)
    {
        if (condition == Condition.Jset)
        {
            if ((width == 64 ? b.Bits : b.Bits.Low).IsConstant) RefineBits(width, holds, ref a, in b);
            else RefineBits(width, holds, ref b, in a);
            return;
        }

        switch (holds ? condition : Negate(condition))
        {
            case Condition.Jeq: Equal(width, ref a, ref b); break;
            case Condition.Jne: Differ(width, ref a, in b); Differ(width, ref b, in a); break;
            case Condition.Jgt: Less(width, strict: true, ref b, ref a); break;
            case Condition.Jge: Less(width, strict: false, ref b, ref a); break;
            case Condition.Jlt: Less(width, strict: true, ref a, ref b); break;
            case Condition.Jle: Less(width, strict: false, ref a, ref b); break;
            case Condition.Jsgt: SignedLess(width, strict: true, ref b, ref a); break;
            case Condition.Jsge: SignedLess(width, strict: false, ref b, ref a); break;
            case Condition.Jslt: SignedLess(width, strict: true, ref a, ref b); break;
            case Condition.Jsle: SignedLess(width, strict: false, ref a, ref b); break;
        }
    }

    private static void Equal(int width, ref RegState a, ref RegState b)
    {
        if (width == 64)
        {
            a.Min = b.Min = Math.Max(a.Min, b.Min);
            a.Max = b.Max = Math.Min(a.Max, b.Max);
            a.SignedMin = b.SignedMin = Math.Max(a.SignedMin, b.SignedMin);
            a.SignedMax = b.SignedMax = Math.Min(a.SignedMax, b.SignedMax);
            if (a.Bits.Overlaps(b.Bits)) a.Bits = b.Bits = a.Bits.Intersect(b.Bits);
            return;
        }

        if (a.Bits.Low.Overlaps(b.Bits.Low))
        {
            var low = a.Bits.Low.Intersect(b.Bits.Low);
            a.Bits = a.Bits.WithLow(low);
            b.Bits = b.Bits.WithLow(low);
        }

        a.Min32 = b.Min32 = Math.Max(a.Min32, b.Min32);
        a.Max32 = b.Max32 = Math.Min(a.Max32, b.Max32);
        a.SignedMin32 = b.SignedMin32 = Math.Max(a.SignedMin32, b.SignedMin32);
        a.SignedMax32 = b.SignedMax32 = Math.Min(a.SignedMax32, b.SignedMax32);
    }

    // A constant that is the end of a range is cut off it.
    private static void Differ(int width, ref RegState a, in RegState b)
    {
        if (width == 64)
        {
            if (!b.Bits.IsConstant) return;
            Word value = b.Bits.Value;
            if (a.Min == value && value != Word.MaxValue) a.Min++;
            if (a.Max == value && value != 0) a.Max--;
            if (a.SignedMin == (SignedWord)value && (SignedWord)value != SignedWord.MaxValue) a.SignedMin++;
            if (a.SignedMax == (SignedWord)value && (SignedWord)value != SignedWord.MinValue) a.SignedMax--;
        }
        else if (b.Bits.Low.IsConstant)
        {
            HalfWord value = (HalfWord)b.Bits.Value;
            if (a.Min32 == value && value != HalfWord.MaxValue) a.Min32++;
            if (a.Max32 == value && value != 0) a.Max32--;
            if (a.SignedMin32 == (SignedHalf)value && (SignedHalf)value != SignedHalf.MaxValue) a.SignedMin32++;
            if (a.SignedMax32 == (SignedHalf)value && (SignedHalf)value != SignedHalf.MinValue) a.SignedMax32--;
        }
    }

    private static void Less(int width, bool strict, ref RegState low, ref RegState high)
    {
        HalfWord by = strict ? 1u : 0u;
        if (width == 64)
        {
            low.Max = Math.Min(low.Max, high.Max - by);
            high.Min = Math.Max(high.Min, low.Min + by);
        }
        else
        {
            low.Max32 = Math.Min(low.Max32, high.Max32 - by);
            high.Min32 = Math.Max(high.Min32, low.Min32 + by);
        }
    }

    private static void SignedLess(int width, bool strict, ref RegState low, ref RegState high)
    {
        SignedHalf by = strict ? 1 : 0;
        if (width == 64)
        {
            low.SignedMax = Math.Min(low.SignedMax, high.SignedMax - by);
            high.SignedMin = Math.Max(high.SignedMin, low.SignedMin + by);
        }
        else
        {
            low.SignedMax32 = Math.Min(low.SignedMax32, high.SignedMax32 - by);
            high.SignedMin32 = Math.Max(high.SignedMin32, low.SignedMin32 + by);
        }
    }

    private static void RefineBits(int width, bool holds, ref RegState a, in RegState b)
    {
        var mask = width == 64 ? b.Bits : b.Bits.Low;
        if (!mask.IsConstant) return;
        var bits = width == 64 ? a.Bits : a.Bits.Low;
        if (!holds)
        {
            // Like Linux, which keeps only bits here, since ranges might contradict them on a way that is never taken.
            bits &= Tnum.Constant(~mask.Value);
            a.SetUnbounded64();
            a.SetUnbounded32();
        }
        else if (IsPowerOfTwo(mask.Value)) bits |= Tnum.Constant(mask.Value);
        a.Bits = width == 64 ? bits : a.Bits.WithLow(bits.Low);
    }

    private static Truth IsPowerOfTwo(Word word) => word != 0 && (word & (word - 1)) == 0;
}
