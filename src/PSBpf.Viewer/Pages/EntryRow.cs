using PSBpf.Hosting;

namespace PSBpf.Viewer;

/// <summary>An entry of a map at the last look.</summary>
/// <param name="Number">Its place in the map's own order.</param>
/// <param name="Id">The key's bytes, as text.</param>
/// <param name="Entry">The entry.</param>
/// <param name="Cells">Its value: one cell, or one for each member or CPU.</param>
/// <param name="Changed">Which of them were different at the look before; null for an entry that was not there.</param>
internal sealed record EntryRow(int Number, string Id, BpfMapEntry Entry, IReadOnlyList<string> Cells, IReadOnlyList<bool>? Changed)
{
    /// <summary>Whether all of its value is zero.</summary>
    public bool IsZero => !Entry.ValueBytes.AsSpan().ContainsAnyExcept((byte)0);

    /// <summary>An entry, compared with what it was.</summary>
    public static EntryRow Of(int number, BpfMapEntry entry, IReadOnlyDictionary<string, EntryRow>? before)
    {
        string id = Convert.ToHexString(entry.KeyBytes);
        var cells = ValueCells.Of(entry);
        // At the first look nothing has changed yet.
        if (before is null) return new EntryRow(number, id, entry, cells, new bool[cells.Count]);
        if (!before.TryGetValue(id, out var was) || was.Cells.Count != cells.Count) return new EntryRow(number, id, entry, cells, null);
        return new EntryRow(number, id, entry, cells, [.. cells.Zip(was.Cells, (now, then) => now != then)]);
    }

    /// <summary>The columns that an entry like this one asks for.</summary>
    public static IReadOnlyList<Column<EntryRow>> Columns(EntryRow? sample)
    {
        var names = sample is null ? ["VALUE"] : ValueCells.Names(sample.Entry);
        bool number = sample is not null && ValueCells.AreNumbers(sample.Entry);
        var key = new Column<EntryRow>("Key", "KEY", 12, (row, _) => new Cell(ValueText.Of(row.Entry.Key), row.Changed is null ? Tone.Changed : Tone.Normal))
        {
            Most = 32,
            Order = (a, b) => Compare(a.Entry.Key, b.Entry.Key, ValueText.Of),
            Help = "the key",
        };
        return
        [
            key,
            .. names.Select((name, at) => new Column<EntryRow>(name, name, Math.Max(number ? 10 : 8, Math.Min(20, name.Length + 1)), (row, _) => CellAt(row, at))
            {
                Rank = at + 1,
                Right = number,
                Most = number ? 20 : 80,
                GreatestFirst = true,
                Order = (a, b) => Compare(a, b, row => at < row.Cells.Count ? row.Cells[at] : ""),
                Help = "a part of the value",
            }),
        ];
    }

    private static Cell CellAt(EntryRow row, int at) =>
        at < row.Cells.Count ? new Cell(row.Cells[at], row.Changed is null || row.Changed[at] ? Tone.Changed : Tone.Normal) : "";

    // Numbers as numbers, other things as their text.
    private static int Compare<T>(T a, T b, Func<T, string> text)
    {
        string left = text(a), right = text(b);
        return decimal.TryParse(left, out var x) && decimal.TryParse(right, out var y) ? x.CompareTo(y) : string.Compare(left, right, StringComparison.Ordinal);
    }
}
