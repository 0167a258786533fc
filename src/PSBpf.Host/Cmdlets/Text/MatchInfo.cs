using System.Text;
using System.Text.RegularExpressions;

namespace PSBpf.Host;

/// <summary>A line that Select-String found.</summary>
public sealed class MatchInfo
{
    /// <summary>What stands for a file's path where text came through the pipeline.</summary>
    internal const string InputStream = "InputStream";

    /// <summary>Gets a value indicating whether upper and lower case were taken for the same.</summary>
    public bool IgnoreCase { get; init; }

    /// <summary>Gets the number of the line, from 1.</summary>
    public int LineNumber { get; init; }

    /// <summary>Gets the line.</summary>
    public required string Line { get; init; }

    /// <summary>Gets the name of the file, without its folder.</summary>
    public string Filename => System.IO.Path.GetFileName(Path);

    /// <summary>Gets the file's path, or InputStream when the text came through the pipeline.</summary>
    public required string Path { get; init; }

    /// <summary>Gets the pattern that matches.</summary>
    public required string Pattern { get; init; }

    /// <summary>Gets the lines around, or null when they were not asked for.</summary>
    public MatchInfoContext? Context { get; internal set; }

    /// <summary>Gets the matches within the line; none with -NotMatch.</summary>
    public IReadOnlyList<Match> Matches { get; init; } = [];

    /// <summary>Gives the line as it is shown: after the file's path and the line's number, where there are any.</summary>
    /// <returns>One line, or with context several, of which those that match are marked.</returns>
    public override string ToString() => ToString(directory: null);

    /// <summary>Gives the line as it is shown, with the file's path relative to a folder that it is in.</summary>
    /// <param name="directory">The folder, or null to give the whole path.</param>
    /// <returns>One line, or with context several, of which those that match are marked.</returns>
    public string ToString(string? directory)
    {
        string file = RelativePath(directory);
        string Head(int number) => file.Length == 0 ? string.Empty : $"{file}:{number}:";
        if (Context is null)
            return Head(LineNumber) + Line;

        var text = new StringBuilder();
        int number = LineNumber - Context.PreContext.Count;
        foreach (string line in Context.PreContext)
            text.Append("  ").Append(Head(number++)).AppendLine(line);
        text.Append("> ").Append(Head(number++)).Append(Line);
        foreach (string line in Context.PostContext)
            text.AppendLine().Append("  ").Append(Head(number++)).Append(line);
        return text.ToString();
    }

    private string RelativePath(string? directory)
    {
        if (Path == InputStream)
            return string.Empty;
        string relative = directory is null ? Path : System.IO.Path.GetRelativePath(directory, Path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? Path : relative;
    }
}
