namespace PSBpf.Verifier.Domain;

internal partial struct RegState
{
    public void SetConstant(ulong value)
    {
        Bits = Tnum.Constant(value);
        Min = Max = value;
        SignedMin = SignedMax = (long)value;
        Min32 = Max32 = (uint)value;
        SignedMin32 = SignedMax32 = (int)value;
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
        Max = ulong.MaxValue;
        SignedMin = long.MinValue;
        SignedMax = long.MaxValue;
    }

    public void SetUnbounded32()
    {
        Min32 = 0;
        Max32 = uint.MaxValue;
        SignedMin32 = int.MinValue;
        SignedMax32 = int.MaxValue;
    }

    /// <summary>Whether the ranges contradict each other, as after a comparison that cannot come out this way.</summary>
    public readonly bool IsContradictory =>
        Min > Max || SignedMin > SignedMax || Min32 > Max32 || SignedMin32 > SignedMax32;

    /// <summary>
    /// Lets each view of the value tighten the others. What contradicts itself is no number, so that anything may be said of it: everything is forgotten.
    /// </summary>
    public void Synchronize()
    {
        TightenFromBits();
        TightenRanges();
        TightenRanges();
        TightenRanges();
        TightenBits();
        TightenFromBits();
        if (IsContradictory) SetUnbounded();
    }

    /// <summary>Keeps the low bytes and clears the rest, as loads and 32-bit arithmetic do.</summary>
    public void ZeroExtend(int bytes)
    {
        if (bytes == 8) return;
        ulong kept = (1UL << (bytes * 8)) - 1;
        bool sameUpper = (Min & ~kept) == (Max & ~kept);
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

        SignedMin = (long)Min;
        SignedMax = (long)Max;
        Synchronize();
    }

    /// <summary>Sign-extends the low bytes to <paramref name="width"/> bits; for 32, the upper half is cleared after it.</summary>
    public void SignExtend(int bytes, int width)
    {
        int bits = bytes * 8, shift = 64 - bits;
        if (Bits.IsConstant)
        {
            long value = (long)(Bits.Value << shift) >> shift;
            SetConstant(width == 32 ? (uint)value : (ulong)value);
            return;
        }

        // Like Linux, only of numbers that agree in all bits above those that are kept.
        long smin = long.MinValue >> shift, smax = long.MaxValue >> shift;
        if (width == 64 ? SignedMin >> bits == SignedMax >> bits : SignedMin32 >> bits == SignedMax32 >> bits)
        {
            long first = (width == 64 ? SignedMin : SignedMin32) << shift >> shift, last = (width == 64 ? SignedMax : SignedMax32) << shift >> shift;
            if (first >= 0 == last >= 0) (smin, smax) = (first, last);
        }

        SetUnbounded();
        SignedMin = smin;
        SignedMax = smax;
        SignedMin32 = (int)Math.Max(smin, int.MinValue);
        SignedMax32 = (int)Math.Min(smax, int.MaxValue);
        Synchronize();
        if (width == 32) ZeroExtend(4);
    }

    private void TightenFromBits()
    {
        const ulong sign = 1UL << 63;
        const uint sign32 = 1U << 31;
        Min = Math.Max(Min, Bits.Value);
        Max = Math.Min(Max, Bits.Maximum);
        SignedMin = Math.Max(SignedMin, (long)(Bits.Value | (Bits.Mask & sign)));
        SignedMax = Math.Min(SignedMax, (long)(Bits.Value | (Bits.Mask & ~sign)));
        uint value = (uint)Bits.Value, mask = (uint)Bits.Mask;
        Min32 = Math.Max(Min32, value);
        Max32 = Math.Min(Max32, value | mask);
        SignedMin32 = Math.Max(SignedMin32, (int)(value | (mask & sign32)));
        SignedMax32 = Math.Min(SignedMax32, (int)(value | (mask & ~sign32)));
        if (!Bits.IsConstant && OnlyValue() is { } only) SetConstant(only);
    }

    // The only number that the bits allow in the unsigned range, if there is but one.
    private readonly ulong? OnlyValue()
    {
        ulong next = Bits.After(Min);
        if ((Min & ~Bits.Mask) == Bits.Value) return next > Max ? Min : null;
        if (next == Bits.Maximum) return next;
        return next <= Max && Bits.After(next) > Max ? next : null;
    }

    private void TightenRanges()
    {
        // The low half follows the whole where the upper half is fixed.
        if (Min >> 32 == Max >> 32)
        {
            Min32 = Math.Max(Min32, (uint)Min);
            Max32 = Math.Min(Max32, (uint)Max);
            if ((int)Min <= (int)Max)
            {
                SignedMin32 = Math.Max(SignedMin32, (int)Min);
                SignedMax32 = Math.Min(SignedMax32, (int)Max);
            }
        }

        if (SignedMin >> 32 == SignedMax >> 32)
        {
            Min32 = Math.Max(Min32, (uint)SignedMin);
            Max32 = Math.Min(Max32, (uint)SignedMax);
        }

        // A range across one such border goes in the low half from negative numbers over zero to others.
        if ((uint)(Min >> 32) + 1 == (uint)(Max >> 32) && (int)Min < 0 && (int)Max >= 0)
        {
            SignedMin32 = Math.Max(SignedMin32, (int)Min);
            SignedMax32 = Math.Min(SignedMax32, (int)Max);
        }

        if ((uint)(SignedMin >> 32) + 1 == (uint)(SignedMax >> 32) && (int)SignedMin < 0 && (int)SignedMax >= 0)
        {
            SignedMin32 = Math.Max(SignedMin32, (int)SignedMin);
            SignedMax32 = Math.Min(SignedMax32, (int)SignedMax);
        }

        if (SignedMin >= int.MinValue && SignedMax <= int.MaxValue)
        {
            SignedMin32 = Math.Max(SignedMin32, (int)SignedMin);
            SignedMax32 = Math.Min(SignedMax32, (int)SignedMax);
        }

        // Signed and unsigned agree on a range that does not cross the sign.
        if ((int)Min32 <= (int)Max32)
        {
            SignedMin32 = Math.Max(SignedMin32, (int)Min32);
            SignedMax32 = Math.Min(SignedMax32, (int)Max32);
        }

        if ((uint)SignedMin32 <= (uint)SignedMax32)
        {
            Min32 = Math.Max(Min32, (uint)SignedMin32);
            Max32 = Math.Min(Max32, (uint)SignedMax32);
        }
        else if (Max32 < (uint)SignedMin32)
        {
            SignedMin32 = (int)Min32;
            Max32 = Math.Min(Max32, (uint)SignedMax32);
        }
        else if ((uint)SignedMax32 < Min32)
        {
            SignedMax32 = (int)Max32;
            Min32 = Math.Max(Min32, (uint)SignedMin32);
        }

        if ((long)Min <= (long)Max)
        {
            SignedMin = Math.Max(SignedMin, (long)Min);
            SignedMax = Math.Min(SignedMax, (long)Max);
        }

        if ((ulong)SignedMin <= (ulong)SignedMax)
        {
            Min = Math.Max(Min, (ulong)SignedMin);
            Max = Math.Min(Max, (ulong)SignedMax);
        }
        else if (Max < (ulong)SignedMin)
        {
            // The signed range has negative numbers, and the unsigned one has none of them.
            SignedMin = (long)Min;
            Max = Math.Min(Max, (ulong)SignedMax);
        }
        else if ((ulong)SignedMax < Min)
        {
            // Nor any of those that are not negative.
            SignedMax = (long)Max;
            Min = Math.Max(Min, (ulong)SignedMin);
        }

        // The whole follows the low half: what has the upper half of the least has no less than the least low half, and what has not is larger.
        const long upper = ~0xffff_ffffL;
        Min = Math.Max(Min, (Min & unchecked((ulong)upper)) | Min32);
        Max = Math.Min(Max, (Max & unchecked((ulong)upper)) | Max32);
        SignedMin = Math.Max(SignedMin, (SignedMin & upper) | Min32);
        SignedMax = Math.Min(SignedMax, (SignedMax & upper) | Max32);

        if (SignedMin32 >= 0 && SignedMin >= int.MinValue && SignedMax <= int.MaxValue)
        {
            // Sign-extended, the number is its low half. Not narrowed but set: Linux may know more before than after, and we are not to know more than Linux.
            SignedMin = SignedMin32;
            SignedMax = SignedMax32;
            Min = (ulong)SignedMin32;
            Max = (ulong)SignedMax32;
            var range = Tnum.Range(Min, Max);
            if (Bits.Overlaps(range)) Bits = Bits.Intersect(range);
        }
    }

    private void TightenBits()
    {
        var whole = Tnum.Range(Min, Max);
        if (Bits.Overlaps(whole)) Bits = Bits.Intersect(whole);
        var low = Tnum.Range(Min32, Max32);
        if (Bits.Low.Overlaps(low.Low)) Bits = Bits.WithLow(Bits.Low.Intersect(low.Low));
    }
}
