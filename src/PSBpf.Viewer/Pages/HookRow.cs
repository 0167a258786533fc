using PSBpf.Hosting;

namespace PSBpf.Viewer;

/// <summary>A line of the tree of hooks: a hook, or a program on it.</summary>
/// <param name="Id">What makes it the same line at the next look.</param>
/// <param name="Text">The line.</param>
/// <param name="Events">How often it fired or ran; null where nobody counts.</param>
/// <param name="Rate">The same in a second.</param>
/// <param name="Mean">Mean nanoseconds.</param>
/// <param name="Link">The session's link; null for a hook, and for what others attached.</param>
/// <param name="Statistic">The program's figures; null for a hook.</param>
internal sealed record HookRow(string Id, string Text, double? Events, double? Rate, double? Mean, BpfLink? Link, BpfStatistic? Statistic)
{
    /// <summary>Columns of the tree.</summary>
    public static IReadOnlyList<Column<HookRow>> Columns { get; } =
    [
        new("Text", "HOOK", 24, (row, _) => new Cell(row.Text, row.Statistic is null && !row.Text.StartsWith(' ') ? Tone.Strong : Tone.Normal)) { Most = 70, Rank = 0 },
        new("Link", "LINK", 4, (row, _) => $"{row.Link?.Id}") { Right = true, Rank = 5 },
        new("Priority", "PRIO", 5, (row, _) => row.Link is { Priority: > 0 } link ? $"{link.Priority}" : "") { Right = true, Rank = 6 },
        new("Events", "EVENTS", 12, (row, cells) => row.Events is { } events ? Figures.Count(events, cells) : "-") { Right = true, Most = 15, Rank = 1 },
        new("Rate", "EVT/S", 10, (row, cells) => row.Rate is { } rate ? Figures.Count(rate, cells) : "-") { Right = true, Most = 12, Rank = 2 },
        new("Mean", "MEAN ns", 8, (row, cells) => Figures.Nanoseconds(row.Mean, cells)) { Right = true, Most = 10, Rank = 3 },
        new("Verdicts", "VERDICTS", 18, (row, _) => row.Statistic is { } statistic ? Figures.Verdicts(statistic.Verdicts) : "") { Most = 34, Rank = 4 },
    ];
}
