using System.Globalization;
using PSBpf.Benchmarks.Measuring;

namespace PSBpf.Benchmarks.Reporting;

/// <summary>The table as text, a line for each program as soon as it is measured.</summary>
internal sealed class TableReport(TextWriter output)
{
    private const string Kernel = "kernel", Native = "native", Interpreter = "interpreter", Jit = "jit";

    // What the project aims at for its slowest program.
    private const double MostOfKernel = 1.1;

    private static readonly string[] Titles = ["program", "executed", Kernel, Native, Interpreter, "ns/insn", Jit, "jit/kernel", "jit/native", "int/kernel", "spread"];
    private static readonly int[] Widths = [18, 9, 10, 10, 12, 8, 10, 11, 11, 11, 7];

    private readonly List<Row> _rows = [];

    /// <summary>What was printed.</summary>
    public IReadOnlyList<Row> Rows => _rows;

    public void Begin()
    {
        output.WriteLine("nanoseconds of one run, the empty program's subtracted; executed: instructions of one run;");
        output.WriteLine("ns/insn: the interpreter's; spread: of the rounds of the least steady column");
        output.WriteLine();
        Line(Titles);
        Line([.. Widths.Select(width => new string('-', width - 1))]);
    }

    public void Add(Row row)
    {
        _rows.Add(row);
        if (row.Mismatch is not null)
        {
            Line([row.Program, "MISMATCH " + row.Mismatch]);
            return;
        }

        Line([
            row.Program, row.Executed?.ToString(CultureInfo.InvariantCulture) ?? "-",
            Time(row, Kernel), Time(row, Native), Time(row, Interpreter), PerInstruction(row), Time(row, Jit),
            Ratio(row, Jit, Kernel), Ratio(row, Jit, Native), Ratio(row, Interpreter, Kernel),
            string.Create(CultureInfo.InvariantCulture, $"{row.Cells.Values.Max(cell => cell.Spread):P0}"),
        ]);
    }

    public void Skip(string program, string reason) => Line([program, "skipped: " + reason]);

    /// <summary>Means, the worst, and why cells are empty.</summary>
    public void End()
    {
        var programs = _rows.Where(row => !row.Program.StartsWith("empty_", StringComparison.Ordinal)).ToList();
        output.WriteLine();
        Summary(programs, Jit, Kernel);
        Summary(programs, Jit, Native);
        Summary(programs, Interpreter, Kernel);
        Summary(programs, Kernel, Native);
        var above = programs.Where(row => row.Ratio(Jit, Kernel) > MostOfKernel).Select(row => row.Program).ToList();
        if (above.Count > 0) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Jit}/{Kernel} above {MostOfKernel}: {string.Join(", ", above)}"));
        foreach (string contender in (string[])[Jit, Kernel, Native, Interpreter]) Growth(contender);
        var slow = programs.Where(row => row.Executed > 0 && row.Time(Interpreter) is not null)
            .Select(row => (row.Program, Each: row.Time(Interpreter)!.Value / row.Executed!.Value)).ToList();
        if (slow.Count > 0)
        {
            var (name, most) = slow.MaxBy(row => row.Each);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"interpreter per instruction: geometric mean {Mean(slow.Select(row => row.Each)):F2} ns, most {most:F2} ns ({name})"));
        }

        var skipped = _rows.SelectMany(row => row.Cells.Where(cell => cell.Value.Skipped is not null).Select(cell => (cell.Key, cell.Value.Skipped, row.Program)))
            .GroupBy(entry => (entry.Key, entry.Skipped)).ToList();
        foreach (var group in skipped)
        {
            string which = group.Count() == _rows.Count ? "all programs" : string.Join(", ", group.Select(entry => entry.Program));
            output.WriteLine($"skipped: {group.Key.Key} for {which}: {group.Key.Skipped}");
        }
    }

    // Whether long programs pay more for an instruction than short ones: compilers stop optimising at some length.
    private void Growth(string contender)
    {
        foreach (string kind in (string[])["straight", "branches"])
        {
            if (Each($"{kind}_1000") is { } small && Each($"{kind}_30000") is { } large)
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{contender}, {kind} lines: an instruction of 30 000 takes {large / small:F2} times that of one of 1000"));
        }

        double? Each(string name) => _rows.Find(row => row.Program == name) is { Executed: > 0 } row && row.Time(contender) is > 0 and { } time ? time / row.Executed : null;
    }

    private void Summary(List<Row> rows, string contender, string other)
    {
        var ratios = rows.Select(row => (row.Program, Ratio: row.Ratio(contender, other))).Where(row => row.Ratio > 0).ToList();
        if (ratios.Count == 0) return;
        var (name, worst) = ratios.MaxBy(row => row.Ratio);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{contender}/{other}: geometric mean {Mean(ratios.Select(row => row.Ratio!.Value)):F2} over {ratios.Count} programs, worst {worst:F2} ({name})"));
    }

    private static double Mean(IEnumerable<double> values) => Math.Exp(values.Average(value => Math.Log(value)));

    private static string Time(Row row, string contender) =>
        row.Time(contender) is { } time ? time.ToString(time < 100 ? "F1" : "F0", CultureInfo.InvariantCulture) : "-";

    private static string Ratio(Row row, string contender, string other) =>
        row.Ratio(contender, other)?.ToString("F2", CultureInfo.InvariantCulture) ?? "-";

    private static string PerInstruction(Row row) =>
        row.Executed is > 2 and { } executed && row.Time("interpreter") is { } time ? (time / executed).ToString("F2", CultureInfo.InvariantCulture) : "-";

    private void Line(string[] fields)
    {
        for (int column = 0; column < fields.Length; column++)
        {
            string field = fields[column];
            output.Write(column == 0 ? field.PadRight(Widths[0]) : fields.Length < Titles.Length ? field : field.PadLeft(Widths[column]));
        }

        output.WriteLine();
        output.Flush();
    }
}
