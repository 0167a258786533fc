namespace PSBpf.Viewer;

/// <summary>Rows that come anew with every look: filtered, in order, and one of them selected, which stays so wherever it moves.</summary>
/// <typeparam name="T">What a row is.</typeparam>
/// <param name="key">What makes a row the same one at the next look.</param>
/// <param name="text">What the filter searches.</param>
internal sealed class RowList<T>(Func<T, object> key, Func<T, string> text)
{
    private IReadOnlyList<T> _all = [];
    private List<T> _rows = [];
    private object? _selectedKey;
    private Comparison<T>? _order;

    /// <summary>The rows that are shown, in order.</summary>
    public IReadOnlyList<T> Rows => _rows;

    /// <summary>All of them, filtered out or not.</summary>
    public IReadOnlyList<T> All => _all;

    /// <summary>How many there are, filtered out or not.</summary>
    public int Total => _all.Count;

    /// <summary>Number of the selected row; 0 when there is none.</summary>
    public int Index { get; private set; }

    /// <summary>Number of the first row on the screen.</summary>
    public int Top { get; private set; }

    /// <summary>Rows on the screen, as of the last drawing.</summary>
    public int PageSize { get; private set; } = 1;

    /// <summary>Text that the rows contain, in any case; several words must all be there.</summary>
    public string Filter { get; private set; } = "";

    /// <summary>Whether the selection stays on the last row when rows are added.</summary>
    public bool Follows { get; set; }

    /// <summary>The selected row.</summary>
    public T? Selected => Index < _rows.Count ? _rows[Index] : default;

    /// <summary>Takes the rows of a new look.</summary>
    public void Update(IReadOnlyList<T> rows)
    {
        _all = rows;
        Arrange();
    }

    /// <summary>Shows only what contains a text.</summary>
    public void SetFilter(string filter)
    {
        Filter = filter;
        Arrange();
    }

    /// <summary>Orders the rows; null leaves them as they come.</summary>
    public void SetOrder(Comparison<T>? order)
    {
        _order = order;
        Arrange();
    }

    /// <summary>Moves the selection.</summary>
    public void Move(int by) => Select(Index + by);

    /// <summary>Selects a row by its number, or the nearest that there is.</summary>
    public void Select(int index)
    {
        Index = Math.Clamp(index, 0, Math.Max(0, _rows.Count - 1));
        _selectedKey = Selected is { } row ? key(row) : null;
    }

    /// <summary>Moves what is shown and takes the selection along where it would leave the screen.</summary>
    public void Scroll(int by)
    {
        Top = Math.Clamp(Top + by, 0, Math.Max(0, _rows.Count - PageSize));
        Select(Math.Clamp(Index, Top, Top + PageSize - 1));
    }

    /// <summary>Says how many rows are on the screen; the selected one will be among them.</summary>
    public void Fit(int pageSize)
    {
        PageSize = Math.Max(1, pageSize);
        Top = Math.Clamp(Top, Math.Max(0, Index - PageSize + 1), Index);
        Top = Math.Clamp(Top, 0, Math.Max(0, _rows.Count - PageSize));
    }

    private void Arrange()
    {
        bool atEnd = Follows && Index >= _rows.Count - 1;
        string[] words = Filter.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        _rows = words.Length == 0 ? [.. _all] : [.. _all.Where(row => Contains(text(row), words))];
        // A stable sort: rows that are equal stay where they were.
        if (_order is { } order) _rows = [.. _rows.Order(Comparer<T>.Create(order))];
        int found = atEnd || _selectedKey is null ? -1 : _rows.FindIndex(row => key(row).Equals(_selectedKey));
        if (atEnd) Select(_rows.Count - 1);
        else if (found >= 0) Index = found;
        else Select(Index);
    }

    private static bool Contains(string text, string[] words) => Array.TrueForAll(words, word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
}
