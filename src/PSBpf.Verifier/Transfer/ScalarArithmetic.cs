using PSBpf.Isa;
using PSBpf.Verifier.Domain;
using static PSBpf.Verifier.Domain.Words;

namespace PSBpf.Verifier.Transfer;

/// <summary>What arithmetic does to what is known of numbers. Each method is a sound transfer function.</summary>
internal static class ScalarArithmetic
{
    /// <summary>dst = dst op src, at 32 or 64 bits.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="width">32 or 64; a 32-bit result is zero-extended.</param>
    /// <param name="dst">Operand and result.</param>
    /// <param name="src">Operand; its low half counts at 32 bits.</param>
    public static void Apply(AluOperation operation, int width, ref RegState dst, RegState src)
    {
        dst.Unlink();
        switch (operation)
        {
            case AluOperation.Add: Add(ref dst, in src); break;
            case AluOperation.Sub: Subtract(ref dst, in src); break;
            case AluOperation.Mul: Multiply(ref dst, in src); break;
            case AluOperation.And: And(ref dst, in src); break;
            case AluOperation.Or: Or(ref dst, in src); break;
            case AluOperation.Xor: Xor(ref dst, in src); break;
            case AluOperation.Lsh or AluOperation.Rsh or AluOperation.Arsh when IsShiftCount(in src, width):
                Shift(operation, width, ref dst, (int)src.Bits.Low.Value);
                break;
            default:
                // Division, modulo, shifts by an unknown count: like Linux, nothing is kept, not even that 32 bits are.
                dst.SetUnbounded();
                return;
        }

        if (width == 32) dst.ZeroExtend(4);
        else dst.Synchronize();
    }

    // Linux looks at the whole number, at 32 bits too: what stands in the upper half makes the count an unknown one.
    private static Truth IsShiftCount(in RegState src, int width) =>
        width == 32 ? src.Bits.Low.IsConstant && src.Max < HalfBits : src.Bits.IsConstant && src.Bits.Value < WordBits;

    private static void Add(ref RegState dst, in RegState src)
    {
        // Bounds hold when no sum overflows, unsigned ones also when every sum does.
        Truth leastWraps = dst.Min + src.Min < dst.Min, mostWraps = dst.Max + src.Max < dst.Max;
        (dst.Min, dst.Max) = leastWraps == mostWraps ? (dst.Min + src.Min, dst.Max + src.Max) : (0, Word.MaxValue);
        Truth least32Wraps = dst.Min32 + src.Min32 < dst.Min32, most32Wraps = dst.Max32 + src.Max32 < dst.Max32;
        (dst.Min32, dst.Max32) = least32Wraps == most32Wraps ? (dst.Min32 + src.Min32, dst.Max32 + src.Max32) : (0, HalfWord.MaxValue);

        SignedWord smin = dst.SignedMin + src.SignedMin, smax = dst.SignedMax + src.SignedMax;
        Truth overflows = AddOverflows(dst.SignedMin, src.SignedMin, smin) || AddOverflows(dst.SignedMax, src.SignedMax, smax);
        (dst.SignedMin, dst.SignedMax) = overflows ? (SignedWord.MinValue, SignedWord.MaxValue) : (smin, smax);
        SignedWord smin32 = (SignedWord)dst.SignedMin32 + src.SignedMin32, smax32 = (SignedWord)dst.SignedMax32 + src.SignedMax32;
        SetSigned32(ref dst, smin32, smax32);
        dst.Bits += src.Bits;
    }

    private static void Subtract(ref RegState dst, in RegState src)
    {
        Truth leastWraps = dst.Min < src.Max, mostWraps = dst.Max < src.Min;
        (dst.Min, dst.Max) = leastWraps == mostWraps ? (dst.Min - src.Max, dst.Max - src.Min) : (0, Word.MaxValue);
        Truth least32Wraps = dst.Min32 < src.Max32, most32Wraps = dst.Max32 < src.Min32;
        (dst.Min32, dst.Max32) = least32Wraps == most32Wraps ? (dst.Min32 - src.Max32, dst.Max32 - src.Min32) : (0, HalfWord.MaxValue);

        SignedWord smin = dst.SignedMin - src.SignedMax, smax = dst.SignedMax - src.SignedMin;
        Truth overflows = SubtractOverflows(dst.SignedMin, src.SignedMax, smin) || SubtractOverflows(dst.SignedMax, src.SignedMin, smax);
        (dst.SignedMin, dst.SignedMax) = overflows ? (SignedWord.MinValue, SignedWord.MaxValue) : (smin, smax);
        SetSigned32(ref dst, (SignedWord)dst.SignedMin32 - src.SignedMax32, (SignedWord)dst.SignedMax32 - src.SignedMin32);
        dst.Bits -= src.Bits;
    }

    private static void Multiply(ref RegState dst, in RegState src)
    {
        Word max32 = (Word)dst.Max32 * src.Max32;
        (dst.Min32, dst.Max32) = max32 <= HalfWord.MaxValue ? (dst.Min32 * src.Min32, (HalfWord)max32) : (0, HalfWord.MaxValue);
        Truth wraps = Math.BigMul(dst.Max, src.Max, out Word max) != 0;
        (dst.Min, dst.Max) = wraps ? (0, Word.MaxValue) : (dst.Min * src.Min, max);

        // The extremes are products of extremes.
        SignedWord smin32 = SignedWord.MaxValue, smax32 = SignedWord.MinValue, smin = smin32, smax = smax32;
        Extend((SignedWord)dst.SignedMin32 * src.SignedMin32, ref smin32, ref smax32);
        Extend((SignedWord)dst.SignedMin32 * src.SignedMax32, ref smin32, ref smax32);
        Extend((SignedWord)dst.SignedMax32 * src.SignedMin32, ref smin32, ref smax32);
        Extend((SignedWord)dst.SignedMax32 * src.SignedMax32, ref smin32, ref smax32);
        SetSigned32(ref dst, smin32, smax32);
        Truth fits = Fits(dst.SignedMin, src.SignedMin, ref smin, ref smax) & Fits(dst.SignedMin, src.SignedMax, ref smin, ref smax)
            & Fits(dst.SignedMax, src.SignedMin, ref smin, ref smax) & Fits(dst.SignedMax, src.SignedMax, ref smin, ref smax);
        (dst.SignedMin, dst.SignedMax) = fits ? (smin, smax) : (SignedWord.MinValue, SignedWord.MaxValue);
        dst.Bits *= src.Bits;

        static Truth Fits(SignedWord a, SignedWord b, ref SignedWord smin, ref SignedWord smax)
        {
            SignedWord upper = Math.BigMul(a, b, out SignedWord product);
            Extend(product, ref smin, ref smax);
            return upper == product >> (WordBits - 1);
        }

        static void Extend(SignedWord product, ref SignedWord smin, ref SignedWord smax) => (smin, smax) = (Math.Min(smin, product), Math.Max(smax, product));
    }

    // Bitwise operations compute bits first; ranges follow from bits and from simple monotony.
    private static void And(ref RegState dst, in RegState src)
    {
        dst.Bits &= src.Bits;
        Word max = Math.Min(dst.Max, src.Max);
        HalfWord max32 = Math.Min(dst.Max32, src.Max32);
        dst.SetUnbounded64();
        dst.SetUnbounded32();
        dst.Max = max;
        dst.Max32 = max32;
    }

    private static void Or(ref RegState dst, in RegState src)
    {
        dst.Bits |= src.Bits;
        Word min = Math.Max(dst.Min, src.Min);
        HalfWord min32 = Math.Max(dst.Min32, src.Min32);
        dst.SetUnbounded64();
        dst.SetUnbounded32();
        dst.Min = min;
        dst.Min32 = min32;
    }

    private static void Xor(ref RegState dst, in RegState src)
    {
        dst.Bits ^= src.Bits;
        dst.SetUnbounded64();
        dst.SetUnbounded32();
    }

    private static void Shift(AluOperation operation, int width, ref RegState dst, int count)
    {
        switch (operation)
        {
            case AluOperation.Lsh when width == 64:
                // Compilers extend the sign of the low half by shifting there and back: the one shift of which signed ranges say something.
                (dst.SignedMin, dst.SignedMax) = count == HalfBits ? ((SignedWord)dst.SignedMin32 << HalfBits, (SignedWord)dst.SignedMax32 << HalfBits) : (SignedWord.MinValue, SignedWord.MaxValue);
                ShiftLowLeft(ref dst, count);
                (dst.Min, dst.Max) = dst.Max <= (Word)1 << (WordBits - 1 - count) ? (dst.Min << count, dst.Max << count) : (0, Word.MaxValue);
                dst.Bits <<= count;
                break;
            case AluOperation.Lsh:
                ShiftLowLeft(ref dst, count);
                dst.Bits = (dst.Bits.Low << count).Low;
                dst.SetUnbounded64();
                break;
            case AluOperation.Rsh when width == 64:
                dst.Min >>= count;
                dst.Max >>= count;
                dst.SignedMin = SignedWord.MinValue;
                dst.SignedMax = SignedWord.MaxValue;
                dst.Bits >>>= count;
                dst.SetUnbounded32();
                break;
            case AluOperation.Rsh:
                dst.Min32 >>= count;
                dst.Max32 >>= count;
                dst.SignedMin32 = SignedHalf.MinValue;
                dst.SignedMax32 = SignedHalf.MaxValue;
                dst.Bits = dst.Bits.Low >>> count;
                dst.SetUnbounded64();
                break;
            case AluOperation.Arsh when width == 64:
                dst.SignedMin >>= count;
                dst.SignedMax >>= count;
                dst.Min = 0;
                dst.Max = Word.MaxValue;
                dst.Bits = dst.Bits.ShiftArithmetic(count, 64);
                dst.SetUnbounded32();
                break;
            default:
                dst.SignedMin32 >>= count;
                dst.SignedMax32 >>= count;
                dst.Min32 = 0;
                dst.Max32 = HalfWord.MaxValue;
                dst.Bits = dst.Bits.Low.ShiftArithmetic(count, 32);
                dst.SetUnbounded64();
                break;
        }
    }

    // In order not to know more than Linux, one bit more has to be free than what is shifted out.
    private static void ShiftLowLeft(ref RegState dst, int count)
    {
        (dst.Min32, dst.Max32) = count < HalfBits && dst.Max32 <= (HalfWord)1 << (HalfBits - 1 - count) ? (dst.Min32 << count, dst.Max32 << count) : (0, HalfWord.MaxValue);
        dst.SignedMin32 = SignedHalf.MinValue;
        dst.SignedMax32 = SignedHalf.MaxValue;
    }

    private static Truth AddOverflows(SignedWord a, SignedWord b, SignedWord sum) => ((a ^ sum) & (b ^ sum)) < 0;

    private static Truth SubtractOverflows(SignedWord a, SignedWord b, SignedWord difference) => ((a ^ b) & (a ^ difference)) < 0;

    private static void SetSigned32(ref RegState dst, SignedWord smin, SignedWord smax)
    {
        Truth fits = smin >= SignedHalf.MinValue && smax <= SignedHalf.MaxValue;
        (dst.SignedMin32, dst.SignedMax32) = fits ? ((SignedHalf)smin, (SignedHalf)smax) : (SignedHalf.MinValue, SignedHalf.MaxValue);
    }
}
