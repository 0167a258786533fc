using System.Text;

namespace PSBpf.Host.Prompt;

/// <summary>Lays short texts out in columns, read downwards as ls does it.</summary>
internal static class ColumnList
{
    private const int Gap = 2;
    private const int GreatestCount = 200;

    /// <summary>Lays texts out.</summary>
    /// <param name="items">The texts.</param>
    /// <param name="width">The columns of the terminal.</param>
    /// <returns>The lines, each with its end; of very many texts only the first.</returns>
    public static string Layout(IReadOnlyList<string> items, int width)
    {
        List<string> shown = [.. items.Take(GreatestCount)];
        if (shown.Count == 0)
            return string.Empty;
        int column = shown.Max(static item => item.Length) + Gap;
        int columns = Math.Max(1, width / column);
        int rows = (shown.Count + columns - 1) / columns;
        var text = new StringBuilder();
        for (int row = 0; row < rows; row++)
        {
            var line = new StringBuilder();
            for (int index = row; index < shown.Count; index += rows)
                line.Append(shown[index].PadRight(column));
            text.AppendLine(line.ToString().TrimEnd());
        }

        if (items.Count > shown.Count)
            text.AppendLine($"… and {items.Count - shown.Count} more");
        return text.ToString();
    }
}
