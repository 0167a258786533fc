using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>bpf_csum_diff: one's-complement sums (RFC 1071).</summary>
internal static unsafe class ChecksumHelpers
{
    /// <summary>The sum of <paramref name="to"/> minus that of <paramref name="from"/> plus a seed, folded to 16 bits.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong CsumDiff(RunState run, ulong from, ulong fromSize, ulong to, ulong toSize, ulong seed)
    {
        uint sum = (uint)seed;

        // Subtracting is adding the complement; nothing but the order of additions could differ, and it does not matter here.
        sum = Add(sum, (byte*)to, toSize);
        if (fromSize != 0)
        {
            sum = toSize != 0
                ? Plus(sum, ~Add(0, (byte*)from, fromSize))
                : ~Add(~sum, (byte*)from, fromSize);
        }

        return Fold(sum);
    }

    // Sums words of 32 bits in lanes of 64, which 4 GB cannot overflow. Whether carries come back at each step or all at the end is
    // the same: both give the sum modulo 2^32 - 1, and 0 only when everything is 0.
    [MethodImpl(HotCode.Optimized)]
    private static uint Add(uint sum, byte* data, ulong size)
    {
        ulong total = sum;
        byte* end = data + size;
        if (size >= (ulong)Vector256<byte>.Count)
        {
            var low = Vector256<ulong>.Zero;
            var high = Vector256<ulong>.Zero;
            var mask = Vector256.Create(0xffff_fffful);
            byte* last = end - Vector256<byte>.Count;
            for (; data <= last; data += Vector256<byte>.Count)
            {
                var words = Vector256.Load((ulong*)data);
                low += words & mask;
                high += words >>> 32;
            }

            total += Vector256.Sum(low + high);
        }

        for (; end - data >= sizeof(uint); data += sizeof(uint)) total += *(uint*)data;

        // What is left counts as if zeros followed, as in RFC 1071.
        for (int shift = 0; data < end; data++, shift += 8) total += (ulong)*data << shift;
        total = (total & 0xffff_ffff) + (total >> 32);
        return (uint)total + (uint)(total >> 32);
    }

    private static uint Plus(uint left, uint right)
    {
        ulong sum = (ulong)left + right;
        return (uint)sum + (uint)(sum >> 32);
    }

    private static ushort Fold(uint sum)
    {
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)sum;
    }
}
