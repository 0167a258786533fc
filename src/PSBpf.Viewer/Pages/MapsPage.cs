using PSBpf.Hosting;
using PSBpf.Kernel;

namespace PSBpf.Viewer;

/// <summary>The maps of the session, and of the machine's kernel those of others too.</summary>
internal sealed class MapsPage : TablePage<MapRow>
{
    private readonly Look<IReadOnlyList<MapRow>> _look;
    private readonly Look<BpfMap?> _opening;

    public MapsPage(Shell shell)
        : base(shell, MapRow.Columns, row => row.Key)
    {
        _look = new Look<IReadOnlyList<MapRow>>(shell.Worker, Table.List.Update, shell.Fail);
        _opening = new Look<BpfMap?>(shell.Worker, OpenMap, shell.Fail);
        Table.Sort(Table.Columns[0]);
    }

    public override PageKind Kind => PageKind.Maps;

    protected override string Title
    {
        get
        {
            int own = Table.List.All.Count(row => row.Map is not null);
            string title = $"Maps of this session: {own}";
            return WithOthers ? $"{title}, of others in the {State.Options.Kernel} kernel, to be read only: {Table.List.Total - own}" : title;
        }
    }

    protected override string Nothing => WithOthers ? $"The {State.Options.Kernel} kernel has no maps." : "This session has no maps.";

    private bool WithOthers => State.Options.Kernel == BpfKernelKind.Linux;

    public override void Open() => Look();

    public override void Look() => _look.Take(() => MapRow.Of(State.Options.Session, WithOthers ? Shell.ForeignMaps.List() : []));

    protected override void OpenRow(MapRow row)
    {
        if (row.Map is { } map) OpenMap(map);
        else _opening.Take(() => Shell.ForeignMaps.Open(row.Id));
    }

    private void OpenMap(BpfMap? map)
    {
        if (map is null) Shell.Notice("This map is gone.");
        else if (map.HasEvents) Shell.Notice(map.IsForeign ? $"{map.Name} hands out events, which go to who made it." : $"{map.Name} hands out events and has no entries: press e for events.");
        else if (map.KeySize == 0) Shell.Notice($"{map.Name} has no keys: its entries cannot be listed.");
        else Shell.Show(new EntriesPage(Shell, map));
    }
}
