namespace PSBpf.Benchmarks.Measuring;

/// <summary>One program in all columns.</summary>
/// <param name="Program">Its name.</param>
/// <param name="Instructions">Instruction slots of the program.</param>
/// <param name="Executed">Instructions that one run executes; null where they could not be counted.</param>
/// <param name="Cells">By contender.</param>
/// <param name="Mismatch">How outcomes differ; null when all agree.</param>
internal sealed record Row(string Program, int Instructions, long? Executed, IReadOnlyDictionary<string, Cell> Cells, string? Mismatch)
{
    /// <summary>Time of one contender; null where it was skipped.</summary>
    public double? Time(string contender) => Cells.TryGetValue(contender, out var cell) ? cell.Nanoseconds : null;

    /// <summary>How long one takes compared with another; null where one is missing or too short to compare.</summary>
    public double? Ratio(string contender, string other) =>
        Time(contender) is { } mine && Time(other) is { } theirs && theirs >= 1 ? mine / theirs : null;
}

/// <summary>One program in one column.</summary>
/// <param name="Nanoseconds">A run's time without that of an empty run; null when skipped.</param>
/// <param name="Raw">With it.</param>
/// <param name="Spread">(largest − smallest) / median over the rounds.</param>
/// <param name="Skipped">Why there is no time.</param>
internal sealed record Cell(double? Nanoseconds, double? Raw, double Spread, string? Skipped);
