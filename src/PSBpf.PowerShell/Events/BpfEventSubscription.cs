using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>A source of events as a .NET object with an event, which is what PowerShell's eventing subscribes to.</summary>
public sealed class BpfEventSubscription : IDisposable
{
    private readonly BpfEventReader _reader;
    private readonly long _most;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Thread _thread;
    private int _disposed;

    internal BpfEventSubscription(BpfEventReader reader, long most)
    {
        _reader = reader;
        _most = most;
        _thread = new Thread(Run) { IsBackground = true, Name = "PSBpf subscription" };
    }

    /// <summary>Raised for each event, on a thread of the subscription's own.</summary>
    public event EventHandler<BpfEventArgs>? Received;

    /// <summary>The source, e.g. the map's name.</summary>
    public string Source => _reader.Source;

    /// <summary>How many events were raised.</summary>
    public long Delivered => _reader.Delivered;

    /// <summary>What became of the source's events.</summary>
    public BpfEventCounts Counts => _reader.Counts;

    /// <inheritdoc/>
    public override string ToString() => Source;

    /// <summary>Ends it; what was not raised stays in the source.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _stopping.Cancel();
        if (!_thread.IsAlive) _reader.Dispose();
    }

    internal void Start() => _thread.Start();

    private void Run()
    {
        // No further than the subscriber counts: what it would not see stays for others.
        while (_reader.Delivered < _most && _reader.TryRead(out var read, Timeout.InfiniteTimeSpan, _stopping.Token))
            Received?.Invoke(this, new BpfEventArgs(WatchCmdlet.Shown(read)));
        _reader.Dispose();
    }
}

/// <summary>What a subscriber gets.</summary>
/// <param name="bpfEvent">The event.</param>
public sealed class BpfEventArgs(BpfEvent bpfEvent) : EventArgs
{
    /// <summary>The event.</summary>
    public BpfEvent Event => bpfEvent;

    /// <summary>Its data, typed by BTF.</summary>
    public object Data => bpfEvent.Data;
}
