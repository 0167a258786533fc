using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>bpf_csum_diff: one's-complement sums (RFC 1071).</summary>
internal static unsafe class ChecksumHelpers
{
    /// <summary>The sum of <paramref name="to"/> minus that of <paramref name="from"/> plus a seed, folded to 16 bits.</summary>
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

    private static uint Add(uint sum, byte* data, ulong size)
    {
        ulong offset = 0;
        for (; offset + 4 <= size; offset += 4) sum = Plus(sum, *(uint*)(data + offset));

        // What is left counts as if zeros followed, as in RFC 1071.
        uint last = 0;
        for (int shift = 0; offset < size; offset++, shift += 8) last |= (uint)data[offset] << shift;
        return Plus(sum, last);
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
