namespace PSBpf.Verifier;

/// <summary>How to verify.</summary>
public sealed record VerifierOptions
{
    /// <summary>The kernel's own limits, no log.</summary>
    public static VerifierOptions Default { get; } = new();

    /// <summary>Largest number of instructions processed over all paths.</summary>
    public int InstructionBudget { get; init; } = 1_000_000;

    /// <summary>0 no log, 1 the failing path (or the first one), 2 every path with states.</summary>
    public int LogLevel { get; init; }
}
