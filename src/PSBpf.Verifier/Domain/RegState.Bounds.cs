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
    /// Lets each view of the value tighten the others. A contradiction forgets everything, which is always sound.
    /// </summary>
    public void Synchronize()
    {
        TightenFromBits();
        TightenRanges();
        TightenRanges();
        if (IsContradictory)
        {
            SetUnbounded();
            return;
        }

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
        int shift = 64 - (bytes * 8);
        long least = long.MinValue >> shift, most = long.MaxValue >> shift;
        if (Bits.Truncate(bytes) is { IsConstant: true } low)
        {
            long value = (long)(low.Value << shift) >> shift;
            SetConstant(width == 32 ? (uint)value : (ulong)value);
            return;
        }

        bool fits = SignedMin >= least && SignedMax <= most;
        bool low32Fits = bytes == 4 || (SignedMin32 >= least && SignedMax32 <= most);
        long smin = fits ? SignedMin : low32Fits ? SignedMin32 : least;
        long smax = fits ? SignedMax : low32Fits ? SignedMax32 : most;
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

        // The whole follows the low half where the upper half is fixed.
        if (Min >> 32 == Max >> 32)
        {
            ulong upper = Min & ~0xffff_ffffUL;
            Min = Math.Max(Min, upper | Min32);
            Max = Math.Min(Max, upper | Max32);
        }

        if (SignedMin >> 32 == SignedMax >> 32)
        {
            long upper = SignedMin & ~0xffff_ffffL;
            SignedMin = Math.Max(SignedMin, upper | Min32);
            SignedMax = Math.Min(SignedMax, upper | Max32);
        }

        if (SignedMin32 >= 0 && SignedMin >= int.MinValue && SignedMax <= int.MaxValue)
        {
            SignedMin = Math.Max(SignedMin, SignedMin32);
            SignedMax = Math.Min(SignedMax, SignedMax32);
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
