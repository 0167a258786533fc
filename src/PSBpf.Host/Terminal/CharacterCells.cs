namespace PSBpf.Host.Terminal;

/// <summary>How many columns a character takes.</summary>
internal static class CharacterCells
{
    // The blocks that Unicode's East Asian Width property (UAX #11) calls wide or full width, in the basic plane.
    private static readonly (char First, char Last)[] Wide =
    [
        ('\u1100', '\u115F'), // Hangul Jamo
        ('\u2E80', '\u303E'), // CJK radicals and punctuation
        ('\u3041', '\uA4CF'), // Kana, CJK ideographs, Yi
        ('\uAC00', '\uD7A3'), // Hangul syllables
        ('\uF900', '\uFAFF'), // CJK compatibility
        ('\uFE30', '\uFE6F'), // CJK compatibility forms
        ('\uFF00', '\uFF60'), // full-width forms
        ('\uFFE0', '\uFFE6'), // full-width signs
    ];

    /// <summary>Gets the columns of a character.</summary>
    /// <param name="character">The character, or half of a surrogate pair, which counts one so that the pair counts two.</param>
    /// <returns>1 or 2.</returns>
    public static int Width(char character)
    {
        if (character < Wide[0].First)
            return 1;
        foreach ((char first, char last) in Wide)
        {
            if (character >= first && character <= last)
                return 2;
        }

        return 1;
    }
}
