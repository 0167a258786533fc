using PSBpf.Hosting;

namespace PSBpf.Viewer;

/// <summary>What the top knows: the last frame, what was before, what happened.</summary>
internal sealed class TopState(TopOptions options)
{
    private const int MostLogEntries = 1000;

    private static readonly TimeSpan[] Intervals =
    [
        TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2),
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1),
    ];

    private readonly List<LogEntry> _log = [];
    private long _logged;

    /// <summary>How it was started.</summary>
    public TopOptions Options { get; } = options;

    /// <summary>The programs at the last look; null before the first.</summary>
    public StatisticFrame? Frame { get; private set; }

    /// <summary>What the programs did before, by their ids in the kernel: those of the session may be ids of others too.</summary>
    public StatisticHistory History { get; } = new(600);

    /// <summary>How many samples the history ever took.</summary>
    public long Samples { get; private set; }

    /// <summary>Time between two looks.</summary>
    public TimeSpan Interval { get; private set; } = options.Interval;

    /// <summary>Whether it does not look for now.</summary>
    public bool Paused { get; set; }

    /// <summary>Why the last look failed; null when it did not.</summary>
    public string? Failure { get; private set; }

    /// <summary>What happened, oldest first.</summary>
    public IReadOnlyList<LogEntry> Log => _log;

    /// <summary>Takes a frame.</summary>
    public void Accept(StatisticFrame frame)
    {
        if (Failure is not null) Report(frame.Time, "sampling works again", Tone.Good);
        Failure = null;
        if (Frame is null) Report(frame.Time, $"watching {(frame.Programs.Count == 1 ? "1 program" : $"{frame.Programs.Count} programs")}", Tone.Normal);
        else foreach (var (text, tone) in FrameDifference.Between(Frame, frame)) Report(frame.Time, text, tone);
        Frame = frame;
        // The first frame is of all the time before, not of an interval.
        if (frame.Interval <= TimeSpan.Zero) return;
        Samples++;
        History.Add(frame with { Programs = [.. frame.Programs.Select(program => program with { Id = program.KernelId })] });
    }

    /// <summary>Takes note of a look that failed; the last frame stays.</summary>
    public void Fail(DateTimeOffset time, Exception exception)
    {
        string text = $"sampling failed: {exception.Message}";
        if (text != Failure) Report(time, text, Tone.Bad);
        Failure = text;
    }

    /// <summary>Adds a line to the log.</summary>
    public void Report(DateTimeOffset time, string text, Tone tone)
    {
        if (_log.Count == MostLogEntries) _log.RemoveAt(0);
        _log.Add(new LogEntry(++_logged, time, text, tone));
    }

    /// <summary>Looks more often or less.</summary>
    public void ChangeInterval(int step)
    {
        var next = step < 0 ? Intervals.LastOrDefault(interval => interval < Interval) : Intervals.FirstOrDefault(interval => interval > Interval);
        if (next != TimeSpan.Zero) Interval = next;
    }

    /// <summary>The last figures of a program; null when it is gone.</summary>
    public BpfStatistic? Find(ProgramKey key) => Frame?.Programs.FirstOrDefault(program => ProgramKey.Of(program) == key);

    /// <summary>The session's program that a figure is of; null for one that others loaded.</summary>
    public BpfProgram? Loaded(BpfStatistic statistic) => Options.Session.Programs.FirstOrDefault(program => ProgramKey.Same(statistic, program));
}
