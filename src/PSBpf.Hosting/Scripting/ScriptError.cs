using System.Globalization;
using System.Text.RegularExpressions;
using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>What went wrong in a script, and where: the target of the error record.</summary>
/// <param name="Message">What the script threw, or which limit it met.</param>
/// <param name="Handler">What it was handling: a source, <c>timer</c>, or <c>the script</c>.</param>
/// <param name="File">The script's file or name; null when unknown.</param>
/// <param name="Line">1-based; 0 when unknown.</param>
/// <param name="Column">1-based; 0 when unknown.</param>
/// <param name="Stack">The script's stack, innermost first, a line for each call.</param>
public sealed partial record ScriptError(string Message, string Handler, string? File, int Line, int Column, string Stack)
{
    /// <summary>What the host's own part of the stack is called.</summary>
    public const string HostPrefix = "psbpf:";

    /// <inheritdoc/>
    public override string ToString() => File is null ? Message : $"{File}:{Line}:{Column}: {Message}";

    /// <summary>Reads a stack as V8 writes it; lines of the host's own code are left out.</summary>
    internal static ScriptError Read(string message, string handler, string stack, ScriptSource source)
    {
        var lines = stack.Replace(ScriptSource.TextRoot, "", StringComparison.Ordinal).ReplaceLineEndings("\n").Split('\n')
            .Where(line => line.TrimStart().StartsWith("at ", StringComparison.Ordinal) && !line.Contains(HostPrefix, StringComparison.Ordinal))
            .Select(line => source.Correct(line.Trim())).ToArray();
        var place = lines.Select(line => Place().Match(line)).FirstOrDefault(match => match.Success && match.Groups["line"].Value != "0");
        return new ScriptError(
            message, handler, place?.Groups["file"].Value.Replace(" [temp]", "", StringComparison.Ordinal),
            place is null ? 0 : int.Parse(place.Groups["line"].ValueSpan, CultureInfo.InvariantCulture),
            place is null ? 0 : int.Parse(place.Groups["column"].ValueSpan, CultureInfo.InvariantCulture),
            string.Join('\n', lines));
    }

    /// <summary>The diagnostic with this place.</summary>
    internal BpfException ToException(DiagnosticRule rule) => rule.Error(
        ToString(), File is null ? null : new DiagnosticLocation { File = File, Source = new SourceLocation(File, Line, Column, "") });

    // at name (file:line:column)  or  at file:line:column  or, for a syntax error,  at file:line:column -> text
    [GeneratedRegex(@"^at (?:.*\()?(?<file>[^()]*?):(?<line>\d{1,9}):(?<column>\d{1,9})\)?(?: -> .*)?$")]
    private static partial Regex Place();
}
