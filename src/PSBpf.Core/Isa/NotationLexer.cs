using System.Text.RegularExpressions;

namespace PSBpf.Isa;

/// <summary>A token of assembly text.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Column">0-based column.</param>
internal readonly record struct NotationToken(string Text, int Column);

/// <summary>Cuts a line of either notation into tokens; white space only separates.</summary>
internal static partial class NotationLexer
{
    public static List<NotationToken> Tokenize(string line)
    {
        var tokens = new List<NotationToken>();
        foreach (Match match in Pattern().Matches(line))
            if (!char.IsWhiteSpace(match.Value[0])) tokens.Add(new NotationToken(match.Value, match.Index));
        return tokens;
    }

    /// <summary>The line up to its comment, which begins with <c>;</c>, <c>//</c> or <c>#</c>.</summary>
    public static string WithoutComment(string line)
    {
        for (int at = 0; at < line.Length; at++)
        {
            bool begins = line[at] switch
            {
                ';' => true,
                '/' => at + 1 < line.Length && line[at + 1] == '/',
                '#' => !IsHelperId(line, at),
                _ => false,
            };
            if (begins) return line[..at];
        }

        return line;
    }

    /// <summary>Whether a token can name a label, a map or a helper.</summary>
    public static bool IsName(string token) => char.IsAsciiLetter(token[0]) || token[0] is '_' or '.' or '@';

    // bpf_map_lookup_elem#1 is a call's operand as the kernel prints it.
    private static bool IsHelperId(string line, int at) =>
        at > 0 && (char.IsAsciiLetterOrDigit(line[at - 1]) || line[at - 1] == '_') && at + 1 < line.Length && char.IsAsciiDigit(line[at + 1]);

    // Signed operators (s>>= s/= s> …), placeholders, words and numbers, operators longest first, anything else alone.
    [GeneratedRegex(@"\s+|\bs(?:>>=|/=|%=|>=|<=|>|<)|\{[a-z0-9]+\}|[A-Za-z0-9_.@]+|<<=|>>=|[-+*/%&|^!=<>]=|.", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
