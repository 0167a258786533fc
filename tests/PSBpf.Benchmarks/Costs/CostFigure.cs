namespace PSBpf.Benchmarks.Costs;

/// <summary>One figure beside the table of programs.</summary>
/// <param name="Group">The table it belongs to.</param>
/// <param name="Subject">What was measured: the row.</param>
/// <param name="Name">What of it: the column.</param>
/// <param name="Value">The figure.</param>
/// <param name="Unit">Its unit.</param>
internal sealed record CostFigure(string Group, string Subject, string Name, double Value, string Unit);
