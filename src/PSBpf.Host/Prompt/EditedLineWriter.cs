using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PSBpf.Host.Terminal;

namespace PSBpf.Host.Prompt;

/// <summary>Corrects the lines that RadLine draws where characters are two columns wide.</summary>
/// <param name="output">The terminal.</param>
/// <remarks>
/// RadLine counts characters: it fills a line with blanks up to the window's width, which then wraps, and puts the cursor
/// too far to the left. The blanks are not needed, since it has erased the line, and the column can be counted again.
/// </remarks>
internal sealed partial class EditedLineWriter(TextWriter output) : TextWriter
{
    /// <inheritdoc/>
    public override Encoding Encoding => output.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => output.Write(value);

    /// <inheritdoc/>
    public override void Write(string? value) => output.Write(Corrected(value ?? string.Empty));

    /// <inheritdoc/>
    public override void Flush() => output.Flush();

    /// <summary>Corrects what is drawn.</summary>
    /// <param name="drawing">Text with escape sequences.</param>
    /// <returns>The same for lines of narrow characters, without the blanks at their ends.</returns>
    internal static string Corrected(string drawing) => Line().Replace(drawing, static match =>
    {
        string line = match.Groups["line"].Value;
        string plain = Style().Replace(line, string.Empty);
        int characters = int.Parse(match.Groups["column"].ValueSpan, CultureInfo.InvariantCulture) - 1;
        int cells = 0;
        foreach (char character in plain.AsSpan(0, Math.Min(characters, plain.Length)))
            cells += CharacterCells.Width(character);
        cells += Math.Max(0, characters - plain.Length); // blanks at the end, which were cut off
        return $"\e[2K\e[1G{line}\e[{cells + 1}G";
    });

    // Erase the line, go to its beginning, text, blanks, go to a column: how each line is drawn.
    [GeneratedRegex(@"\e\[2K\e\[1G(?<line>(?:(?!\e\[2K).)*?) *\e\[(?<column>[0-9]+)G", RegexOptions.Singleline)]
    private static partial Regex Line();

    [GeneratedRegex(@"\e\[[0-9;]*m")]
    private static partial Regex Style();
}
