using System.Text.RegularExpressions;

namespace PSBpf.Isa;

/// <summary>A token of assembly text.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Column">0-based column.</param>
internal readonly record struct NotationToken(string Text, int Column);

/// <summary>Cuts a line of the kernel's notation into tokens; white space only separates.</summary>
internal static partial class NotationLexer
{
    public static List<NotationToken> Tokenize(string line)
    {
        var tokens = new List<NotationToken>();
        foreach (Match match in Pattern().Matches(line))
            if (!char.IsWhiteSpace(match.Value[0])) tokens.Add(new NotationToken(match.Value, match.Index));
        return tokens;
    }

    // Signed operators (s>>= s/= s> …), placeholders, words and numbers, operators longest first, anything else alone.
    [GeneratedRegex(@"\s+|\bs(?:>>=|/=|%=|>=|<=|>|<)|\{[a-z0-9]+\}|[A-Za-z0-9_.@]+|<<=|>>=|[-+*/%&|^!=<>]=|.", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
