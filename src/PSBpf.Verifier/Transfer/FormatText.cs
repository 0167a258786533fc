namespace PSBpf.Verifier.Transfer;

/// <summary>The formats that bpf_snprintf takes, which the kernel checks when a program is loaded.</summary>
internal static class FormatText
{
    /// <summary>Whether a format is one, and asks for no more than what is passed.</summary>
    /// <param name="format">The text up to its zero.</param>
    /// <param name="values">How many values are passed.</param>
    public static bool IsValid(ReadOnlySpan<byte> format, int values)
    {
        int used = 0;
        for (int at = 0; at < format.Length; at++)
        {
            // Printable as the kernel's table says it, which is that of Latin-1.
            if (format[at] is not ((>= (byte)' ' and <= (byte)'~') or (>= (byte)'\t' and <= (byte)'\r') or >= 0xa0)) return false;
            if (format[at] != (byte)'%') continue;
            if (++at < format.Length && format[at] == (byte)'%') continue;
            if (used++ >= values || !Specifier(format, ref at)) return false;
        }

        return true;
    }

    // %[flags][width] and one of s, c, p with its kinds, or a number of up to 64 bits; leaves the index on the last character.
    private static bool Specifier(ReadOnlySpan<byte> format, ref int at)
    {
        while (At(format, at) is '0' or '+' or '-' or ' ') at++;
        if (At(format, at) is >= '1' and <= '9')
            while (At(format, at) is >= '0' and <= '9') at++;
        switch (At(format, at))
        {
            case 'p': return Pointer(format, ref at);
            case 's' or 'c': return true;
        }

        for (int longs = 0; longs < 2 && At(format, at) == 'l'; longs++) at++;
        return At(format, at) is 'i' or 'd' or 'u' or 'x' or 'X';
    }

    private static bool Pointer(ReadOnlySpan<byte> format, ref int at)
    {
        char kind = At(format, at + 1);
        if (kind is 'k' or 'u' && At(format, at + 2) == 's')
        {
            at += 2;
            return true;
        }

        if (kind is '\0' or 'K' or 'x' or 's' or 'S' or 'B' || char.IsWhiteSpace(kind) || IsPunctuation(kind))
        {
            if (kind is 'K' or 'x' or 's' or 'S' or 'B') at++;
            return true;
        }

        if (kind is not ('i' or 'I') || At(format, at + 2) is not ('4' or '6')) return false;
        at += 2;
        return true;
    }

    private static bool IsPunctuation(char character) => char.IsAscii(character) && (char.IsPunctuation(character) || char.IsSymbol(character));

    private static char At(ReadOnlySpan<byte> format, int index) => index < format.Length ? (char)format[index] : '\0';
}
