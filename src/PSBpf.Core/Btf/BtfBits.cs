namespace PSBpf.Btf;

/// <summary>Bitfields: so many bits from a bit offset on, counted from the least significant bit of the first byte.</summary>
internal static class BtfBits
{
    public static UInt128 Read(ReadOnlySpan<byte> data, int offset, int count)
    {
        UInt128 value = 0;
        for (int done = 0; done < count;)
        {
            int at = offset + done, shift = at & 7, take = Math.Min(8 - shift, count - done);
            value |= (UInt128)((data[at >> 3] >> shift) & ((1 << take) - 1)) << done;
            done += take;
        }

        return value;
    }

    public static void Write(Span<byte> data, int offset, int count, UInt128 value)
    {
        for (int done = 0; done < count;)
        {
            int at = offset + done, shift = at & 7, take = Math.Min(8 - shift, count - done), mask = ((1 << take) - 1) << shift;
            int bits = (int)(uint)(value >> done) << shift;
            data[at >> 3] = (byte)((data[at >> 3] & ~mask) | (bits & mask));
            done += take;
        }
    }

    /// <summary>What the third word of a member's record says: bits from the start, and the bits of a bitfield (0 for ordinary members).</summary>
    public static (int Offset, int BitfieldSize) MemberPlace(uint word, bool bitfields) =>
        // With kind_flag, the offset's top byte is the size of a bitfield.
        bitfields ? ((int)(word & 0xffffff), (int)(word >> 24)) : ((int)Math.Min(word, int.MaxValue), 0);

    /// <summary>Extends the sign of a number of so many bits.</summary>
    public static Int128 SignExtend(UInt128 value, int bits)
    {
        int unused = 128 - bits;
        return (Int128)(value << unused) >> unused;
    }
}
