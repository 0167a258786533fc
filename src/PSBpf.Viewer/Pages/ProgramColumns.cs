using PSBpf.Hosting;

namespace PSBpf.Viewer;

/// <summary>The columns of the table of programs; their ids are the properties of <see cref="BpfStatistic"/>.</summary>
internal static class ProgramColumns
{
    /// <summary>All of them, from left to right.</summary>
    /// <param name="history">Where the last column comes from.</param>
    public static IReadOnlyList<Column<BpfStatistic>> All(StatisticHistory history) =>
    [
        Text("Id", "ID", 3, row => $"{row.Id}") with { Right = true, Most = 5, Rank = 0, Order = (a, b) => a.Id.CompareTo(b.Id), Help = "number in the session or the kernel" },
        Text("Program", "NAME", 14, row => row.Program) with { Most = 24, Rank = 1, Help = "name of the program" },
        Text("Type", "TYPE", 10, row => row.Type) with { Most = 16, Rank = 9, Help = "kind of program" },
        Text("Hooks", "HOOK", 14, row => string.Join(' ', row.Hooks)) with { Most = 34, Rank = 5, Help = "what it is attached to" },
        Number("EventsPerSecond", "EVT/S", 9, row => row.EventsPerSecond) with { Most = 11, Rank = 2, Help = "runs a second" },
        Number("Runs", "RUNS", 9, row => row.Runs) with { Most = 15, Rank = 10, Help = "runs in all" },
        Time("MeanNanoseconds", "AVG ns", 7, row => row.MeanNanoseconds) with { Most = 9, Rank = 3, Help = "mean time of a run" },
        Time("P99Nanoseconds", "P99 ns", 7, row => row.P99Nanoseconds) with { Most = 9, Rank = 6, Help = "99 of 100 runs were faster" },
        new("CpuPercent", "CPU%", 5, (row, _) => Figures.Percent(row.CpuPercent))
            { Right = true, Rank = 4, Order = (a, b) => a.CpuPercent.CompareTo(b.CpuPercent), GreatestFirst = true, Help = "share of one processor" },
        Text("Verdicts", "VERDICTS", 18, row => Figures.Verdicts(row.Verdicts)) with { Most = 34, Rank = 8, Help = "what it returned, the most frequent first" },
        new("Errors", "ERR/DROP", 8, (row, _) => new Cell(Losses(row), row.Errors + row.Dropped > 0 ? Tone.Bad : Tone.Dim))
            { Right = true, Most = 11, Rank = 11, Order = (a, b) => (a.Errors + a.Dropped).CompareTo(b.Errors + b.Dropped), GreatestFirst = true, Help = "runs that failed, and events lost" },
        new("History", "TREND", 8, (row, width) => new Cell(Trend(history, row, width), Tone.Graph)) { Most = 24, Rank = 7 },
    ];

    /// <summary>Failed runs and lost events, as one cell.</summary>
    public static string Losses(BpfStatistic row) => $"{Figures.Count(row.Errors, 5)}/{Figures.Count(row.Dropped, 5)}";

    // A filter asks for the cell without a width; what the last column shows is nothing to search.
    private static string Trend(StatisticHistory history, BpfStatistic row, int width) =>
        width == int.MaxValue ? "" : Sparkline.Of(history.EventsPerSecond(row.KernelId), width);

    private static Column<BpfStatistic> Text(string id, string header, int width, Func<BpfStatistic, string> text) =>
        new(id, header, width, (row, _) => text(row)) { Order = (a, b) => string.Compare(text(a), text(b), StringComparison.Ordinal) };

    private static Column<BpfStatistic> Number(string id, string header, int width, Func<BpfStatistic, double> value) =>
        new(id, header, width, (row, cells) => Figures.Count(value(row), cells)) { Right = true, GreatestFirst = true, Order = (a, b) => value(a).CompareTo(value(b)) };

    private static Column<BpfStatistic> Time(string id, string header, int width, Func<BpfStatistic, double?> value) =>
        new(id, header, width, (row, cells) => Figures.Nanoseconds(value(row), cells)) { Right = true, GreatestFirst = true, Order = (a, b) => (value(a) ?? 0).CompareTo(value(b) ?? 0) };
}
