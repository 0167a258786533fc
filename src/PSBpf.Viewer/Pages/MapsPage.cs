namespace PSBpf.Viewer;

/// <summary>The maps of the session.</summary>
internal sealed class MapsPage : TablePage<MapRow>
{
    private readonly Look<IReadOnlyList<MapRow>> _look;

    public MapsPage(Shell shell)
        : base(shell, MapRow.Columns, row => row.Map)
    {
        _look = new Look<IReadOnlyList<MapRow>>(shell.Worker, Table.List.Update, shell.Fail);
        Table.Sort(Table.Columns[0]);
    }

    public override PageKind Kind => PageKind.Maps;

    protected override string Title => $"Maps of this session: {Table.List.Total}";

    protected override string Nothing => "This session has no maps.";

    public override void Open() => Look();

    public override void Look() => _look.Take(() => MapRow.Of(State.Options.Session));

    protected override void OpenRow(MapRow row)
    {
        if (row.Map.HasEvents) Shell.Notice($"{row.Map.Name} hands out events and has no entries: press e for events.");
        else Shell.Show(new EntriesPage(Shell, row.Map));
    }
}
