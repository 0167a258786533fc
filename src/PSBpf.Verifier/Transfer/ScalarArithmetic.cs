using PSBpf.Isa;
using PSBpf.Verifier.Domain;

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
                Shift(operation, width, ref dst, (int)src.Bits.Value & (width - 1));
                break;
            default:
                // Division, modulo, shifts by an unknown count: like Linux, nothing is kept, not even that 32 bits are.
                dst.SetUnbounded();
                return;
        }

        if (width == 32) dst.ZeroExtend(4);
        else dst.Synchronize();
    }

    private static bool IsShiftCount(in RegState src, int width) =>
        width == 32 ? src.Bits.Low.IsConstant && (uint)src.Bits.Value < 32 : src.Bits.IsConstant && src.Bits.Value < 64;

    private static void Add(ref RegState dst, in RegState src)
    {
        // Bounds hold when no sum overflows, unsigned ones also when every sum does.
        bool leastWraps = dst.Min + src.Min < dst.Min, mostWraps = dst.Max + src.Max < dst.Max;
        (dst.Min, dst.Max) = leastWraps == mostWraps ? (dst.Min + src.Min, dst.Max + src.Max) : (0, ulong.MaxValue);
        bool least32Wraps = dst.Min32 + src.Min32 < dst.Min32, most32Wraps = dst.Max32 + src.Max32 < dst.Max32;
        (dst.Min32, dst.Max32) = least32Wraps == most32Wraps ? (dst.Min32 + src.Min32, dst.Max32 + src.Max32) : (0, uint.MaxValue);

        long smin = dst.SignedMin + src.SignedMin, smax = dst.SignedMax + src.SignedMax;
        bool overflows = AddOverflows(dst.SignedMin, src.SignedMin, smin) || AddOverflows(dst.SignedMax, src.SignedMax, smax);
        (dst.SignedMin, dst.SignedMax) = overflows ? (long.MinValue, long.MaxValue) : (smin, smax);
        long smin32 = (long)dst.SignedMin32 + src.SignedMin32, smax32 = (long)dst.SignedMax32 + src.SignedMax32;
        SetSigned32(ref dst, smin32, smax32);
        dst.Bits += src.Bits;
    }

    private static void Subtract(ref RegState dst, in RegState src)
    {
        bool leastWraps = dst.Min < src.Max, mostWraps = dst.Max < src.Min;
        (dst.Min, dst.Max) = leastWraps == mostWraps ? (dst.Min - src.Max, dst.Max - src.Min) : (0, ulong.MaxValue);
        bool least32Wraps = dst.Min32 < src.Max32, most32Wraps = dst.Max32 < src.Min32;
        (dst.Min32, dst.Max32) = least32Wraps == most32Wraps ? (dst.Min32 - src.Max32, dst.Max32 - src.Min32) : (0, uint.MaxValue);

        long smin = dst.SignedMin - src.SignedMax, smax = dst.SignedMax - src.SignedMin;
        bool overflows = SubtractOverflows(dst.SignedMin, src.SignedMax, smin) || SubtractOverflows(dst.SignedMax, src.SignedMin, smax);
        (dst.SignedMin, dst.SignedMax) = overflows ? (long.MinValue, long.MaxValue) : (smin, smax);
        SetSigned32(ref dst, (long)dst.SignedMin32 - src.SignedMax32, (long)dst.SignedMax32 - src.SignedMin32);
        dst.Bits -= src.Bits;
    }

    private static void Multiply(ref RegState dst, in RegState src)
    {
        ulong max32 = (ulong)dst.Max32 * src.Max32;
        (dst.Min32, dst.Max32) = max32 <= uint.MaxValue ? (dst.Min32 * src.Min32, (uint)max32) : (0, uint.MaxValue);
        Span<long> low = [(long)dst.SignedMin32 * src.SignedMin32, (long)dst.SignedMin32 * src.SignedMax32, (long)dst.SignedMax32 * src.SignedMin32, (long)dst.SignedMax32 * src.SignedMax32];
        long smin32 = long.MaxValue, smax32 = long.MinValue;
        foreach (long product in low) (smin32, smax32) = (Math.Min(smin32, product), Math.Max(smax32, product));
        SetSigned32(ref dst, smin32, smax32);
        bool wraps = Math.BigMul(dst.Max, src.Max, out ulong max) != 0;
        (dst.Min, dst.Max) = wraps ? (0, ulong.MaxValue) : (dst.Min * src.Min, max);

        // The extremes are products of extremes.
        Int128 a = dst.SignedMin, b = dst.SignedMax, c = src.SignedMin, d = src.SignedMax;
        Int128 smin = Int128.Min(Int128.Min(a * c, a * d), Int128.Min(b * c, b * d)), smax = Int128.Max(Int128.Max(a * c, a * d), Int128.Max(b * c, b * d));
        bool fits = smin >= long.MinValue && smax <= long.MaxValue;
        (dst.SignedMin, dst.SignedMax) = fits ? ((long)smin, (long)smax) : (long.MinValue, long.MaxValue);
        dst.Bits *= src.Bits;
    }

    // Bitwise operations compute bits first; ranges follow from bits and from simple monotony.
    private static void And(ref RegState dst, in RegState src)
    {
        dst.Bits &= src.Bits;
        ulong max = Math.Min(dst.Max, src.Max);
        uint max32 = Math.Min(dst.Max32, src.Max32);
        dst.SetUnbounded64();
        dst.SetUnbounded32();
        dst.Max = max;
        dst.Max32 = max32;
    }

    private static void Or(ref RegState dst, in RegState src)
    {
        dst.Bits |= src.Bits;
        ulong min = Math.Max(dst.Min, src.Min);
        uint min32 = Math.Max(dst.Min32, src.Min32);
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
                (dst.SignedMin, dst.SignedMax) = count == 32 ? ((long)dst.SignedMin32 << 32, (long)dst.SignedMax32 << 32) : (long.MinValue, long.MaxValue);
                ShiftLowLeft(ref dst, count);
                (dst.Min, dst.Max) = dst.Max <= 1UL << (63 - count) ? (dst.Min << count, dst.Max << count) : (0, ulong.MaxValue);
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
                dst.SignedMin = long.MinValue;
                dst.SignedMax = long.MaxValue;
                dst.Bits >>>= count;
                dst.SetUnbounded32();
                break;
            case AluOperation.Rsh:
                dst.Min32 >>= count;
                dst.Max32 >>= count;
                dst.SignedMin32 = int.MinValue;
                dst.SignedMax32 = int.MaxValue;
                dst.Bits = dst.Bits.Low >>> count;
                dst.SetUnbounded64();
                break;
            case AluOperation.Arsh when width == 64:
                dst.SignedMin >>= count;
                dst.SignedMax >>= count;
                dst.Min = 0;
                dst.Max = ulong.MaxValue;
                dst.Bits = dst.Bits.ShiftArithmetic(count, 64);
                dst.SetUnbounded32();
                break;
            default:
                dst.SignedMin32 >>= count;
                dst.SignedMax32 >>= count;
                dst.Min32 = 0;
                dst.Max32 = uint.MaxValue;
                dst.Bits = dst.Bits.Low.ShiftArithmetic(count, 32);
                dst.SetUnbounded64();
                break;
        }
    }

    // In order not to know more than Linux, one bit more has to be free than what is shifted out.
    private static void ShiftLowLeft(ref RegState dst, int count)
    {
        (dst.Min32, dst.Max32) = count < 32 && dst.Max32 <= 1U << (31 - count) ? (dst.Min32 << count, dst.Max32 << count) : (0, uint.MaxValue);
        dst.SignedMin32 = int.MinValue;
        dst.SignedMax32 = int.MaxValue;
    }

    private static bool AddOverflows(long a, long b, long sum) => ((a ^ sum) & (b ^ sum)) < 0;

    private static bool SubtractOverflows(long a, long b, long difference) => ((a ^ b) & (a ^ difference)) < 0;

    private static void SetSigned32(ref RegState dst, long smin, long smax)
    {
        bool fits = smin >= int.MinValue && smax <= int.MaxValue;
        (dst.SignedMin32, dst.SignedMax32) = fits ? ((int)smin, (int)smax) : (int.MinValue, int.MaxValue);
    }
}
