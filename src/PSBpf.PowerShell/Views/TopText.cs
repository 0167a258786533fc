using System.Globalization;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>A frame of the top as plain text: no colours, no escape sequences.</summary>
internal static class TopText
{
    private const int Narrow = 110, Hooks = 3;

    // Columns with figures stand to the right. Those at the end need room; hooks and verdicts share what is left of the width.
    private static readonly (string Title, int Width, Func<BpfStatistic, string> Cell)[] All =
    [
        ("ID", 6, program => program.Id.ToString(CultureInfo.InvariantCulture)),
        ("NAME", -16, program => program.Program),
        ("TYPE", -13, program => program.Type),
        ("HOOK", 0, program => string.Join(' ', program.Hooks)),
        ("EVT/S", 10, program => Number(program.EventsPerSecond)),
        ("AVG ns", 8, program => program.MeanNanoseconds > 0 ? CellText.Nanoseconds(program.MeanNanoseconds) : ""),
        ("P99 ns", 8, program => program.P99Nanoseconds is { } nanoseconds ? Number(nanoseconds) : ""),
        ("CPU%", 6, program => CellText.Decimal(program.CpuPercent)),
        ("ERR", 5, program => program.Errors > 0 ? CellText.Count(program.Errors) : ""),
        ("DROP", 9, program => program.Dropped > 0 ? CellText.Count(program.Dropped) : ""),
        ("VERDICTS", 0, CellText.Verdicts),
    ];

    /// <summary>The lines of a frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="column">The column to sort by.</param>
    /// <param name="filter">What the rows contain.</param>
    /// <param name="interval">How long was waited for it.</param>
    /// <param name="width">The longest line.</param>
    public static IEnumerable<string> Lines(StatisticFrame frame, string column, string filter, TimeSpan interval, int width)
    {
        yield return Fit(string.Create(
            CultureInfo.InvariantCulture,
            $"psbpf top   {frame.Kernel.ToString().ToLowerInvariant()}   {Things(frame.Programs.Count, "program")}  {Things(frame.Maps, "map")}  {Things(frame.Links, "link")}   evt/s {Number(frame.EventsPerSecond)}   cpu {frame.CpuPercent:0.0} %   {frame.Time:HH:mm:ss}  [{interval.TotalSeconds:0.###} s]"), width);
        var columns = width < Narrow ? All[..^3] : All;
        var rows = TopColumns.Sort(frame.Programs.Where(program => TopColumns.Matches(program, filter)), column).Select(program => columns.Select(shown => shown.Cell(program)).ToArray()).ToArray();
        var widths = Widths(columns.Select(shown => shown.Width).ToArray(), rows.Select(row => row[Hooks].Length).Append(6).Max(), width);
        foreach (var row in rows.Prepend([.. columns.Select(shown => shown.Title)])) yield return Row(row, widths, width);
    }

    private static int[] Widths(int[] widths, int longestHook, int width)
    {
        int left = width - widths.Sum(Math.Abs) - (widths.Length - 1);
        bool alone = widths[^1] != 0;
        widths[Hooks] = -Math.Max(alone ? left : Math.Min(longestHook, left / 2), 1);
        if (!alone) widths[^1] = -Math.Max(left + widths[Hooks], 1);
        return widths;
    }

    private static string Row(IEnumerable<string> cells, int[] widths, int width) => Fit(
        string.Join(' ', cells.Select((cell, index) => widths[index] > 0 ? cell.PadLeft(widths[index]) : Fit(cell, -widths[index]).PadRight(-widths[index]))), width);

    private static string Fit(string text, int width) => (text.Length <= width ? text : text[..(width - 1)] + "…").TrimEnd();

    // Thin groups, as the top writes them: 182 340.
    private static string Number(double value) => value.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' ');

    private static string Things(int count, string name) => count == 1 ? $"1 {name}" : $"{count} {name}s";
}
