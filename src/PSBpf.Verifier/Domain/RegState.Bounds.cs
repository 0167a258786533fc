using System.Runtime.CompilerServices;
using static PSBpf.Verifier.Domain.Words;

namespace PSBpf.Verifier.Domain;

internal partial struct RegState
{
    public void SetConstant(Word value)
    {
        Bits = Tnum.Constant(value);
        Min = Max = value;
        SignedMin = SignedMax = (SignedWord)value;
        Min32 = Max32 = (HalfWord)value;
        SignedMin32 = SignedMax32 = (SignedHalf)value;
    }

    public void SetUnbounded()
    {
        Bits = Tnum.Unknown;
        SetUnbounded64();
        SetUnbounded32();
    }

    public void SetUnbounded64()
    {
        Min = 0;
        Max = Word.MaxValue;
        SignedMin = SignedWord.MinValue;
        SignedMax = SignedWord.MaxValue;
    }

    public void SetUnbounded32()
    {
        Min32 = 0;
        Max32 = HalfWord.MaxValue;
        SignedMin32 = SignedHalf.MinValue;
        SignedMax32 = SignedHalf.MaxValue;
    }

    /// <summary>Whether the ranges contradict each other, as after a comparison that cannot come out this way.</summary>
    public readonly Truth IsContradictory =>
        Min > Max || SignedMin > SignedMax || Min32 > Max32 || SignedMin32 > SignedMax32;

    /// <summary>
    /// Lets each view of the value tighten the others. What contradicts itself is no number, so that anything may be said of it: everything is forgotten.
    /// </summary>
    public void Synchronize()
    {
        Sound();
        TightenFromBits();
        TightenRanges();
        TightenRanges();
        TightenRanges();
        TightenBits();
        TightenFromBits();
        if (IsContradictory) SetUnbounded();
        Sound();
    }

    /// <summary>
    /// What was known still holds here, whatever the deductions before it were: proofs take each step between two such places by itself. No code is behind it in the verifier.
    /// </summary>
    /// <param name="line">Which place it is.</param>
#pragma warning disable CA1822 // There is no code that could use the state; there is in proofs.
    partial void Sound([CallerLineNumber] int line = 0);
#pragma warning restore CA1822

    /// <summary>Keeps the low bytes and clears the rest, as loads and 32-bit arithmetic do.</summary>
    public void ZeroExtend(int bytes)
    {
        if (bytes == 8) return;
        Word kept = ((Word)1 << BitsOf(bytes)) - 1;
        Truth sameUpper = (Min & ~kept) == (Max & ~kept);
        Bits = Bits.Truncate(bytes);
        if (bytes == 4)
        {
            Min = Min32;
            Max = Max32;
        }
        else
        {
            Min = sameUpper ? Min & kept : 0;
            Max = sameUpper ? Max & kept : kept;
            SetUnbounded32();
        }

        SignedMin = (SignedWord)Min;
        SignedMax = (SignedWord)Max;
        Synchronize();
    }

    /// <summary>Sign-extends the low bytes to <paramref name="width"/> bits; for 32, the upper half is cleared after it.</summary>
    public void SignExtend(int bytes, int width)
    {
        int bits = BitsOf(bytes), shift = WordBits - bits;
        if (Bits.IsConstant)
        {
            SignedWord value = (SignedWord)(Bits.Value << shift) >> shift;
            SetConstant(width == 32 ? (HalfWord)value : (Word)value);
            return;
        }

        // Like Linux, only of numbers that agree in all bits above those that are kept.
        SignedWord smin = SignedWord.MinValue >> shift, smax = SignedWord.MaxValue >> shift;
        if (width == 64 ? SignedMin >> bits == SignedMax >> bits : SignedMin32 >> bits == SignedMax32 >> bits)
        {
            SignedWord first = (width == 64 ? SignedMin : SignedMin32) << shift >> shift, last = (width == 64 ? SignedMax : SignedMax32) << shift >> shift;
            if ((first >= 0) == (last >= 0)) (smin, smax) = (first, last);
        }

        SetUnbounded();
        SignedMin = smin;
        SignedMax = smax;
        SignedMin32 = (SignedHalf)Math.Max(smin, SignedHalf.MinValue);
        SignedMax32 = (SignedHalf)Math.Min(smax, SignedHalf.MaxValue);
        Synchronize();
        if (width == 32) ZeroExtend(4);
    }

    private void TightenFromBits()
    {
        Word sign = (Word)1 << (WordBits - 1);
        HalfWord sign32 = (HalfWord)1 << (HalfBits - 1);
        Min = Math.Max(Min, Bits.Value);
        Max = Math.Min(Max, Bits.Maximum);
        SignedMin = Math.Max(SignedMin, (SignedWord)(Bits.Value | (Bits.Mask & sign)));
        SignedMax = Math.Min(SignedMax, (SignedWord)(Bits.Value | (Bits.Mask & ~sign)));
        HalfWord value = (HalfWord)Bits.Value, mask = (HalfWord)Bits.Mask;
        Min32 = Math.Max(Min32, value);
        Max32 = Math.Min(Max32, value | mask);
        SignedMin32 = Math.Max(SignedMin32, (SignedHalf)(value | (mask & sign32)));
        SignedMax32 = Math.Min(SignedMax32, (SignedHalf)(value | (mask & ~sign32)));
        Sound();
        if (Bits.IsConstant) return;
        if (OnlyValue() is { } only) SetConstant(only);
        Sound();
    }

    // The only number that the bits allow in the unsigned range, if there is but one.
    private readonly Word? OnlyValue()
    {
        Word next = Bits.After(Min);
        if ((Min & ~Bits.Mask) == Bits.Value) return next > Max ? Min : null;
        if (next == Bits.Maximum) return next;
        return next <= Max && Bits.After(next) > Max ? next : null;
    }

    private void TightenRanges()
    {
        // The low half follows the whole where the upper half is fixed.
        if (Min >> HalfBits == Max >> HalfBits)
        {
            Min32 = Math.Max(Min32, (HalfWord)Min);
            Max32 = Math.Min(Max32, (HalfWord)Max);
            if ((SignedHalf)Min <= (SignedHalf)Max)
            {
                SignedMin32 = Math.Max(SignedMin32, (SignedHalf)Min);
                SignedMax32 = Math.Min(SignedMax32, (SignedHalf)Max);
            }
        }

        Sound();
        if (SignedMin >> HalfBits == SignedMax >> HalfBits)
        {
            Min32 = Math.Max(Min32, (HalfWord)SignedMin);
            Max32 = Math.Min(Max32, (HalfWord)SignedMax);
        }

        Sound();

        // A range across one such border goes in the low half from negative numbers over zero to others.
        if ((HalfWord)(Min >> HalfBits) + 1 == (HalfWord)(Max >> HalfBits) && (SignedHalf)Min < 0 && (SignedHalf)Max >= 0)
        {
            SignedMin32 = Math.Max(SignedMin32, (SignedHalf)Min);
            SignedMax32 = Math.Min(SignedMax32, (SignedHalf)Max);
        }

        Sound();
        if ((HalfWord)(SignedMin >> HalfBits) + 1 == (HalfWord)(SignedMax >> HalfBits) && (SignedHalf)SignedMin < 0 && (SignedHalf)SignedMax >= 0)
        {
            SignedMin32 = Math.Max(SignedMin32, (SignedHalf)SignedMin);
            SignedMax32 = Math.Min(SignedMax32, (SignedHalf)SignedMax);
        }

        Sound();
        if (SignedMin >= SignedHalf.MinValue && SignedMax <= SignedHalf.MaxValue)
        {
            SignedMin32 = Math.Max(SignedMin32, (SignedHalf)SignedMin);
            SignedMax32 = Math.Min(SignedMax32, (SignedHalf)SignedMax);
        }

        Sound();

        // Signed and unsigned agree on a range that does not cross the sign.
        if ((SignedHalf)Min32 <= (SignedHalf)Max32)
        {
            SignedMin32 = Math.Max(SignedMin32, (SignedHalf)Min32);
            SignedMax32 = Math.Min(SignedMax32, (SignedHalf)Max32);
        }

        Sound();
        if ((HalfWord)SignedMin32 <= (HalfWord)SignedMax32)
        {
            Min32 = Math.Max(Min32, (HalfWord)SignedMin32);
            Max32 = Math.Min(Max32, (HalfWord)SignedMax32);
        }
        else if (Max32 < (HalfWord)SignedMin32)
        {
            SignedMin32 = (SignedHalf)Min32;
            Max32 = Math.Min(Max32, (HalfWord)SignedMax32);
        }
        else if ((HalfWord)SignedMax32 < Min32)
        {
            SignedMax32 = (SignedHalf)Max32;
            Min32 = Math.Max(Min32, (HalfWord)SignedMin32);
        }

        Sound();
        if ((SignedWord)Min <= (SignedWord)Max)
        {
            SignedMin = Math.Max(SignedMin, (SignedWord)Min);
            SignedMax = Math.Min(SignedMax, (SignedWord)Max);
        }

        Sound();
        if ((Word)SignedMin <= (Word)SignedMax)
        {
            Min = Math.Max(Min, (Word)SignedMin);
            Max = Math.Min(Max, (Word)SignedMax);
        }
        else if (Max < (Word)SignedMin)
        {
            // The signed range has negative numbers, and the unsigned one has none of them.
            SignedMin = (SignedWord)Min;
            Max = Math.Min(Max, (Word)SignedMax);
        }
        else if ((Word)SignedMax < Min)
        {
            // Nor any of those that are not negative.
            SignedMax = (SignedWord)Max;
            Min = Math.Max(Min, (Word)SignedMin);
        }

        Sound();

        // The whole follows the low half: what has the upper half of the least has no less than the least low half, and what has not is larger.
        Word upper = ~(Word)HalfWord.MaxValue;
        SignedWord signedUpper = (SignedWord)upper;
        Min = Math.Max(Min, (Min & upper) | Min32);
        Max = Math.Min(Max, (Max & upper) | Max32);
        SignedMin = Math.Max(SignedMin, (SignedMin & signedUpper) | Min32);
        SignedMax = Math.Min(SignedMax, (SignedMax & signedUpper) | Max32);

        Sound();
        if (SignedMin32 >= 0 && SignedMin >= SignedHalf.MinValue && SignedMax <= SignedHalf.MaxValue)
        {
            // Sign-extended, the number is its low half. Not narrowed but set: Linux may know more before than after, and we are not to know more than Linux.
            SignedMin = SignedMin32;
            SignedMax = SignedMax32;
            Min = (Word)SignedMin32;
            Max = (Word)SignedMax32;
            var range = Tnum.Range(Min, Max);
            if (Bits.Overlaps(range)) Bits = Bits.Intersect(range);
        }

        Sound();
    }

    private void TightenBits()
    {
        var whole = Tnum.Range(Min, Max);
        if (Bits.Overlaps(whole)) Bits = Bits.Intersect(whole);
        Sound();
        var low = Tnum.Range(Min32, Max32);
        if (Bits.Low.Overlaps(low.Low)) Bits = Bits.WithLow(Bits.Low.Intersect(low.Low));
        Sound();
    }
}
