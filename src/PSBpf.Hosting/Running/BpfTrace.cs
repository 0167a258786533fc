using PSBpf.Diagnostics;
using PSBpf.Runtime.Tracing;

namespace PSBpf.Hosting;

/// <summary>A run, instruction by instruction.</summary>
public sealed record BpfTrace
{
    /// <summary>How many instructions are told of unless said otherwise.</summary>
    public const int DefaultLimit = 10_000;

    /// <summary>The executed instructions in order, as many as were asked for.</summary>
    public required IReadOnlyList<BpfTraceStep> Steps { get; init; }

    /// <summary>Instructions that were executed.</summary>
    public required long Executed { get; init; }

    /// <summary>The outcome; null when the program was stopped.</summary>
    public BpfRunResult? Result { get; init; }

    /// <summary>Why it was stopped; null when it ended by itself.</summary>
    public BpfException? Fault { get; init; }
}
