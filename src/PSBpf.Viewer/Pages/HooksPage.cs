namespace PSBpf.Viewer;

/// <summary>Hooks, and below each what it runs, in order.</summary>
internal sealed class HooksPage : TablePage<HookRow>
{
    private readonly HookTree _tree = new();
    private readonly Look<IReadOnlyList<HookRow>> _look;

    public HooksPage(Shell shell)
        : base(shell, HookRow.Columns, row => row.Id) =>
        _look = new Look<IReadOnlyList<HookRow>>(shell.Worker, Table.List.Update, shell.Fail);

    public override PageKind Kind => PageKind.Hooks;

    protected override string Title => "Hooks, and what they run in order";

    protected override string Nothing => "Nothing is attached. Add-BpfLink attaches a program to a hook.";

    public override void Open() => Look();

    public override void Look()
    {
        var (session, frame, now) = (State.Options.Session, State.Frame, Shell.Now);
        _look.Take(() => _tree.Read(session, frame, now));
    }

    protected override void OpenRow(HookRow row)
    {
        if (row.Statistic is { } statistic) Shell.Show(new ProgramPage(Shell, statistic));
    }
}
