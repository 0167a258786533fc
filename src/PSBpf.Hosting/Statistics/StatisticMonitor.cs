using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>
/// Watches the programs of a kernel: what they did between two looks. Figures of the first frame are means since the programs were loaded, as
/// far as the kernel counted. Thread-safe; who shares one shares its intervals.
/// </summary>
public sealed class StatisticMonitor : IStatisticSource
{
    private readonly Lock _sampling = new();
    private readonly BpfSession _session;
    private readonly IBpfKernel _kernel;
    private readonly IDisposable _watching;
    private readonly TimeProvider _clock;
    private Dictionary<int, ProgramStatus> _before = [];
    private long _last;
    private bool _closed;

    internal StatisticMonitor(BpfSession session, BpfKernelKind kind, TimeProvider? clock = null)
    {
        _session = session;
        _clock = clock ?? TimeProvider.System;
        _kernel = session.Kernel(kind);
        _watching = _kernel.EnableStatistics();
    }

    /// <inheritdoc/>
    public StatisticFrame Sample()
    {
        lock (_sampling)
        {
            if (_closed) throw DiagnosticRules.SessionClosed.Error("The statistics have been closed.", action: "Open them again.");
            return BpfSession.Guard(Take);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_sampling)
        {
            if (_closed) return;
            _closed = true;
            _watching.Dispose();
        }
    }

    private StatisticFrame Take()
    {
        var statuses = _kernel.GetPrograms();
        long now = _clock.GetTimestamp();
        var time = _clock.GetLocalNow();
        var interval = _last == 0 ? TimeSpan.Zero : _clock.GetElapsedTime(_last, now);
        var links = _kernel.GetLinks();
        var hooks = links.ToLookup(link => link.ProgramId, link => link.Target.Length > 0 ? link.Target : link.Type);
        var own = _session.Programs.Where(program => program.Kernel == _kernel.Kind && program.State != ProgramState.Removed)
            .GroupBy(program => program.KernelId).ToDictionary(group => group.Key, group => group.First());
        var programs = new List<BpfStatistic>(statuses.Count);
        foreach (var status in statuses)
        {
            var program = own.GetValueOrDefault(status.Id);
            var statistic = interval == TimeSpan.Zero
                ? Between(null, status, status.LoadedAt is { } loaded ? time - loaded : TimeSpan.Zero)
                : Between(_before.GetValueOrDefault(status.Id), status, interval);
            programs.Add(statistic with
            {
                Id = program?.Id ?? status.Id,
                KernelId = status.Id,
                IsForeign = program is null,
                Program = program?.Name ?? status.Name,
                Kernel = _kernel.Kind,
                Hooks = [.. hooks[status.Id]],
                Time = time,
                Interval = interval,
            });
        }

        _before = statuses.ToDictionary(status => status.Id);
        _last = now;
        return new StatisticFrame
        {
            Time = time,
            Interval = interval,
            Kernel = _kernel.Kind,
            Programs = [.. programs.OrderBy(program => program.Id).ThenBy(program => program.IsForeign)],
            Maps = _kernel.GetMaps().Count,
            Links = links.Count,
        };
    }

    // Runs are counted, some are measured: their mean holds for all. Where none of the interval's was, that of all before does.
    private static BpfStatistic Between(ProgramStatus? before, ProgramStatus now, TimeSpan interval)
    {
        long runs = Math.Max(now.RunCount - (before?.RunCount ?? 0), 0), timed = now.TimedRuns - (before?.TimedRuns ?? 0);
        double mean = runs == 0 ? 0
            : timed > 0 ? (double)(now.RunNanoseconds - (before?.RunNanoseconds ?? 0)) / timed
            : now.TimedRuns > 0 ? (double)now.RunNanoseconds / now.TimedRuns : 0;
        var times = before?.Times is { } earlier ? now.Times?.Since(earlier) : now.Times;
        if (times is { Runs: 0 }) times = now.Times;
        return new BpfStatistic
        {
            Id = now.Id,
            Program = now.Name,
            Type = ProgramTypeTable.NameOf(now.Type),
            Kernel = default,
            Time = default,
            Interval = interval,
            Runs = now.RunCount,
            RunNanoseconds = now.RunNanoseconds,
            EventsPerSecond = interval > TimeSpan.Zero ? runs / interval.TotalSeconds : 0,
            MeanNanoseconds = mean,
            P99Nanoseconds = runs > 0 ? times?.Below(0.99) : null,
            CpuPercent = interval > TimeSpan.Zero ? 100 * runs * mean / interval.TotalNanoseconds : 0,
            Verdicts = now.Verdicts,
            Errors = now.Errors + now.RecursionMisses,
            Dropped = now.Dropped,
        };
    }
}
