using System.Numerics;

namespace PSBpf.Conformance.Tests.Model;

/// <summary>Numbers of a width, as integers of any length: nothing here can overflow, trap or be shifted too far.</summary>
internal static class Integers
{
    /// <summary>The low bits, as a number from 0 on.</summary>
    public static BigInteger Unsigned(BigInteger value, int width) => value & ((BigInteger.One << width) - 1);

    /// <summary>The low bits, the topmost of them negative.</summary>
    public static BigInteger Signed(BigInteger value, int width)
    {
        var low = Unsigned(value, width);
        return low < BigInteger.One << (width - 1) ? low : low - (BigInteger.One << width);
    }

    /// <summary>Octet by octet in the opposite order.</summary>
    public static BigInteger Reversed(BigInteger value, int width)
    {
        var result = BigInteger.Zero;
        for (int octet = 0; octet < width / 8; octet++) result = (result << 8) + Unsigned(value >> (8 * octet), 8);
        return result;
    }
}
