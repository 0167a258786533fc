using System.Globalization;
using PSBpf.Benchmarks.Costs;

namespace PSBpf.Benchmarks.Reporting;

/// <summary>A group of costs as a table: a row for each subject, a column for each thing measured of it.</summary>
internal static class CostReport
{
    private const int SubjectWidth = 24, Gap = 2;

    public static void Write(TextWriter output, IReadOnlyList<CostFigure> figures)
    {
        var columns = figures.Select(figure => (figure.Name, figure.Unit)).Distinct().ToList();
        string[] titles = [.. columns.Select(column => column.Unit.Length > 0 ? $"{column.Name.Trim()}, {column.Unit}" : column.Name.Trim())];
        output.WriteLine("".PadRight(SubjectWidth) + string.Concat(titles.Select(title => title.PadLeft(Width(title)))));
        foreach (var row in figures.GroupBy(figure => figure.Subject))
        {
            output.Write(row.Key.PadRight(SubjectWidth));
            for (int column = 0; column < columns.Count; column++)
            {
                var figure = row.FirstOrDefault(figure => figure.Name == columns[column].Name && figure.Unit == columns[column].Unit);
                output.Write((figure is null ? "-" : Text(figure)).PadLeft(Width(titles[column])));
            }

            output.WriteLine();
        }
    }

    private static int Width(string title) => Math.Max(title.Length, 8) + Gap;

    private static string Text(CostFigure figure) =>
        figure.Value.ToString(figure.Unit.Length == 0 || figure.Value >= 1000 ? "F0" : figure.Value >= 100 ? "F1" : "F2", CultureInfo.InvariantCulture);
}
