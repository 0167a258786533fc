using System.Numerics;
using static PSBpf.Conformance.Tests.Model.Integers;

namespace PSBpf.Conformance.Tests.Model;

/// <summary>What RFC 9669, section 4.3 says of conditional jumps.</summary>
internal static class Comparisons
{
    /// <summary>Whether each is taken for two operands, unsigned and signed.</summary>
    public static readonly (string Name, bool Signed, Func<BigInteger, BigInteger, bool> Holds)[] All =
    [
        ("jeq", false, (a, b) => a == b),
        ("jgt", false, (a, b) => a > b),
        ("jge", false, (a, b) => a >= b),
        ("jset", false, (a, b) => !(a & b).IsZero),
        ("jne", false, (a, b) => a != b),
        ("jsgt", true, (a, b) => a > b),
        ("jsge", true, (a, b) => a >= b),
        ("jlt", false, (a, b) => a < b),
        ("jle", false, (a, b) => a <= b),
        ("jslt", true, (a, b) => a < b),
        ("jsle", true, (a, b) => a <= b),
    ];

    /// <summary>Whether a jump on 64-bit registers is taken.</summary>
    public static bool Taken(bool signed, Func<BigInteger, BigInteger, bool> holds, BigInteger left, BigInteger right, int width) => signed
        ? holds(Signed(left, width), Signed(right, width))
        : holds(Unsigned(left, width), Unsigned(right, width));
}
