using PSBpf.Diagnostics;
using PSBpf.Hosting.Tests.Fakes;
using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.Hosting.Tests.Statistics;

public sealed class StatisticMonitorTests : IDisposable
{
    private readonly FakeKernel _kernel = new() { Kind = BpfKernelKind.Linux };
    private readonly SteppingClock _clock = new();
    private readonly BpfSession _session;

    public StatisticMonitorTests() => _session = new BpfSession(_ => _kernel);

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Rates_are_those_of_the_interval()
    {
        using var monitor = Open();
        _kernel.ProgramStatuses.Add(Status(runs: 100, timed: 50, nanoseconds: 5_000));
        monitor.Sample();
        _clock.Advance(TimeSpan.FromSeconds(2));
        _kernel.ProgramStatuses[0] = Status(runs: 1_100, timed: 250, nanoseconds: 65_000);
        var frame = monitor.Sample();
        var program = Assert.Single(frame.Programs);
        Assert.Equal(TimeSpan.FromSeconds(2), frame.Interval);
        Assert.Equal(1_100, program.Runs);
        Assert.Equal(500, program.EventsPerSecond);
        Assert.Equal(300, program.MeanNanoseconds);
        // 1000 runs of 300 ns in 2 s.
        Assert.Equal(0.015, program.CpuPercent, 6);
        Assert.Equal(500, frame.EventsPerSecond);
    }

    [Fact]
    public void The_first_frame_has_means_since_the_program_was_loaded()
    {
        using var monitor = Open();
        _kernel.ProgramStatuses.Add(Status(runs: 100, timed: 100, nanoseconds: 1_000) with { LoadedAt = _clock.GetLocalNow() - TimeSpan.FromSeconds(50) });
        var frame = monitor.Sample();
        Assert.Equal(TimeSpan.Zero, frame.Interval);
        Assert.Equal(2, frame.Programs[0].EventsPerSecond, 6);
        Assert.Equal(10, frame.Programs[0].MeanNanoseconds);
    }

    [Fact]
    public void An_interval_without_runs_and_one_without_measured_runs()
    {
        using var monitor = Open();
        _kernel.ProgramStatuses.Add(Status(runs: 10, timed: 10, nanoseconds: 1_000));
        monitor.Sample();
        _clock.Advance(TimeSpan.FromSeconds(1));
        var idle = Assert.Single(monitor.Sample().Programs);
        Assert.Equal((0, 0, 0), (idle.EventsPerSecond, idle.MeanNanoseconds, idle.CpuPercent));
        Assert.Null(idle.P99Nanoseconds);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _kernel.ProgramStatuses[0] = Status(runs: 15, timed: 10, nanoseconds: 1_000);
        Assert.Equal(100, Assert.Single(monitor.Sample().Programs).MeanNanoseconds);
    }

    [Fact]
    public void The_percentile_is_that_of_the_interval()
    {
        using var monitor = Open();
        _kernel.ProgramStatuses.Add(Status(1_000, 1_000, 10_000) with { Times = Times(10_000, 1_000) });
        monitor.Sample();
        _clock.Advance(TimeSpan.FromSeconds(1));
        _kernel.ProgramStatuses[0] = Status(1_100, 1_100, 12_000) with { Times = Times(10_000, 1_000, 20, 100) };
        Assert.Equal(RunTimes.EndOf(RunTimes.BucketOf(20)), Assert.Single(monitor.Sample().Programs).P99Nanoseconds);
    }

    [Fact]
    public void Programs_that_came_meanwhile_count_from_nothing_and_those_that_went_are_gone()
    {
        using var monitor = Open();
        _kernel.ProgramStatuses.Add(Status(10, 10, 100));
        monitor.Sample();
        _clock.Advance(TimeSpan.FromSeconds(1));
        _kernel.ProgramStatuses[0] = Status(7, 7, 700) with { Id = 900 };
        var program = Assert.Single(monitor.Sample().Programs);
        Assert.Equal((900, 900, true), (program.Id, program.KernelId, program.IsForeign));
        Assert.Equal(7, program.EventsPerSecond);
        Assert.Equal(100, program.MeanNanoseconds);
    }

    [Fact]
    public void Statistics_are_kept_while_a_monitor_is_open()
    {
        var monitor = Open();
        Assert.Equal(1, _kernel.Watchers);
        monitor.Dispose();
        monitor.Dispose();
        Assert.Equal(0, _kernel.Watchers);
        Assert.Equal("BPF4005", Assert.Throws<BpfException>(monitor.Sample).Id);
    }

    private StatisticMonitor Open() => new(_session, BpfKernelKind.Linux, _clock);

    private static ProgramStatus Status(long runs, long timed, long nanoseconds) => new()
    {
        Id = 500, Name = "p", Type = ProgramType.Xdp, RunCount = runs, TimedRuns = timed, RunNanoseconds = nanoseconds,
    };

    private static RunTimes Times(params long[] pairs)
    {
        var counts = new long[RunTimes.BucketCount];
        for (var i = 0; i < pairs.Length; i += 2) counts[RunTimes.BucketOf(pairs[i])] += pairs[i + 1];
        return new RunTimes(counts);
    }

    private sealed class SteppingClock : TimeProvider
    {
        private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        private TimeSpan _passed = TimeSpan.FromSeconds(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override long GetTimestamp() => _passed.Ticks;

        public override DateTimeOffset GetUtcNow() => Start + _passed;

        public void Advance(TimeSpan time) => _passed += time;
    }
}
