using PSBpf.Hosting;

namespace PSBpf.Viewer;

/// <summary>The entries of a map as they are now; what changed since the last look stands out.</summary>
internal sealed class EntriesPage : TablePage<EntryRow>
{
    /// <summary>More entries than these are not shown: a filter or Get-BpfMapEntry finds what is behind them.</summary>
    private const int Most = 2000;

    private readonly BpfMap _map;
    private readonly Look<Snapshot> _look;
    private Snapshot? _snapshot;
    private bool _zeros = true;

    public EntriesPage(Shell shell, BpfMap map)
        : base(shell, EntryRow.Columns(null), row => row.Id)
    {
        _map = map;
        _look = new Look<Snapshot>(shell.Worker, Take, shell.Fail);
    }

    private sealed record Snapshot(IReadOnlyList<EntryRow> Rows, bool IsAll);

    public override PageKind Kind => PageKind.Entries;

    protected override string Title
    {
        get
        {
            string title = $"{_map.Name}  {TypeNames.Of(_map.Type)}  {Figures.Count(_snapshot?.Rows.Count ?? 0)} of {Figures.Count(_map.MaxEntries)} entries";
            if (_snapshot is { IsAll: false }) title += $"  (only the first {Figures.Count(Most)} are shown)";
            if (!_zeros) title += "  without those of zeros";
            return _map.IsRemoved ? title + "  removed" : title;
        }
    }

    protected override string Nothing => _snapshot is { Rows.Count: > 0 } ? "All entries are zero; z shows them." : "It has no entries.";

    public override void Open() => Look();

    public override void Look()
    {
        if (_map.IsRemoved) return;
        var before = _snapshot?.Rows.ToDictionary(row => row.Id);
        _look.Take(() =>
        {
            var rows = _map.Entries().Take(Most + 1).Select((entry, number) => EntryRow.Of(number, entry, before)).ToList();
            return new Snapshot(rows.Count > Most ? rows[..Most] : rows, rows.Count <= Most);
        });
    }

    public override void Do(TopCommand command)
    {
        if (command == TopCommand.HideZeros)
        {
            _zeros = !_zeros;
            Arrange();
        }
        else
        {
            base.Do(command);
        }
    }

    protected override void OpenRow(EntryRow row) => ValueEditing.Begin(Shell, row.Entry);

    private void Take(Snapshot snapshot)
    {
        if (_snapshot is null or { Rows.Count: 0 } && snapshot.Rows.Count > 0) Table.SetColumns(EntryRow.Columns(snapshot.Rows[0]));
        _snapshot = snapshot;
        Arrange();
    }

    private void Arrange() => Table.List.Update(_zeros || _snapshot is null ? _snapshot?.Rows ?? [] : [.. _snapshot.Rows.Where(row => !row.IsZero)]);
}
