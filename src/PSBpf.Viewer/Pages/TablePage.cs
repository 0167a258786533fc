namespace PSBpf.Viewer;

/// <summary>A page that is a table, below a title.</summary>
/// <typeparam name="T">What a row is.</typeparam>
internal abstract class TablePage<T>(Shell shell, IReadOnlyList<Column<T>> columns, Func<T, object> key) : Page(shell)
{
    private Area _place;

    public override string Filter
    {
        get => Table.List.Filter;
        set => Table.List.SetFilter(value);
    }

    public override (int Shown, int Total) Count => (Table.List.Rows.Count, Table.List.Total);

    public override int Selected => Table.List.Index;

    public override int Shifted => Table.Shifted;

    public override (string? Column, bool Descending) Order => (Table.Sorted?.Id, Table.Descending);

    /// <summary>The table.</summary>
    internal Table<T> Table { get; } = new(columns, key);

    /// <summary>What stands above the table; empty for nothing.</summary>
    protected abstract string Title { get; }

    /// <summary>What stands in the table's place while it has no rows.</summary>
    protected abstract string Nothing { get; }

    public override void Draw(Area area)
    {
        int top = Title.Length > 0 ? 1 : 0;
        if (top > 0) area.Put(0, 0, CellWidth.Cut(" " + Title, area.Width), Tone.Strong);
        DrawTable(area.Rows(top, area.Height - top));
    }

    public override void Do(TopCommand command)
    {
        var list = Table.List;
        switch (command)
        {
            case TopCommand.Up: list.Move(-1); break;
            case TopCommand.Down: list.Move(1); break;
            case TopCommand.PageUp: list.Move(-list.PageSize); break;
            case TopCommand.PageDown: list.Move(list.PageSize); break;
            case TopCommand.First: list.Select(0); break;
            case TopCommand.Last: list.Select(list.Rows.Count - 1); break;
            case TopCommand.Left: Table.Shift(-8); break;
            case TopCommand.Right: Table.Shift(8); break;
            case TopCommand.SortLeft: Table.SortBeside(-1); break;
            case TopCommand.SortRight: Table.SortBeside(1); break;
            case TopCommand.Reverse: Table.Reverse(); break;
            case TopCommand.Sort: PickColumn(); break;
            case TopCommand.Open or TopCommand.EditValue:
                if (list.Selected is { } row) OpenRow(row);
                break;
        }
    }

    public override void Click(int x, int y, bool twice)
    {
        int line = y - _place.Y;
        int column = x - _place.X;
        if (line == 0 && Table.ColumnAt(column) is { } heading) ClickHeading(heading);
        if (Table.RowAt(line) is >= 0 and var row && line < _place.Height)
        {
            Table.List.Select(row);
            if (twice) OpenRow(Table.List.Rows[row]);
        }
    }

    public override void Wheel(int lines) => Table.List.Scroll(lines);

    /// <summary>Draws the table into an area.</summary>
    protected void DrawTable(Area area)
    {
        _place = area;
        Table.Draw(area);
        if (Table.List.Rows.Count == 0 && area.Height > 2) area.Put(1, 2, Table.List.Total > 0 ? $"None of {Table.List.Total} lines contains '{Filter}'. Esc ends the filter." : Nothing, Tone.Dim);
    }

    /// <summary>Enter or a double click on a row.</summary>
    protected virtual void OpenRow(T row)
    {
    }

    // A click on the heading of the column that it is sorted by turns the order round.
    private void ClickHeading(Column<T> column)
    {
        if (Table.Sorted?.Id == column.Id) Table.Reverse();
        else Table.Sort(column);
    }

    private void PickColumn()
    {
        var choices = Table.Columns.Where(column => column.Order is not null).ToList();
        if (choices.Count == 0) return;
        Shell.Ask(new PickList("Sort by", [.. choices.Select(column => (column.Header, column.Help))],
            choices.FindIndex(column => column.Id == Table.Sorted?.Id), chosen => Table.Sort(choices[chosen])));
    }
}
