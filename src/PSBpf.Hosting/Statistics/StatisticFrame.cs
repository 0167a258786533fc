using PSBpf.Kernel;

namespace PSBpf.Hosting;

/// <summary>All programs of a kernel at one moment.</summary>
public sealed record StatisticFrame
{
    /// <summary>When it was taken.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Since the one before; zero for the first.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>The kernel.</summary>
    public required BpfKernelKind Kernel { get; init; }

    /// <summary>Its programs, by id.</summary>
    public required IReadOnlyList<BpfStatistic> Programs { get; init; }

    /// <summary>How many maps there are.</summary>
    public required int Maps { get; init; }

    /// <summary>How many links there are.</summary>
    public required int Links { get; init; }

    /// <summary>Runs a second, all programs together.</summary>
    public double EventsPerSecond => Programs.Sum(program => program.EventsPerSecond);

    /// <summary>Share of one processor that the programs took, in percent.</summary>
    public double CpuPercent => Programs.Sum(program => program.CpuPercent);
}
