namespace PSBpf.Benchmarks.Costs;

/// <summary>One figure beside the table of programs.</summary>
/// <param name="Group">What it is about.</param>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The figure.</param>
/// <param name="Unit">Its unit.</param>
internal sealed record CostFigure(string Group, string Name, double Value, string Unit);
