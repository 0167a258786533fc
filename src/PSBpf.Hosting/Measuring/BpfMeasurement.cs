using PSBpf.Kernel;

namespace PSBpf.Hosting;

/// <summary>What runs a program while it is measured.</summary>
public enum MeasureMode
{
    /// <summary>The managed engine's checked interpreter.</summary>
    Interpreter,

    /// <summary>The managed engine's compiled code.</summary>
    Jit,

    /// <summary>The Linux kernel.</summary>
    Linux,
}

/// <summary>How long runs of a program take in one mode.</summary>
public sealed record BpfMeasurement
{
    /// <summary>The program's name.</summary>
    public required string Program { get; init; }

    /// <summary>What ran it.</summary>
    public required MeasureMode Mode { get; init; }

    /// <summary>Whether it ran as machine code. Mode Jit runs interpreted what is not compiled, or never is.</summary>
    public required bool IsCompiled { get; init; }

    /// <summary>Runs in one round, over all inputs.</summary>
    public required int Runs { get; init; }

    /// <summary>Rounds; those of different modes took turns.</summary>
    public required int Rounds { get; init; }

    /// <summary>Mean nanoseconds of one run, for each round in order. Context and packet are put in place outside of that.</summary>
    public required IReadOnlyList<double> Samples { get; init; }

    /// <summary>The fastest round.</summary>
    public required double MinimumNanoseconds { get; init; }

    /// <summary>The round in the middle.</summary>
    public required double MedianNanoseconds { get; init; }

    /// <summary>The round that 95 of 100 are not slower than.</summary>
    public required double P95Nanoseconds { get; init; }

    /// <summary>How far the rounds lie apart.</summary>
    public required double StandardDeviation { get; init; }

    /// <summary>The fastest round of a program that does nothing, measured in the same way: what a run costs apart from the program.</summary>
    public required double EmptyNanoseconds { get; init; }

    /// <summary>Its time divided by that of <see cref="RatioTo"/>, the fastest rounds of both without what an empty program takes.</summary>
    public double Ratio { get; init; } = 1;

    /// <summary>The mode that it is compared with: Linux where that was measured, else the interpreter.</summary>
    public MeasureMode RatioTo { get; init; }

    /// <summary>What the last run returned, by name.</summary>
    public string Verdict { get; init; } = "";

    /// <summary>Which kernel ran it.</summary>
    public BpfKernelKind Kernel => Mode == MeasureMode.Linux ? BpfKernelKind.Linux : BpfKernelKind.Managed;

    internal double NetNanoseconds => Math.Max(MinimumNanoseconds - EmptyNanoseconds, 0.1);
}

/// <summary>How to measure.</summary>
public sealed record MeasureOptions
{
    /// <summary>Everything as it is by default.</summary>
    public static MeasureOptions Default { get; } = new();

    /// <summary>Runs in one round, over all inputs; each input runs at least once.</summary>
    public int Runs { get; init; } = 1000;

    /// <summary>Rounds.</summary>
    public int Rounds { get; init; } = 25;

    /// <summary>What runs it; empty for interpreter and compiled code, and for Linux where the program is there.</summary>
    public IReadOnlyList<MeasureMode> Modes { get; init; } = [];

    /// <summary>The context for each input; null for the type's default.</summary>
    public Func<byte[], byte[]>? Context { get; init; }

    /// <summary>Told after each round how many are done.</summary>
    public Action<int>? Progress { get; init; }
}
