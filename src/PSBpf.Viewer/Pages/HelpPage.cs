namespace PSBpf.Viewer;

/// <summary>The keys.</summary>
internal sealed class HelpPage : TablePage<HelpRow>
{
    private static readonly Column<HelpRow>[] Columns =
    [
        new("Keys", "KEYS", 17, (row, _) => new Cell(row.Keys, Tone.Strong)) { Most = 22, Rank = 0 },
        new("Where", "WHERE", 9, (row, _) => new Cell(row.Where, Tone.Dim)) { Most = 14, Rank = 2 },
        new("Text", "WHAT THEY DO", 20, (row, _) => row.Text) { Most = int.MaxValue, Rank = 1 },
    ];

    public HelpPage(Shell shell)
        : base(shell, Columns, row => row.Number) =>
        Table.List.Update(HelpRow.All());

    public override PageKind Kind => PageKind.Help;

    protected override string Title => "Keys";

    protected override string Nothing => "";
}
