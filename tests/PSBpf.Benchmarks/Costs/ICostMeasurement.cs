namespace PSBpf.Benchmarks.Costs;

/// <summary>A group of figures beside the table of programs.</summary>
internal interface ICostMeasurement
{
    /// <summary>What they are about.</summary>
    string Title { get; }

    /// <summary>Measures them, one after the other.</summary>
    IEnumerable<CostFigure> Measure(CostContext context);
}
