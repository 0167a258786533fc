using PSBpf.Runtime.Helpers;

namespace PSBpf.Runtime.Tests.Helpers;

public sealed unsafe class ChecksumTests
{
    [Fact]
    public void Sums_of_every_length_are_those_of_adding_word_by_word()
    {
        var random = new Random(5);
        byte[] bytes = new byte[1500], none = [];
        foreach (int fill in (int[])[-1, 0, 0xff, 0x80])
        {
            if (fill < 0) random.NextBytes(bytes);
            else Array.Fill(bytes, (byte)fill);
            for (int length = 0; length <= 1500; length += length < 300 ? 1 : 37)
            {
                foreach (int start in (int[])[0, 3])
                {
                    foreach (uint seed in (uint[])[0, 1, 0xffff, 0xffff_ffff, 0x8000_0001])
                    {
                        var data = bytes.AsSpan(start, Math.Min(length, bytes.Length - start));
                        Assert.Equal(Slow(none, data, seed), Fast(none, data, seed));
                        Assert.Equal(Slow(data, none, seed), Fast(data, none, seed));
                        Assert.Equal(Slow(data, bytes.AsSpan(40, length / 2), seed), Fast(data, bytes.AsSpan(40, length / 2), seed));
                    }
                }
            }
        }
    }

    private static ulong Fast(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, uint seed)
    {
        fixed (byte* fromBytes = from, toBytes = to)
            return ChecksumHelpers.CsumDiff(null!, (ulong)fromBytes, (ulong)from.Length, (ulong)toBytes, (ulong)to.Length, seed);
    }

    // RFC 1071, one 32-bit word at a time, with the carry brought back at once.
    private static ulong Slow(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, uint seed)
    {
        uint sum = Add(seed, to);
        if (from.Length > 0) sum = to.Length > 0 ? Plus(sum, ~Add(0, from)) : ~Add(~sum, from);
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)sum;

        static uint Add(uint sum, ReadOnlySpan<byte> data)
        {
            for (int offset = 0; offset < data.Length; offset += 4)
            {
                uint word = 0;
                for (int at = 0; at < 4 && offset + at < data.Length; at++) word |= (uint)data[offset + at] << (8 * at);
                sum = Plus(sum, word);
            }

            return sum;
        }

        static uint Plus(uint left, uint right)
        {
            ulong sum = (ulong)left + right;
            return (uint)sum + (uint)(sum >> 32);
        }
    }
}
