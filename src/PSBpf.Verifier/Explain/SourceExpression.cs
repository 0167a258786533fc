using System.Text.RegularExpressions;
using PSBpf.Diagnostics;

namespace PSBpf.Verifier.Explain;

/// <summary>
/// A C expression, cut out of the line that line information names. The line's text is all there is of the source, so
/// this reads names, members, indexes and calls, and leaves what else stands there alone.
/// </summary>
/// <param name="Text">The expression, e.g. <c>ip->daddr</c>.</param>
/// <param name="Variable">The variable that it starts from, e.g. <c>ip</c>.</param>
internal sealed partial record SourceExpression(string Text, string Variable)
{
    private static readonly HashSet<string> Keywords =
    [
        "if", "else", "for", "while", "do", "switch", "case", "return", "goto", "sizeof", "struct", "union", "enum", "const", "volatile", "static", "inline",
        "unsigned", "signed", "void", "char", "short", "int", "long", "float", "double", "_Bool", "break", "continue", "default", "typeof",
    ];

    /// <summary>What an index in square brackets consists of; null without one.</summary>
    public string? Index => Text.LastIndexOf('[') is >= 0 and var open && Text.LastIndexOf(']') is var close && close > open ? Text[(open + 1)..close].Trim() : null;

    /// <summary>The array that is indexed; null without an index.</summary>
    public string? Array => Text.LastIndexOf('[') is > 0 and var open ? Text[..open] : null;

    /// <summary>Whether it is a member of what a pointer points to.</summary>
    public bool IsMember => Text.StartsWith(Variable + "->", StringComparison.Ordinal);

    /// <summary>The expression that a position points at; null where there is none.</summary>
    public static SourceExpression? At(SourceLocation? source)
    {
        if (source is not { Text.Length: > 0 }) return null;
        string text = source.Text;
        int at = Math.Clamp(source.Column - 1, 0, text.Length - 1);
        if (source.Column > 0 && IsName(text[at]) && WordAt(text, at) is var word && !Keywords.Contains(text[word]) && !IsCall(text, word.End.Value))
            return Around(text, word);

        // At an operator or a statement: the first memory access from there on, else the first of the line.
        foreach (int from in (int[])[source.Column > 0 ? at : 0, 0])
        {
            var match = Access().Match(text, from);
            if (!match.Success) continue;
            var name = match.Groups["name"];
            return Around(text, name.Index..(name.Index + name.Length));
        }

        return null;
    }

    /// <summary>An argument of the call that a position points at, without casts; null where there is none.</summary>
    /// <param name="source">The position.</param>
    /// <param name="index">Which, from 0.</param>
    public static SourceExpression? Argument(SourceLocation? source, int index)
    {
        if (source is not { Text.Length: > 0 } || CallAt(source) is not { } call) return null;
        var arguments = Split(source.Text, call.End.Value);
        return index < arguments.Count ? Of(arguments[index]) : null;
    }

    /// <summary>The name of the function that is called where a position points; null where none is.</summary>
    public static string? Callee(SourceLocation? source) => source is { Text.Length: > 0 } && CallAt(source) is { } call ? source.Text[call] : null;

    /// <summary>What a line assigns to; null for nothing.</summary>
    public static string? Assigned(SourceLocation? source) =>
        source is { Text.Length: > 0 } && Assignment().Match(source.Text) is { Success: true } match ? match.Groups["name"].Value : null;

    /// <summary>What a loop's head asks before each round; null where the line is no loop's head.</summary>
    public static string? LoopCondition(SourceLocation? source)
    {
        if (source is not { Text.Length: > 0 } || Loop().Match(source.Text) is not { Success: true } match) return null;
        string inside = Inside(source.Text, match.Index + match.Length - 1);
        if (!match.Value.StartsWith("for", StringComparison.Ordinal)) return inside.Trim();
        string[] parts = inside.Split(';');
        return parts.Length > 1 && parts[1].Trim().Length > 0 ? parts[1].Trim() : null;
    }

    /// <summary>The first variable in an expression; null when it has none.</summary>
    public static string? VariableIn(string text)
    {
        foreach (Match match in Name().Matches(Cast().Replace(text, "")))
            if (!Keywords.Contains(match.Value) && !char.IsDigit(match.Value[0]) && !char.IsAsciiLetterUpper(match.Value[0])) return match.Value;
        return null;
    }

    private static SourceExpression? Of(string text)
    {
        string plain = Cast().Replace(text, "").Trim();
        return VariableIn(plain) is { } variable ? new SourceExpression(plain, variable) : null;
    }

    private static SourceExpression Around(string text, Range word)
    {
        int start = word.Start.Value, end = word.End.Value;
        while (start > 0 && (text[start - 1] == '.' || (start > 1 && text[(start - 2)..start] == "->")))
        {
            int before = start - (text[start - 1] == '.' ? 1 : 2);
            while (before > 0 && text[before - 1] is ']' or ')') before = Opening(text, before - 1);
            while (before > 0 && IsName(text[before - 1])) before--;
            if (before >= start) break;
            start = before;
        }

        while (end < text.Length)
        {
            if (text[end] == '[') end = Closing(text, end);
            else if (text[end] == '.' && end + 1 < text.Length && IsName(text[end + 1])) end = WordAt(text, end + 1).End.Value;
            else if (text[end] == '-' && end + 2 < text.Length && text[end + 1] == '>' && IsName(text[end + 2])) end = WordAt(text, end + 2).End.Value;
            else break;
        }

        string expression = text[start..end];
        return new SourceExpression(expression, VariableIn(expression) ?? text[word]);
    }

    // The call that the column points at, else the first of the line.
    private static Range? CallAt(SourceLocation source)
    {
        string text = source.Text;
        int at = Math.Clamp(source.Column - 1, 0, text.Length - 1);
        if (source.Column > 0 && IsName(text[at]) && WordAt(text, at) is var word && !Keywords.Contains(text[word]) && IsCall(text, word.End.Value)) return word;
        foreach (Match match in Call().Matches(text))
        {
            var name = match.Groups["name"];
            if (!Keywords.Contains(name.Value)) return name.Index..(name.Index + name.Length);
        }

        return null;
    }

    private static List<string> Split(string text, int from)
    {
        string inside = Inside(text, text.IndexOf('(', from));
        var parts = new List<string>();
        int depth = 0, start = 0;
        for (int at = 0; at < inside.Length; at++)
        {
            if (inside[at] is '(' or '[' or '{') depth++;
            else if (inside[at] is ')' or ']' or '}') depth--;
            else if (inside[at] == ',' && depth == 0)
            {
                parts.Add(inside[start..at]);
                start = at + 1;
            }
        }

        parts.Add(inside[start..]);
        return parts;
    }

    private static string Inside(string text, int open) => open < 0 ? "" : text[(open + 1)..Math.Max(open + 1, Closing(text, open) - (IsClosed(text, open) ? 1 : 0))];

    private static bool IsClosed(string text, int open) => Closing(text, open) is var end && text[end - 1] is ')' or ']';

    // The position after the bracket that closes one; the end of the line when it goes on on the next.
    private static int Closing(string text, int open)
    {
        int depth = 0;
        for (int at = open; at < text.Length; at++)
        {
            if (text[at] is '(' or '[') depth++;
            else if (text[at] is ')' or ']' && --depth == 0) return at + 1;
        }

        return text.Length;
    }

    private static int Opening(string text, int close)
    {
        int depth = 0;
        for (int at = close; at >= 0; at--)
        {
            if (text[at] is ')' or ']') depth++;
            else if (text[at] is '(' or '[' && --depth == 0) return at;
        }

        return 0;
    }

    private static bool IsName(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';

    private static bool IsCall(string text, int end) => end < text.Length && text[end] == '(';

    private static Range WordAt(string text, int at)
    {
        int start = at, end = at;
        while (start > 0 && IsName(text[start - 1])) start--;
        while (end < text.Length && IsName(text[end])) end++;
        return start..end;
    }

    [GeneratedRegex(@"(?<name>[A-Za-z_]\w*)(?=->|\[)|\*\s*(?:\([^()]*\*\s*\)\s*)?\(?(?<name>[A-Za-z_]\w*)(?![\w\s]*\*)")]
    private static partial Regex Access();

    [GeneratedRegex(@"(?<name>[A-Za-z_]\w*)\(")]
    private static partial Regex Call();

    [GeneratedRegex(@"(?<name>[A-Za-z_]\w*)\s*=(?!=)")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"\b(?:for|while)\s*\(")]
    private static partial Regex Loop();

    [GeneratedRegex(@"\((?:(?:const|volatile|struct|union|enum|unsigned|signed)\s+)*\w+\s*\*+\s*\)|\((?:(?:unsigned|signed)\s+)?(?:void|char|short|int|long|__?[us]\d+|__[bl]e\d+|u?int\d+_t)\)")]
    private static partial Regex Cast();

    [GeneratedRegex(@"[A-Za-z_]\w*")]
    private static partial Regex Name();
}
