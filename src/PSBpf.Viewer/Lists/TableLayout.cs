namespace PSBpf.Viewer;

/// <summary>Which columns fit into a width, and how wide each is.</summary>
internal static class TableLayout
{
    /// <summary>Blank cells between two columns.</summary>
    public const int Gap = 1;

    /// <summary>Columns by their number, in their own order.</summary>
    public static IReadOnlyList<(int Column, int X, int Width)> Fit<T>(IReadOnlyList<Column<T>> columns, int width)
    {
        var chosen = new SortedSet<int>();
        int used = -Gap;
        foreach (int column in Enumerable.Range(0, columns.Count).OrderBy(column => columns[column].Rank))
        {
            if (used + Gap + columns[column].Width > width && chosen.Count > 0) continue;
            used += Gap + columns[column].Width;
            chosen.Add(column);
        }

        var widths = chosen.ToDictionary(column => column, column => Math.Min(columns[column].Width, width));
        for (int left = width - used; left > 0;)
        {
            // Those that are furthest from what they could use grow first.
            int[] growing = [.. chosen.Where(column => widths[column] < columns[column].Most)];
            if (growing.Length == 0) break;
            int share = Math.Max(1, left / growing.Length);
            foreach (int column in growing)
            {
                int more = Math.Min(Math.Min(share, columns[column].Most - widths[column]), left);
                widths[column] += more;
                left -= more;
            }
        }

        var fitted = new List<(int, int, int)>();
        int x = 0;
        foreach (int column in chosen)
        {
            fitted.Add((column, x, widths[column]));
            x += widths[column] + Gap;
        }

        return fitted;
    }
}
