namespace PSBpf.Conformance.Tests.Model;

/// <summary>Operands at which implementations go wrong if they do.</summary>
internal static class Edges
{
    /// <summary>For arithmetic: ends of ranges, shift counts around the widths, halves that differ.</summary>
    public static readonly ulong[] Values =
    [
        0, 1, 2, 31, 32, 63, 64, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000,
        0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0xfedc_ba98_7654_3210, ulong.MaxValue,
    ];

    /// <summary>For conversions: every sign bit.</summary>
    public static readonly ulong[] Signs =
    [
        0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000, 0x0123_4567_89ab_cdef,
        0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0xfedc_ba98_7654_3210, 0xffff_ffff_0000_0000, ulong.MaxValue,
    ];

    /// <summary>For comparisons: equal, next to each other, and apart in one half only.</summary>
    public static readonly ulong[] Compared =
    [
        0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000, 0x1_0000_0001, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0xffff_ffff_8000_0000, ulong.MaxValue,
    ];

    /// <summary>Immediates: 64-bit operations extend their sign.</summary>
    public static readonly int[] Immediates = [0, 1, 2, 31, 32, 63, 64, int.MaxValue, int.MinValue, -2, -1];

    /// <summary>Immediates of comparisons.</summary>
    public static readonly int[] ComparedImmediates = [0, 1, int.MaxValue, int.MinValue, -1];
}
