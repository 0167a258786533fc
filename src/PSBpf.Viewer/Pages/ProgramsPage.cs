using PSBpf.Hosting;

namespace PSBpf.Viewer;

/// <summary>The first page: all programs, and graphs of the selected one.</summary>
internal sealed class ProgramsPage : TablePage<BpfStatistic>
{
    private const int FewestLinesForGraphs = 14;

    private bool _graphs = true;

    public ProgramsPage(Shell shell)
        : base(shell, ProgramColumns.All(shell.State.History), row => ProgramKey.Of(row))
    {
        SortBy(State.Options.SortBy ?? nameof(BpfStatistic.EventsPerSecond));
        Filter = State.Options.Filter;
    }

    public override PageKind Kind => PageKind.Programs;

    protected override string Title => "";

    protected override string Nothing => State.Frame is null
        ? "Looking …"
        : "There are no programs. Import-BpfProgram brings some, and they appear here.";

    public override void OnFrame() => Table.List.Update(State.Frame!.Programs);

    public override void Draw(Area area)
    {
        bool graphs = _graphs && area.Height >= FewestLinesForGraphs && Table.List.Selected is not null;
        int height = graphs ? Math.Clamp(area.Height / 4, 6, 12) : 0;
        DrawTable(area.Rows(0, area.Height - height));
        if (!graphs || Table.List.Selected is not { } row) return;
        var below = area.Rows(area.Height - height, height);
        below.Line(0, new string('─', area.Width), Tone.Dim);
        below.Put(1, 0, CellWidth.Cut($" {Summary(row)} ", area.Width - 2), Tone.Normal);
        ProgramGraphs.Draw(below.Rows(1, height - 1), State, row.KernelId);
    }

    public override void Do(TopCommand command)
    {
        switch (command)
        {
            case TopCommand.SortByEvents: SortBy(nameof(BpfStatistic.EventsPerSecond)); break;
            case TopCommand.SortByTime: SortBy(nameof(BpfStatistic.MeanNanoseconds)); break;
            case TopCommand.SortByProcessor: SortBy(nameof(BpfStatistic.CpuPercent)); break;
            case TopCommand.SortByRuns: SortBy(nameof(BpfStatistic.Runs)); break;
            case TopCommand.Graphs: _graphs = !_graphs; break;
            default: base.Do(command); break;
        }
    }

    protected override void OpenRow(BpfStatistic row) => Shell.Show(new ProgramPage(Shell, row));

    // What narrow screens have no column for.
    private static string Summary(BpfStatistic row)
    {
        var parts = new List<string> { row.Program, row.Type, $"{Figures.Count(row.Runs)} runs" };
        if (Figures.Verdicts(row.Verdicts) is { Length: > 0 } verdicts) parts.Add(verdicts);
        if (row.Errors > 0) parts.Add($"{Figures.Count(row.Errors)} failed");
        if (row.Dropped > 0) parts.Add($"{Figures.Count(row.Dropped)} events lost");
        return string.Join("  ", parts);
    }

    private void SortBy(string id)
    {
        if (Table.Columns.FirstOrDefault(column => column.Order is not null && string.Equals(column.Id, id, StringComparison.OrdinalIgnoreCase)) is { } column) Table.Sort(column);
    }
}
