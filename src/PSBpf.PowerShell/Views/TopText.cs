using System.Globalization;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>A frame of the top as plain text: no colours, no escape sequences.</summary>
internal static class TopText
{
    // Columns with figures stand to the right; what is left of the width goes to hooks and verdicts.
    private static readonly (string Title, int Width, Func<BpfStatistic, string> Cell)[] Columns =
    [
        ("ID", 5, program => program.Id.ToString(CultureInfo.InvariantCulture)),
        ("NAME", -20, program => program.Program),
        ("TYPE", -14, program => program.Type),
        ("HOOK", 0, program => string.Join(' ', program.Hooks)),
        ("EVT/S", 11, program => Number(program.EventsPerSecond)),
        ("AVG ns", 9, program => program.MeanNanoseconds > 0 ? CellText.Nanoseconds(program.MeanNanoseconds) : ""),
        ("P99 ns", 9, program => program.P99Nanoseconds is { } nanoseconds ? Number(nanoseconds) : ""),
        ("CPU%", 6, program => program.CpuPercent.ToString("0.0", CultureInfo.InvariantCulture)),
        ("ERR", 5, program => program.Errors > 0 ? CellText.Count(program.Errors) : ""),
        ("DROP", 5, program => program.Dropped > 0 ? CellText.Count(program.Dropped) : ""),
        ("VERDICTS", -1, CellText.Verdicts),
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
        var widths = Widths(width);
        yield return Row(Columns.Select(shown => shown.Title), widths, width);
        foreach (var program in TopColumns.Sort(frame.Programs.Where(program => TopColumns.Matches(program, filter)), column))
            yield return Row(Columns.Select(shown => shown.Cell(program)), widths, width);
    }

    private static int[] Widths(int width)
    {
        var widths = Columns.Select(column => column.Width).ToArray();
        int hooks = Array.FindIndex(widths, each => each == 0), verdicts = widths.Length - 1;
        int left = width - widths.Where((_, index) => index != hooks && index != verdicts).Sum(Math.Abs) - (widths.Length - 1);
        widths[hooks] = -Math.Clamp(left / 2, 8, 40);
        widths[verdicts] = -Math.Max(left + widths[hooks], 1);
        return widths;
    }

    private static string Row(IEnumerable<string> cells, int[] widths, int width) => Fit(
        string.Join(' ', cells.Select((cell, index) => widths[index] > 0 ? cell.PadLeft(widths[index]) : Fit(cell, -widths[index]).PadRight(-widths[index]))), width);

    private static string Fit(string text, int width) => (text.Length <= width ? text : text[..(width - 1)] + "…").TrimEnd();

    // Thin groups, as the top writes them: 182 340.
    private static string Number(double value) => value.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' ');

    private static string Things(int count, string name) => count == 1 ? $"1 {name}" : $"{count} {name}s";
}
