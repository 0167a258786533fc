namespace PSBpf.Viewer;

/// <summary>Rows under columns: drawing, ordering by a column, and what lies under the mouse.</summary>
/// <typeparam name="T">What a row is.</typeparam>
internal sealed class Table<T>
{
    private IReadOnlyList<(int Column, int X, int Width)> _layout = [];

    /// <summary>Makes one.</summary>
    /// <param name="columns">Its columns.</param>
    /// <param name="key">What makes a row the same one at the next look.</param>
    public Table(IReadOnlyList<Column<T>> columns, Func<T, object> key)
    {
        Columns = columns;
        List = new RowList<T>(key, row => string.Join(' ', Columns.Select(column => column.Text(row, int.MaxValue).Text)));
    }

    /// <summary>The columns.</summary>
    public IReadOnlyList<Column<T>> Columns { get; private set; }

    /// <summary>The rows.</summary>
    public RowList<T> List { get; }

    /// <summary>The column that rows are ordered by; null for the order in which they come.</summary>
    public Column<T>? Sorted { get; private set; }

    /// <summary>Whether the greatest comes first.</summary>
    public bool Descending { get; private set; }

    /// <summary>By how many cells texts that are too long are shifted.</summary>
    public int Shifted { get; private set; }

    /// <summary>Exchanges the columns, for tables whose columns depend on what they show.</summary>
    public void SetColumns(IReadOnlyList<Column<T>> columns) => Columns = columns;

    /// <summary>Orders by a column, the usual end first.</summary>
    public void Sort(Column<T> column, bool? descending = null)
    {
        if (column.Order is not { } order) return;
        Sorted = column;
        Descending = descending ?? column.GreatestFirst;
        bool down = Descending;
        List.SetOrder((a, b) => down ? order(b, a) : order(a, b));
    }

    /// <summary>Turns the order round; of rows that come as they are, by the first column.</summary>
    public void Reverse()
    {
        if (Sorted is { } sorted) Sort(sorted, !Descending);
        else if (Columns.FirstOrDefault(column => column.Order is not null) is { } first) Sort(first, descending: true);
    }

    /// <summary>Orders by the next column to the left or right that is on the screen.</summary>
    public void SortBeside(int step)
    {
        var shown = _layout.Select(place => Columns[place.Column]).Where(column => column.Order is not null).ToList();
        if (shown.Count == 0) return;
        int at = Sorted is null ? -step : shown.FindIndex(column => column.Id == Sorted.Id);
        Sort(shown[Math.Clamp(at + step, 0, shown.Count - 1)]);
    }

    /// <summary>Shifts cells that are too long to the left or right.</summary>
    public void Shift(int by) => Shifted = Math.Max(0, Shifted + by);

    /// <summary>Draws the heading and the rows.</summary>
    public void Draw(Area area)
    {
        _layout = TableLayout.Fit(Columns, area.Width);
        area.Line(0, "", Tone.Heading);
        foreach (var (number, x, width) in _layout)
        {
            var column = Columns[number];
            bool sorted = Sorted?.Id == column.Id;
            string arrow = sorted ? Descending ? "▼" : "▲" : "";
            string header = CellWidth.Cut(column.Header, width - arrow.Length) + arrow;
            area.Put(column.Right ? x + width - CellWidth.Of(header) : x, 0, header, sorted ? Tone.SortedHeading : Tone.Heading);
        }

        var body = area.Rows(1, area.Height - 1);
        List.Fit(body.Height);
        for (int line = 0; line < body.Height && List.Top + line < List.Rows.Count; line++)
        {
            var row = List.Rows[List.Top + line];
            foreach (var (number, x, width) in _layout) DrawCell(body, line, x, width, Columns[number], row);
            if (List.Top + line == List.Index) body.Tint(line, Tone.Selected);
        }
    }

    /// <summary>The number of the row in a line of the table's area, the heading being line 0; −1 when there is none.</summary>
    public int RowAt(int y) => y >= 1 && List.Top + y - 1 < List.Rows.Count ? List.Top + y - 1 : -1;

    /// <summary>The column at a place.</summary>
    public Column<T>? ColumnAt(int x)
    {
        foreach (var (column, from, width) in _layout)
            if (x >= from && x < from + width + TableLayout.Gap) return Columns[column];
        return null;
    }

    private void DrawCell(Area area, int line, int x, int width, Column<T> column, T row)
    {
        var (text, tone) = column.Text(row, width);
        if (!column.Right && Shifted > 0 && CellWidth.Of(text) > width) text = text[Math.Min(Shifted, text.Length - 1)..];
        text = CellWidth.Cut(text, width);
        area.Put(column.Right ? x + width - CellWidth.Of(text) : x, line, text, tone);
    }
}
