using PSBpf.Diagnostics;

namespace PSBpf.Viewer;

/// <summary>The last events of one source. It is chosen first, since reading a buffer takes events from its other readers.</summary>
internal sealed class EventsPage : TablePage<EventRow>
{
    private EventSource? _source;
    private EventTail? _tail;

    public EventsPage(Shell shell)
        : base(shell, EventRow.Columns(null), row => row.Number) =>
        Table.List.Follows = true;

    public override PageKind Kind => PageKind.Events;

    public override TimeSpan? Every => TimeSpan.FromMilliseconds(250);

    protected override string Title => _source is null
        ? "Events"
        : _tail is null ? $"Events of {_source.Name}  closed" : $"Events of {_source.Name}  {_tail.Counts}";

    protected override string Nothing => _tail is null ? "Press s to choose a source." : "No event yet.";

    public override void Open() => Choose();

    /// <summary>Away from the screen nothing is taken from other readers.</summary>
    public override void Close()
    {
        _tail?.Close();
        _tail = null;
    }

    public override void Look() => _tail?.Look();

    public override void Do(TopCommand command)
    {
        switch (command)
        {
            case TopCommand.ChooseSource:
                Choose();
                break;
            case TopCommand.ClearEvents:
                _tail?.Clear();
                Table.List.Update([]);
                break;
            default:
                base.Do(command);
                break;
        }
    }

    private void Choose()
    {
        var sources = EventSource.Of(State.Options.Session);
        int before = sources.ToList().FindIndex(source => source.Address == _source?.Address);
        Shell.Ask(new PickList("Show events of", [.. sources.Select(source => (source.Name, source.Remark))], before, chosen => Read(sources[chosen])));
    }

    private void Read(EventSource source)
    {
        _tail?.Close();
        _tail = null;
        if (source.Address != _source?.Address) Table.List.Update([]);
        _source = source;
        Table.SetColumns(EventRow.Columns(source));
        try
        {
            _tail = new EventTail(State.Options.Session.OpenEvents(source.Address), Shell.Worker, Table.List.Update, Shell.Fail);
            _tail.Look();
        }
        catch (BpfException exception)
        {
            // Somebody else reads it, or it has just been removed.
            Shell.Fail(exception);
        }
    }
}
