using PSBpf.Hosting;
using PSBpf.Kernel;

namespace PSBpf.Viewer.Tests;

/// <summary>Frames that are the same in every run: figures follow from the number of the frame alone.</summary>
internal sealed class FakeSource(Func<DateTimeOffset> clock) : IStatisticSource
{
    private int _frame;
    private DateTimeOffset _last;

    /// <summary>What each frame holds; tests add and remove.</summary>
    public List<Func<int, BpfStatistic>> Programs { get; } = [];

    /// <summary>Thrown by the next look, if any.</summary>
    public Exception? Failure { get; set; }

    public int Maps { get; set; } = 7;

    public int Links { get; set; } = 2;

    public int Samples { get; private set; }

    public bool IsDisposed { get; private set; }

    public void Add(int id, string name, string type, double rate, double nanoseconds, string[]? hooks = null, Dictionary<string, long>? verdicts = null, double? p99 = null, long errors = 0, long dropped = 0, int? kernelId = null) =>
        Programs.Add(frame =>
        {
            double now = rate * (1 + 0.3 * Math.Sin(frame * 0.7 + id));
            return new BpfStatistic
            {
                Id = id,
                KernelId = kernelId ?? id,
                IsForeign = kernelId is null,
                Program = name,
                Type = type,
                Kernel = BpfKernelKind.Managed,
                Hooks = hooks ?? [],
                Time = clock(),
                Interval = TimeSpan.FromSeconds(1),
                Runs = (long)(rate * frame),
                RunNanoseconds = (long)(rate * frame * nanoseconds),
                EventsPerSecond = now,
                MeanNanoseconds = nanoseconds + frame % 3,
                P99Nanoseconds = p99,
                CpuPercent = now * nanoseconds / 1e7,
                Verdicts = verdicts ?? [],
                Errors = errors,
                Dropped = dropped,
            };
        });

    public StatisticFrame Sample()
    {
        Samples++;
        if (Failure is { } failure) throw failure;
        _frame++;
        var frame = new StatisticFrame
        {
            Time = clock(),
            Interval = _frame == 1 ? TimeSpan.Zero : clock() - _last,
            Kernel = BpfKernelKind.Managed,
            Programs = [.. Programs.Select(program => program(_frame))],
            Maps = Maps,
            Links = Links,
        };
        _last = clock();
        return frame;
    }

    public void Dispose() => IsDisposed = true;
}
