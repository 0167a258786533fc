using System.Globalization;
using System.Text.RegularExpressions;

namespace PSBpf.Compile;

/// <summary>Reads what clang writes to standard error with -fno-caret-diagnostics -fdiagnostics-absolute-paths: one line for each message.</summary>
internal static partial class ClangMessageParser
{
    /// <summary>The messages in their order, notes with those that they belong to, the same one only once.</summary>
    public static IReadOnlyList<CompilerMessage> Parse(string text)
    {
        var messages = new List<(CompilerMessage Message, List<CompilerMessage> Notes)>();
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            if (Read(line) is not { } message) continue;
            if (message.Severity == CompilerSeverity.Note)
            {
                if (messages.Count > 0 && !messages[^1].Notes.Contains(message)) messages[^1].Notes.Add(message);
            }
            else
            {
                messages.Add((message, []));
            }
        }

        return [.. messages.Select(one => one.Message with { Notes = one.Notes }).DistinctBy(message => (message.Severity, message.File, message.Line, message.Column, message.Text))];
    }

    private static CompilerMessage? Read(string line)
    {
        Match match = MessageLine().Match(line);
        if (!match.Success) return null;
        CompilerSeverity severity = match.Groups["severity"].Value switch
        {
            "note" or "remark" => CompilerSeverity.Note,
            "warning" => CompilerSeverity.Warning,
            _ => CompilerSeverity.Error,
        };
        // "clang-19: error: …" is the driver speaking of itself.
        string? file = match.Groups["line"].Success ? match.Groups["file"].Value : null;
        string? option = match.Groups["option"] is { Success: true } group ? group.Value : null;
        return new CompilerMessage(severity, file, Number(match.Groups["line"]), Number(match.Groups["column"]), match.Groups["text"].Value.Trim(), option);
    }

    private static int Number(Group group) =>
        group.Success && int.TryParse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;

    // A drive's colon belongs to the path. With -Werror the switch reads [-Werror,-Wname].
    [GeneratedRegex(@"^(?:(?<file>(?:[A-Za-z]:[\\/])?[^:]*?):(?:(?<line>\d+):(?<column>\d+):)?\s)?\s*(?<severity>note|remark|warning|fatal error|error): (?<text>.*?)(?:\s\[(?:-Werror,)?-W(?<option>[^\]]+)\])?$")]
    private static partial Regex MessageLine();
}
