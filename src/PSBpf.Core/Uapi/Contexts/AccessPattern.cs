namespace PSBpf.Uapi;

/// <summary>
/// Which accesses of 1, 2, 4 and 8 bytes are allowed at which places of an aligned stretch of eight bytes: one bit for each, as the
/// kernel's rules come in more shapes than "whole" and "in part". Every access is aligned to its size.
/// </summary>
/// <param name="Bits">Bit 0: all eight bytes; 1 and 2: four at 0 and 4; 3 to 6: two at 0, 2, 4 and 6; 7 to 14: each byte.</param>
public readonly record struct AccessPattern(ushort Bits)
{
    /// <summary>No access.</summary>
    public static readonly AccessPattern None;

    /// <summary>One byte.</summary>
    public static readonly AccessPattern Byte = Of((1, 1));

    /// <summary>Four bytes, whole.</summary>
    public static readonly AccessPattern Word = Of((4, 4));

    /// <summary>Four bytes, whole or in part.</summary>
    public static readonly AccessPattern WordParts = Of((4, 4), (2, 2), (1, 1));

    /// <summary>Four bytes whole, or its first one or two.</summary>
    public static readonly AccessPattern WordStart = Of((4, 4), (2, 4), (1, 4));

    /// <summary>Four bytes whole or by halves.</summary>
    public static readonly AccessPattern WordHalves = Of((4, 4), (2, 2));

    /// <summary>Two bytes that lie in four: whole or in part, or all four.</summary>
    public static readonly AccessPattern PortInWord = new((ushort)(Of((4, 4), (2, 4), (1, 4)).Bits | Of((1, 4), 1).Bits));

    /// <summary>Eight bytes, whole.</summary>
    public static readonly AccessPattern Long = Of((8, 8));

    /// <summary>Eight bytes, whole or by halves.</summary>
    public static readonly AccessPattern LongHalves = Of((8, 8), (4, 4));

    /// <summary>All eight bytes, and whatever does not begin with the first.</summary>
    public static readonly AccessPattern LongOrLater = new((ushort)(Of((8, 8), (4, 4), (2, 2), (1, 1)).Bits & ~(Of((4, 8), (2, 8), (1, 8)).Bits)));

    /// <summary>Any aligned access.</summary>
    public static readonly AccessPattern Any = Of((8, 8), (4, 4), (2, 2), (1, 1));

    /// <summary>Whether an access is allowed.</summary>
    /// <param name="offset">Where; counted from anything that is a multiple of eight.</param>
    /// <param name="size">1, 2, 4 or 8 bytes.</param>
    public bool Allows(int offset, int size) => (offset & (size - 1)) == 0 && (Bits & (1 << Index(offset & 7, size))) != 0;

    /// <summary>Both patterns' accesses.</summary>
    public static AccessPattern operator |(AccessPattern left, AccessPattern right) => new((ushort)(left.Bits | right.Bits));

    private static AccessPattern Of(params (int Size, int Step)[] accesses)
    {
        int bits = 0;
        foreach (var access in accesses) bits |= Of(access, 0).Bits;
        return new((ushort)bits);
    }

    private static AccessPattern Of((int Size, int Step) access, int start)
    {
        int bits = 0;
        for (int at = start; at < 8; at += access.Step) bits |= 1 << Index(at, access.Size);
        return new((ushort)bits);
    }

    // 8 bytes: 0; 4 bytes: 1 on; 2 bytes: 3 on; 1 byte: 7 on.
    private static int Index(int offset, int size) => (8 / size) - 1 + (offset / size);
}
