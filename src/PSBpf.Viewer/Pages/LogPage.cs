namespace PSBpf.Viewer;

/// <summary>What happened while the top was open.</summary>
internal sealed class LogPage : TablePage<LogEntry>
{
    private static readonly Column<LogEntry>[] Columns =
    [
        new("Time", "TIME", 8, (entry, _) => new Cell(entry.Time.ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture), Tone.Dim)) { Rank = 0 },
        new("Text", "WHAT", 20, (entry, _) => new Cell(entry.Text, entry.Tone)) { Most = int.MaxValue, Rank = 1 },
    ];

    public LogPage(Shell shell)
        : base(shell, Columns, entry => entry.Number) =>
        Table.List.Follows = true;

    public override PageKind Kind => PageKind.Log;

    protected override string Title => "What happened while you watched";

    protected override string Nothing => "Nothing yet.";

    public override void Open() => Table.List.Update([.. State.Log]);

    public override void OnFrame() => Table.List.Update([.. State.Log]);
}
