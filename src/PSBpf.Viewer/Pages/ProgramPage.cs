using PSBpf.Hosting;
using PSBpf.Kernel;

namespace PSBpf.Viewer;

/// <summary>One program: what it does now, what the verifier said, what it uses, and its instructions with their lines of C.</summary>
internal sealed class ProgramPage : TablePage<ListingLine>
{
    private const int FewestLinesForGraphs = 28;

    private static readonly Column<ListingLine> Index = new("Index", "SLOT", 5, (line, _) => new Cell($"{line.Index}", Tone.Dim)) { Right = true, Rank = 1 };

    private static readonly Column<ListingLine> Hits =
        new("Hits", "HITS", 8, (line, width) => line.Hits is { } hits ? new Cell(Figures.Count(hits, width), hits == 0 ? Tone.Dim : Tone.Normal) : "") { Right = true, Most = 11, Rank = 2 };

    private static readonly Column<ListingLine> Text = new("Text", "INSTRUCTION", 20, (line, _) => new Cell(line.Text, line.Tone)) { Most = int.MaxValue, Rank = 0 };

    private readonly Look<Details> _look;
    private BpfStatistic _statistic;
    private Details? _details;
    private bool _gone;

    /// <summary>Makes the page of a program.</summary>
    public ProgramPage(Shell shell, BpfStatistic statistic)
        : base(shell, [Index, Text], line => line.Number)
    {
        _statistic = statistic;
        _look = new Look<Details>(shell.Worker, Take, shell.Fail);
    }

    private sealed record Details(BpfVerification? Verification, IReadOnlyList<BpfMap> Maps, IReadOnlyList<BpfLink> Links, IReadOnlyList<ListingLine> Lines, string State, string Section, int Instructions);

    public override PageKind Kind => PageKind.Program;

    protected override string Title => "";

    protected override string Nothing => _details is null
        ? $"Another process loaded this program into the {_statistic.Kernel} kernel: its instructions are not to be had here."
        : "";

    public override void Open() => Look();

    public override void Look()
    {
        // What is loaded does not change; what it is attached to does.
        if (State.Loaded(_statistic) is not { } program) return;
        var known = _details;
        _look.Take(() => new Details(
            known?.Verification ?? program.GetVerification(), program.GetMaps(), program.GetLinks(),
            known?.Lines ?? ListingLine.Of(program.GetInstructions()), $"{program.State}".ToLowerInvariant(), program.Section, program.InstructionCount));
    }

    public override void OnFrame()
    {
        if (State.Find(ProgramKey.Of(_statistic)) is { } now) _statistic = now;
        else _gone = true;
    }

    public override void Draw(Area area)
    {
        int y = 0;
        string title = $" {_statistic.Program}  {_statistic.Type}  id {_statistic.Id}  {_statistic.Kernel.ToString().ToLowerInvariant()}";
        if (_details is { } loaded) title += $"  {loaded.Section}  {Figures.Count(loaded.Instructions)} instructions  {loaded.State}";
        area.Put(0, y++, CellWidth.Cut(title, area.Width), Tone.Strong);
        if (_gone) area.Put(1, y++, "It has been removed; this is what was last known of it.", Tone.Bad);
        foreach (var (name, text, tone) in Facts())
        {
            area.Put(1, y, name, Tone.Dim);
            area.Put(10, y++, CellWidth.Cut(text, area.Width - 10), tone);
        }

        if (area.Height >= FewestLinesForGraphs)
        {
            ProgramGraphs.Draw(area.Rows(y, 6), State, _statistic.KernelId);
            y += 6;
        }

        DrawTable(area.Rows(y, area.Height - y));
    }

    public override void Do(TopCommand command)
    {
        if (command == TopCommand.Open) OpenMap();
        else base.Do(command);
    }

    private IEnumerable<(string Name, string Text, Tone Tone)> Facts()
    {
        var now = _statistic;
        string rates = $"{Figures.Count(now.EventsPerSecond)} events/s  mean {Figures.Nanoseconds(now.MeanNanoseconds)} ns  p99 {Figures.Nanoseconds(now.P99Nanoseconds)} ns  cpu {Figures.Percent(now.CpuPercent)} %";
        yield return ("now", rates, Tone.Normal);
        string verdicts = Figures.Verdicts(now.Verdicts);
        yield return ("in all", $"{Figures.Count(now.Runs)} runs  {(verdicts.Length > 0 ? verdicts + "  " : "")}{Figures.Count(now.Errors)} failed  {Figures.Count(now.Dropped)} events lost", now.Errors + now.Dropped > 0 ? Tone.Bad : Tone.Normal);
        yield return ("hooks", Hooks(), Tone.Normal);
        if (_details is not { } details) yield break;
        if (details.Verification is { } verification)
        {
            yield return ("verified", $"processed {Figures.Count(verification.ProcessedInstructions)}  states {Figures.Count(verification.PeakStates)}  stack {verification.StackDepth} B  in {Figures.Duration(verification.Duration)}", Tone.Normal);
        }

        yield return ("maps", details.Maps.Count == 0 ? "none" : string.Join("  ", details.Maps.Select(map => $"{map.Name} ({TypeNames.Of(map.Type)})")), Tone.Normal);
    }

    private string Hooks() => _details is { Links.Count: > 0 } details
        ? string.Join("  ", details.Links.Select(link => $"{link.Hook} (link {link.Id}{(link.Priority > 0 ? $", priority {link.Priority}" : "")})"))
        : _statistic.Hooks.Count > 0 ? string.Join("  ", _statistic.Hooks) : "attached to none";

    private void Take(Details details)
    {
        bool first = _details is null;
        _details = details;
        if (!first) return;
        if (details.Lines.Any(line => line.Hits is not null)) Table.SetColumns([Index, Hits, Text]);
        Table.List.Update(details.Lines);
    }

    private void OpenMap()
    {
        BpfMap[] maps = [.. (_details?.Maps ?? []).Where(map => map.KeySize > 0 && !map.HasEvents)];
        if (maps.Length == 0) Shell.Notice("It uses no map that has entries.");
        else if (maps.Length == 1) Shell.Show(new EntriesPage(Shell, maps[0]));
        else Shell.Ask(new PickList("Entries of", [.. maps.Select(map => (map.Name, TypeNames.Of(map.Type)))], 0, chosen => Shell.Show(new EntriesPage(Shell, maps[chosen]))));
    }
}
