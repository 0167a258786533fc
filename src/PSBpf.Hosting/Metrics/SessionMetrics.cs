using System.Diagnostics.Metrics;
using PSBpf.Diagnostics;
using PSBpf.Kernel;

namespace PSBpf.Hosting;

/// <summary>
/// What a session's kernels do, as instruments of System.Diagnostics.Metrics: the meter is named PSBpf, docs/metrics.md lists the instruments.
/// Figures are read when somebody collects and not otherwise. Times are measured from the first collection on until nobody has collected for
/// <see cref="StaleAfter"/>.
/// </summary>
internal sealed class SessionMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "PSBpf";

    /// <summary>How long after the last collection times are still measured: longer than the intervals that collectors use.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromMinutes(5);

    // All instruments of a collection are asked one after the other: they share one look.
    private static readonly TimeSpan LookLasts = TimeSpan.FromMilliseconds(100);

    // One row for each figure of programs.
    private static readonly (string Name, string Unit, string Description, Func<ProgramStatus, long> Value)[] ProgramCounters =
    [
        ("psbpf.program.runs", "{run}", "Runs of the program", status => status.RunCount),
        ("psbpf.program.errors", "{run}", "Runs that ended in an error, or that the kernel skipped", status => status.Errors + status.RecursionMisses),
        ("psbpf.program.dropped", "{event}", "Events that the program could not put into a ring or perf buffer", status => status.Dropped),
    ];

    private readonly BpfSession _session;
    private readonly TimeProvider _clock;
    private readonly Meter _meter;
    private readonly Lock _gate = new();
    private readonly Dictionary<IBpfKernel, IDisposable> _watching = [];
    private readonly ITimer _stale;
    private IReadOnlyList<(BpfKernelKind Kind, IReadOnlyList<ProgramStatus> Programs)> _look = [];
    private long _lookedAt;
    private bool _disposed;

    public SessionMetrics(BpfSession session, TimeProvider? clock = null)
    {
        _session = session;
        _clock = clock ?? TimeProvider.System;
        _stale = _clock.CreateTimer(static state => ((SessionMetrics)state!).StopWatching(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _meter = new Meter(new MeterOptions(MeterName) { Version = typeof(SessionMetrics).Assembly.GetName().Version?.ToString(3), Scope = session });
        foreach (var (name, unit, description, value) in ProgramCounters)
            _meter.CreateObservableCounter(name, () => Programs<long>((status, tags) => [new(value(status), tags)]), unit, description);
        _meter.CreateObservableCounter("psbpf.program.run_time", () => Programs<double>((status, tags) => [new(status.RunNanoseconds / 1e9, tags)]), "s", "Time that runs took, measured while somebody collects");
        _meter.CreateObservableCounter(
            "psbpf.program.verdicts", () => Programs((status, tags) => status.Verdicts.Select(pair => new Measurement<long>(pair.Value, [.. tags, new("verdict", pair.Key)]))), "{run}", "Runs by what they returned");
        _meter.CreateObservableUpDownCounter("psbpf.map.entries", Maps(map => map.EntryCount), "{entry}", "Entries of the map");
        _meter.CreateObservableUpDownCounter("psbpf.map.memory", Maps(map => map.MemoryBytes), "By", "Memory that the map takes");
        _meter.CreateObservableCounter(
            "psbpf.hook.events", () => Guarded(() => session.GetHooks().Select(hook => new Measurement<long>(hook.Events, new KeyValuePair<string, object?>("hook", hook.Name)))), "{event}", "Events that programs attached to the hook saw");
    }

    /// <summary>Whether times are measured on account of collectors.</summary>
    public bool IsWatching
    {
        get { lock (_gate) return _watching.Count > 0; }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _meter.Dispose();
        lock (_gate) _disposed = true;
        _stale.Dispose();
        StopWatching();
    }

    /// <summary>Lets go of a session's kernels, which are about to be closed.</summary>
    public void StopWatching()
    {
        lock (_gate)
        {
            foreach (var watching in _watching.Values) watching.Dispose();
            _watching.Clear();
            _look = [];
            _lookedAt = 0;
        }
    }

    private Func<IEnumerable<Measurement<long>>> Maps(Func<BpfMap, long> value) => () => Guarded(() => _session.Maps.Where(map => map.HasKeys || map.HasEvents).Select(map => new Measurement<long>(
        value(map), new("map.id", map.Id), new("map.name", map.Name), new("map.type", map.Type.ToString()), new("kernel", Name(map.Kernel)))));

    private Measurement<T>[] Programs<T>(Func<ProgramStatus, KeyValuePair<string, object?>[], IEnumerable<Measurement<T>>> measure)
        where T : struct => Guarded(() => Look().SelectMany(kernel =>
        {
            var own = _session.Programs.Where(program => program.Kernel == kernel.Kind).ToLookup(program => program.KernelId);
            return kernel.Programs.SelectMany(status => own[status.Id].SelectMany(program => measure(status, Tags(program))));
        }));

    private static KeyValuePair<string, object?>[] Tags(BpfProgram program) =>
    [
        new("program.id", program.Id), new("program.name", program.Name), new("program.type", Uapi.ProgramTypeTable.NameOf(program.Type)), new("kernel", Name(program.Kernel)),
    ];

    private IReadOnlyList<(BpfKernelKind Kind, IReadOnlyList<ProgramStatus> Programs)> Look()
    {
        lock (_gate)
        {
            if (_disposed) return [];
            if (_lookedAt != 0 && _clock.GetElapsedTime(_lookedAt) < LookLasts) return _look;
            var look = new List<(BpfKernelKind, IReadOnlyList<ProgramStatus>)>();
            foreach (var kernel in _session.StartedKernels())
            {
                try
                {
                    if (!_watching.ContainsKey(kernel)) _watching[kernel] = kernel.EnableStatistics();
                    look.Add((kernel.Kind, kernel.GetPrograms()));
                }
                catch (Exception exception) when (exception is BpfException or ObjectDisposedException)
                {
                    // Who may load programs may not always list them: then there are figures of the other kernel only.
                }
            }

            _look = look;
            _lookedAt = _clock.GetTimestamp();
            _stale.Change(StaleAfter, Timeout.InfiniteTimeSpan);
            return look;
        }
    }

    // A collector must not fail because a session ends meanwhile.
    private static Measurement<T>[] Guarded<T>(Func<IEnumerable<Measurement<T>>> measure)
        where T : struct
    {
        try
        {
            return [.. measure()];
        }
        catch (Exception exception) when (exception is BpfException or ObjectDisposedException)
        {
            return [];
        }
    }

    private static string Name(BpfKernelKind kernel) => kernel == BpfKernelKind.Linux ? "linux" : "managed";
}
