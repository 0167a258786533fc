using PSBpf.Diagnostics;
using PSBpf.Runtime.Hooks;

namespace PSBpf.Hosting;

/// <summary>
/// Packets that arrive at a hook in the background, until there are no more or somebody stops it. Its figures are live.
/// It is traffic: it goes on whether or not a program is attached, and whichever that is. Thread-safe.
/// </summary>
public sealed partial class BpfSource : IDisposable
{
    private const int Batch = IPacketFeed.Ahead - 1;

    private readonly IPacketFeed _feed;
    private readonly HookInjector _injector;
    private readonly SourceOptions _options;
    private readonly SourceClock _clock;
    private readonly SourcePace _pace;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ManualResetEventSlim _ended = new();
    private readonly Thread _thread;
    private readonly long _start;
    private long _end;
    private volatile SourceState _state = SourceState.Running;

    internal BpfSource(int id, ManagedHook hook, IPacketFeed feed, SourceOptions options, SourceClock clock)
    {
        Id = id;
        Name = options.Name ?? feed.DefaultName;
        Hook = hook.Name.ToString();
        _feed = feed;
        _options = options;
        _clock = clock;
        _pace = new SourcePace(options.Rate, options.OriginalPace);
        _injector = hook.OpenInjector(options.Cpu);
        _start = clock.Now;
        // In the background: a process that ends does not wait for it.
        _thread = new Thread(Run) { IsBackground = true, Name = $"BPF source {id}" };
    }

    /// <summary>Id, unique in its session.</summary>
    public int Id { get; }

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>Where its packets come from.</summary>
    public SourceKind Kind => _feed.Kind;

    /// <summary>The hook that they arrive at, e.g. <c>xdp:eth0</c>.</summary>
    public string Hook { get; }

    /// <summary>What it is doing.</summary>
    public SourceState State => _state;

    /// <summary>Packets that were sent: those with a verdict and those that nobody saw.</summary>
    public long Packets => _injector.Seen + _injector.Unseen;

    /// <summary>Bytes of them.</summary>
    public long Bytes => _injector.Bytes;

    /// <summary>Packets that found nothing attached to the hook.</summary>
    public long Unseen => _injector.Unseen;

    /// <summary>Packets per second that it reached since it started.</summary>
    public double Rate => Elapsed.TotalSeconds is > 0 and var seconds ? Packets / seconds : 0;

    /// <summary>Packets per second that it was asked for; null where it was not.</summary>
    public double? TargetRate => _options.Rate;

    /// <summary>How often each verdict was given, by its name, e.g. <c>XDP_DROP</c>.</summary>
    public IReadOnlyDictionary<string, long> Verdicts => _injector.Verdicts();

    /// <summary>How far it is, from 0 to 1; null when it has no end.</summary>
    public double? Progress
    {
        get
        {
            if (_state == SourceState.Finished) return 1;
            double? counted = _options.Count is > 0 and var count ? Math.Min(1, (double)Packets / count) : null;
            return counted is { } part ? Math.Max(part, _feed.Progress ?? 0) : _feed.Progress;
        }
    }

    /// <summary>How often it has come to the capture's end.</summary>
    public long Loops => _feed.Loops;

    /// <summary>When it started.</summary>
    public DateTime Started { get; } = DateTime.Now;

    /// <summary>How long it has run, or ran.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(((_state == SourceState.Running ? _clock.Now : Volatile.Read(ref _end)) - _start) / TimeSpan.NanosecondsPerTick);

    /// <summary>What went wrong; null unless it failed.</summary>
    public BpfDiagnostic? Error { get; private set; }

    /// <summary>Stops it and waits until its last packet is through. A program that is running then is stopped where that is possible, or finishes.</summary>
    /// <param name="cancellation">Ends the wait early; the source is stopped all the same.</param>
    /// <exception cref="OperationCanceledException">The wait was ended early.</exception>
    public void Stop(CancellationToken cancellation = default)
    {
        RequestStop();
        if (Thread.CurrentThread != _thread) _ended.Wait(cancellation);
    }

    /// <summary>Stops it. Its figures stay.</summary>
    public void Dispose() => Stop();

    /// <summary>Waits until it has ended.</summary>
    /// <param name="timeout">How long at most; <see cref="Timeout.InfiniteTimeSpan"/> for as long as it takes.</param>
    /// <param name="cancellation">Ends the wait early.</param>
    /// <returns>Whether it has ended.</returns>
    /// <exception cref="OperationCanceledException">The wait was ended early.</exception>
    public bool Wait(TimeSpan timeout, CancellationToken cancellation = default) => _ended.Wait(timeout, cancellation);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} on {Hook}";

    internal void Begin() => _thread.Start();

    /// <summary>Stops it without waiting.</summary>
    internal void RequestStop() => _stopping.Cancel();
}
