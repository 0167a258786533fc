namespace PSBpf.Hosting;

/// <summary>
/// The last figures of each program, for graphs; of two programs with one id in a frame those of the first. A program that a frame no longer has goes on with zeros, and is forgotten when
/// <see cref="ForgetAfter"/> frames in a row were without it. Thread-safe.
/// </summary>
/// <param name="capacity">How many samples of each program are kept; at least 1.</param>
public sealed class StatisticHistory(int capacity)
{
    /// <summary>In how many frames in a row a program may be absent before its samples go.</summary>
    public const int ForgetAfter = 30;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, StatisticSeries> _series = [];

    /// <summary>How many samples of each program are kept.</summary>
    public int Capacity { get; } = capacity >= 1
        ? capacity
        : throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "A history keeps at least one sample.");

    /// <summary>Ids of the programs that it has samples of, ascending.</summary>
    public IReadOnlyList<int> Programs
    {
        get { lock (_gate) return [.. _series.Keys.Order()]; }
    }

    /// <summary>Adds a sample of each program of a frame.</summary>
    public void Add(StatisticFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        lock (_gate)
        {
            foreach (var series in _series.Values) series.Missing++;
            foreach (var statistic in frame.Programs)
            {
                if (!_series.TryGetValue(statistic.Id, out var series)) _series[statistic.Id] = series = new StatisticSeries(Capacity) { Missing = 1 };
                if (series.Missing == 0) continue;
                series.Add(statistic.EventsPerSecond, statistic.MeanNanoseconds, statistic.CpuPercent);
                series.Missing = 0;
            }

            foreach (var (id, series) in _series)
            {
                if (series.Missing >= ForgetAfter) _series.Remove(id);
                else if (series.Missing > 0) series.Add(0, 0, 0);
            }
        }
    }

    /// <summary>Runs a second of a program, oldest first; empty for one that is not known.</summary>
    /// <param name="program">The program's id.</param>
    public IReadOnlyList<double> EventsPerSecond(int program) => Read(program, StatisticSeries.Events);

    /// <summary>Mean nanoseconds of a program's runs, oldest first; empty for one that is not known.</summary>
    /// <param name="program">The program's id.</param>
    public IReadOnlyList<double> MeanNanoseconds(int program) => Read(program, StatisticSeries.Nanoseconds);

    /// <summary>Share of one processor that a program took, in percent, oldest first; empty for one that is not known.</summary>
    /// <param name="program">The program's id.</param>
    public IReadOnlyList<double> CpuPercent(int program) => Read(program, StatisticSeries.Cpu);

    private double[] Read(int program, int figure)
    {
        lock (_gate) return _series.TryGetValue(program, out var series) ? series.Read(figure) : [];
    }
}
