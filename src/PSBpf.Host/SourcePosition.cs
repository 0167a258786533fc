using System.Management.Automation;
using System.Management.Automation.Language;

namespace PSBpf.Host;

/// <summary>A piece of a line of script.</summary>
/// <param name="File">The script's path, or null where the text is in no file.</param>
/// <param name="LineNumber">The line's number, from 1.</param>
/// <param name="Line">The line, of a long one the part around the piece.</param>
/// <param name="Start">Where in it the piece begins, from 0.</param>
/// <param name="Length">How long the piece is; 0 when only the line is known.</param>
internal sealed record SourcePosition(string? File, int LineNumber, string Line, int Start, int Length)
{
    /// <summary>Gets the position of a parse error.</summary>
    /// <param name="extent">What the error is about.</param>
    /// <returns>The position.</returns>
    public static SourcePosition Of(IScriptExtent extent)
    {
        string line = extent.StartScriptPosition.Line.TrimEnd();
        int start = Math.Min(extent.StartColumnNumber - 1, line.Length);
        int end = extent.EndLineNumber == extent.StartLineNumber ? extent.EndColumnNumber - 1 : line.Length;
        if (end <= start)
            line = line.PadRight((end = start + 1)); // something is missing here
        return new SourcePosition(NameOf(extent.File), extent.StartLineNumber, line, start, end - start);
    }

    /// <summary>Gets the position of a command.</summary>
    /// <param name="invocation">The command.</param>
    /// <returns>The position, or null when the engine knows none.</returns>
    /// <remarks>The engine's message has the line after a plus sign and a blank, cut around the piece, and the underlining below it.</remarks>
    public static SourcePosition? Of(InvocationInfo invocation)
    {
        string[] lines = invocation.PositionMessage.ReplaceLineEndings("\n").Split('\n');
        if (lines.Length < 2)
            return null;
        string line = Text(lines[1]);
        string underline = Text(lines[^1]);
        int start = underline.IndexOf('~', StringComparison.Ordinal);
        int length = start < 0 ? 0 : underline.AsSpan().Trim().Length;
        return new SourcePosition(NameOf(invocation.ScriptName), invocation.ScriptLineNumber, line.PadRight(start + length), Math.Max(0, start), length);
    }

    private static string? NameOf(string? file) => string.IsNullOrEmpty(file) ? null : file;

    private static string Text(string line) => line.StartsWith("+ ", StringComparison.Ordinal) ? line[2..] : line.TrimStart('+');
}
