using System.Text.Json;
using PSBpf.Benchmarks.Costs;
using PSBpf.Benchmarks.Measuring;

namespace PSBpf.Benchmarks.Reporting;

/// <summary>The figures as JSON.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Write(string path, Machine machine, IReadOnlyList<Row> rows, IReadOnlyList<CostFigure> costs) =>
        File.WriteAllText(path, JsonSerializer.Serialize(new { machine, rows, costs }, Indented) + "\n");
}
