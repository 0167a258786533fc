namespace PSBpf.Host.Formatting;

/// <summary>The lines of a text.</summary>
internal static class TextLines
{
    /// <summary>Gets the lines; the line end after the last one makes no further line.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The lines without their ends.</returns>
    public static IEnumerable<string> Of(string text)
    {
        using var reader = new StringReader(text);
        while (reader.ReadLine() is { } line)
            yield return line;
    }
}
