using System.Globalization;
using System.Numerics;

namespace PSBpf.Btf;

/// <summary>Whole numbers out of whatever a script has at hand.</summary>
internal static class BtfNumber
{
    /// <summary>The whole number that an object is; false for text and for fractions.</summary>
    public static bool TryConvert(object? value, out BigInteger number)
    {
        BigInteger? converted = value switch
        {
            int n => n,
            long n => n,
            uint n => n,
            ulong n => n,
            byte n => n,
            sbyte n => n,
            short n => n,
            ushort n => n,
            Int128 n => n,
            UInt128 n => n,
            BigInteger n => n,
            bool flag => flag ? 1 : 0,
            char character => (int)character,
            BtfEnumValue enumeration => enumeration.GetTypeCode() == TypeCode.UInt64 ? (ulong)enumeration.Value : enumeration.Value,
            decimal n when decimal.IsInteger(n) => new BigInteger(n),
            double n when double.IsInteger(n) => new BigInteger(n),
            float n when float.IsInteger(n) => new BigInteger(n),
            IntPtr n => (long)n,
            UIntPtr n => (ulong)n,
            Enum n => BigInteger.Parse(n.ToString("D"), CultureInfo.InvariantCulture),
            _ => null,
        };
        number = converted ?? default;
        return converted is not null;
    }

    /// <summary>Reads decimal digits, or hexadecimal ones after <c>0x</c>, with an optional sign.</summary>
    public static bool TryParse(string text, out BigInteger number)
    {
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        bool isNegative = rest.StartsWith("-");
        if (isNegative || rest.StartsWith("+")) rest = rest[1..];
        bool isHexadecimal = rest.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        number = default;
        // No C type is wider than 128 bits; a long text would take quadratic time.
        if (rest.Length > 64) return false;
        bool parsed = isHexadecimal
            ? BigInteger.TryParse("0" + rest[2..].ToString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number) && rest.Length > 2
            : BigInteger.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        if (isNegative) number = -number;
        return parsed;
    }

    /// <summary>
    /// Whether a number can stand in a field of so many bits, signed or not: −2^(n−1) … 2^n−1, since
    /// <c>0xFFFFFFFF</c> is −1 in PowerShell and means the same bits.
    /// </summary>
    public static bool Fits(BigInteger number, int bits) =>
        number >= -(BigInteger.One << (bits - 1)) && number < BigInteger.One << bits;

    /// <summary>The low 128 bits of a number in two's complement.</summary>
    public static UInt128 Bits(BigInteger number) => (UInt128)(number & UInt128.MaxValue);
}
