using System.Globalization;

namespace PSBpf.Isa;

/// <summary>A number as assembly text has it: decimal or <c>0x…</c>, with or without a sign.</summary>
/// <param name="Value">Its bits.</param>
/// <param name="Fits64">Whether it fits 64 bits, signed or not.</param>
/// <param name="Fits32">Whether it fits 32 bits, signed or not.</param>
internal readonly record struct NotationNumber(long Value, bool Fits64, bool Fits32)
{
    /// <summary>Reads one; <paramref name="at"/> moves behind it.</summary>
    /// <returns>Null when there is none.</returns>
    public static NotationNumber? Read(List<NotationToken> tokens, ref int at)
    {
        int start = at;
        bool negative = false;
        if (start < tokens.Count && tokens[start].Text is "-" or "+") negative = tokens[start++].Text == "-";
        if (start >= tokens.Count || !char.IsAsciiDigit(tokens[start].Text[0])) return null;
        var text = tokens[start].Text.AsSpan();
        bool hexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (hexadecimal) text = text[2..];
        if (text.IsEmpty) return null;
        foreach (char digit in text)
            if (!(hexadecimal ? char.IsAsciiHexDigit(digit) : char.IsAsciiDigit(digit))) return null;
        bool fits = ulong.TryParse(text, hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out ulong magnitude)
            && (!negative || magnitude <= 1ul << 63);
        at = start + 1;
        bool narrow = fits && (negative ? magnitude <= 1ul << 31 : magnitude <= uint.MaxValue);
        return new NotationNumber(negative ? (long)(0 - magnitude) : (long)magnitude, fits, narrow);
    }
}
