using System.Numerics;
using static PSBpf.Conformance.Tests.Model.Integers;

namespace PSBpf.Conformance.Tests.Model;

/// <summary>What RFC 9669, sections 4.1 and 4.2 say of arithmetic, written down from its text.</summary>
internal static class Arithmetic
{
    /// <summary>
    /// Two operands of a width that both are cut to; the result is cut to it too, which clears the upper half of a
    /// register after a 32-bit operation.
    /// </summary>
    public static readonly (string Name, Func<BigInteger, BigInteger, int, BigInteger> Result)[] Operations =
    [
        ("add", (a, b, _) => a + b),
        ("sub", (a, b, _) => a - b),
        ("mul", (a, b, _) => a * b),
        ("div", (a, b, _) => b.IsZero ? 0 : a / b), // "division by zero: the destination register is instead set to zero"
        ("sdiv", (a, b, width) => b.IsZero ? 0 : BigInteger.Divide(Signed(a, width), Signed(b, width))),
        ("or", (a, b, _) => a | b),
        ("and", (a, b, _) => a & b),
        ("lsh", (a, b, width) => a << Count(b, width)),
        ("rsh", (a, b, width) => a >> Count(b, width)),
        ("mod", (a, b, _) => b.IsZero ? a : a % b), // "modulo by zero: unchanged", the upper half zeroed for 32 bits
        ("smod", (a, b, width) => b.IsZero ? a : BigInteger.Remainder(Signed(a, width), Signed(b, width))), // "truncated division (where -13 % 3 == -1)"
        ("xor", (a, b, _) => a ^ b),
        ("mov", (_, b, _) => b),
        ("arsh", (a, b, width) => Signed(a, width) >> Count(b, width)),
    ];

    /// <summary>One operand of 64 bits; the result is cut to 64.</summary>
    public static readonly (string Name, Func<BigInteger, BigInteger> Result)[] Conversions =
    [
        ("neg", a => -a),
        ("neg32", a => Unsigned(-a, 32)),
        ("movsx864", a => Signed(a, 8)),
        ("movsx1664", a => Signed(a, 16)),
        ("movsx3264", a => Signed(a, 32)),
        ("movsx832", a => Unsigned(Signed(a, 8), 32)),
        ("movsx1632", a => Unsigned(Signed(a, 16), 32)),
        // The host is little-endian, here and everywhere that .NET runs.
        ("le16", a => Unsigned(a, 16)),
        ("le32", a => Unsigned(a, 32)),
        ("le64", a => a),
        ("be16", a => Reversed(a, 16)),
        ("be32", a => Reversed(a, 32)),
        ("be64", a => Reversed(a, 64)),
        ("bswap16", a => Reversed(a, 16)),
        ("bswap32", a => Reversed(a, 32)),
        ("bswap64", a => Reversed(a, 64)),
    ];

    /// <summary>The result of an operation on 64-bit registers.</summary>
    public static ulong Compute(Func<BigInteger, BigInteger, int, BigInteger> operation, BigInteger left, BigInteger right, int width) =>
        (ulong)Unsigned(operation(Unsigned(left, width), Unsigned(right, width), width), width);

    /// <summary>The result of a conversion.</summary>
    public static ulong Compute(Func<BigInteger, BigInteger> conversion, ulong value) => (ulong)Unsigned(conversion(value), 64);

    // "Shift operations use a mask of 0x3F (63) for 64-bit operations and 0x1F (31) for 32-bit operations."
    private static int Count(BigInteger amount, int width) => (int)(amount % width);
}
