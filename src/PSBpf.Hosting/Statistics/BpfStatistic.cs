using PSBpf.Kernel;

namespace PSBpf.Hosting;

/// <summary>What a program did in an interval, and in all since its statistics are kept.</summary>
public sealed record BpfStatistic
{
    /// <summary>The program's id: the session's for programs of the session, the kernel's for others.</summary>
    public required int Id { get; init; }

    /// <summary>The program's id in its kernel.</summary>
    public int KernelId { get; init; }

    /// <summary>Whether it is no program of the session: its <see cref="Id"/> may be the same as that of one that is.</summary>
    public bool IsForeign { get; init; }

    /// <summary>The program's name.</summary>
    public required string Program { get; init; }

    /// <summary>Its type as the UAPI names it in short, e.g. <c>xdp</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Which kernel holds it.</summary>
    public required BpfKernelKind Kernel { get; init; }

    /// <summary>What it is attached to, e.g. <c>xdp:eth0</c>; empty when it is not.</summary>
    public IReadOnlyList<string> Hooks { get; init; } = [];

    /// <summary>When the interval ended.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>How long it was; zero for the first look, whose rates are means over the time that statistics are kept.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>Runs since it was loaded; the Linux kernel counts those while statistics are enabled.</summary>
    public required long Runs { get; init; }

    /// <summary>Nanoseconds that all these runs took, as far as they were timed.</summary>
    public required long RunNanoseconds { get; init; }

    /// <summary>Runs a second in the interval.</summary>
    public required double EventsPerSecond { get; init; }

    /// <summary>Mean nanoseconds of a run of the interval; 0 when there was none.</summary>
    public required double MeanNanoseconds { get; init; }

    /// <summary>What 99 of 100 timed runs of the interval stayed below; null where the kernel does not tell.</summary>
    public double? P99Nanoseconds { get; init; }

    /// <summary>Share of one processor that its runs took in the interval, in percent.</summary>
    public required double CpuPercent { get; init; }

    /// <summary>How often it returned what, by name, since statistics are kept; empty where the kernel does not tell.</summary>
    public IReadOnlyDictionary<string, long> Verdicts { get; init; } = new Dictionary<string, long>();

    /// <summary>Runs that ended in an error (a fault of the checked interpreter, a budget used up), or that the kernel skipped.</summary>
    public long Errors { get; init; }

    /// <summary>Events that it could not put into a ring or perf buffer.</summary>
    public long Dropped { get; init; }
}
