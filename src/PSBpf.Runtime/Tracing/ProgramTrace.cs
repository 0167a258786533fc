using PSBpf.Diagnostics;
using PSBpf.Kernel;

namespace PSBpf.Runtime.Tracing;

/// <summary>A run with everything that it did.</summary>
public sealed record ProgramTrace
{
    /// <summary>The executed instructions in order, as many as were asked for.</summary>
    public required IReadOnlyList<BpfTraceStep> Steps { get; init; }

    /// <summary>Instructions that were executed; more than there are steps when the limit was reached.</summary>
    public required long Executed { get; init; }

    /// <summary>The outcome; null when the program was stopped.</summary>
    public TestRunResult? Result { get; init; }

    /// <summary>Why it was stopped; null when it ended by itself.</summary>
    public BpfException? Fault { get; init; }

    /// <summary>Whether steps are missing.</summary>
    public bool IsTruncated => Executed > Steps.Count;
}
