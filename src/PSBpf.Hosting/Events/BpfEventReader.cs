using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using PSBpf.Kernel;

namespace PSBpf.Hosting;

/// <summary>
/// Reads the events of a ring buffer, of a perf event array, or what programs print. One reader of a map is open at a time, and
/// what it does not take stays for the next; of what is printed every reader gets every line. For one thread at a
/// time; the counts may be read by any.
/// </summary>
public sealed class BpfEventReader : IDisposable
{
    private readonly EventFeed _feed;
    private readonly EventType _type;
    private readonly ValueCodec? _codec;
    private readonly int _size;
    private long _delivered;
    private bool _closed;

    internal BpfEventReader(string source, EventFeed feed)
    {
        Source = source;
        _feed = feed;
        _type = EventType.Unknown;
    }

    internal BpfEventReader(BpfMap map, EventFeed feed, EventType type)
    {
        Map = map;
        Source = map.Name;
        _feed = feed;
        _type = type;
        if (type.Type is { } btf && map.ObjectTypes is { } types && types.SizeOf(btf) is > 0 and var size)
        {
            _size = size;
            _codec = new ValueCodec(types, btf, size, $"An event of map '{map.Name}'");
        }
    }

    /// <summary>The map; null for what is printed.</summary>
    public BpfMap? Map { get; }

    /// <summary>What events name as their source: the map's name, or <c>printk</c>.</summary>
    public string Source { get; }

    /// <summary>C name of the type that samples are read as; empty when they stay bytes.</summary>
    public string EventTypeName => _type.Name;

    /// <summary>How many events this reader handed out.</summary>
    public long Delivered => Volatile.Read(ref _delivered);

    /// <summary>
    /// How many events the source has lost: for a map since it was made, and as of the last time that it was looked at;
    /// −1 where the kernel does not count them.
    /// </summary>
    public long Dropped => _feed.Dropped;

    /// <summary>How many events programs submitted, for a map since it was made; −1 where the kernel does not count what it drops.</summary>
    public long Produced => _feed.Counts.Produced;

    /// <summary>How many events wait to be read.</summary>
    public long Backlog => _feed.Counts.Backlog;

    /// <summary>What became of the source's events, whoever read them: produced = delivered + dropped + backlog.</summary>
    public BpfEventCounts Counts => _feed.Counts;

    /// <summary>The same for each CPU of a perf event array; empty for other sources.</summary>
    public IReadOnlyList<PerfBufferCounts> CpuCounts => _feed.CpuCounts;

    /// <summary>Takes the next event.</summary>
    /// <param name="read">The event.</param>
    /// <param name="timeout">How long to wait for one; zero to take only what is there.</param>
    /// <param name="cancellation">Ends the wait early, without an exception.</param>
    /// <returns>False when the time is up, the wait was cancelled or the map has been removed.</returns>
    public bool TryRead([NotNullWhen(true)] out BpfEvent? read, TimeSpan timeout, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_feed.TryTake(out var taken))
            {
                Volatile.Write(ref _delivered, _delivered + 1);
                read = ToEvent(taken);
                return true;
            }

            read = null;
            if (!WaitOn(timeout, started, cancellation)) return false;
        }
    }

    /// <summary>
    /// Hands events over as bytes where they lie, without making objects: in order for each CPU of perf buffers, in total for the others.
    /// </summary>
    /// <param name="consumer">Called for each event, on this thread.</param>
    /// <param name="timeout">How long to wait for the first one; zero to take only what is there.</param>
    /// <param name="most">After how many to stop.</param>
    /// <param name="cancellation">Ends the wait early, without an exception.</param>
    /// <returns>How many events were handed over; 0 when the time is up, the wait was cancelled or the map has been removed.</returns>
    public int Read(BpfEventConsumer consumer, TimeSpan timeout = default, int most = int.MaxValue, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        ObjectDisposedException.ThrowIf(_closed, this);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var handed = _feed.Consume(consumer, most);
            Volatile.Write(ref _delivered, _delivered + handed);
            if (handed > 0 || !WaitOn(timeout, started, cancellation)) return handed;
        }
    }

    /// <summary>The struct that samples are; null when they stay bytes.</summary>
    internal Btf.BtfType? Type => _type.Type;

    /// <summary>Whether the map has been removed.</summary>
    internal bool IsClosed => _feed.IsClosed;

    /// <summary>Puts events back in front of what is there: who took them did not handle them.</summary>
    internal void Return(IReadOnlyList<TakenEvent> events)
    {
        _feed.Return(events);
        Volatile.Write(ref _delivered, _delivered - events.Count);
    }

    /// <summary>Waits for an event, the map's end, or the caller's.</summary>
    internal void Wait(TimeSpan timeout, CancellationToken cancellation) => _feed.Wait(timeout, cancellation);

    /// <summary>Lets another reader open the map.</summary>
    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        _feed.Release(this);
    }

    // Returns whether it is worth looking again. With several events to a wake-up some may be there when the time is up.
    private bool WaitOn(TimeSpan timeout, long started, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested || _feed.IsClosed) return false;
        if (timeout == Timeout.InfiniteTimeSpan)
        {
            _feed.Wait(timeout, cancellation);
            return true;
        }

        var left = timeout - Stopwatch.GetElapsedTime(started);
        if (left <= TimeSpan.Zero) return false;
        _feed.Wait(left, cancellation);
        return _feed.Counts.Backlog > 0 || Stopwatch.GetElapsedTime(started) < timeout;
    }

    private BpfEvent ToEvent(TakenEvent taken) => new()
    {
        Time = taken.Line?.Time ?? DateTime.Now,
        Source = Source,
        Cpu = taken.Cpu < 0 ? null : taken.Cpu,
        Program = taken.Line?.Program,
        Data = taken.Line is { } line ? line.Text : _codec is not null && taken.Bytes.Length >= _size ? _codec.Read(taken.Bytes.AsSpan(0, _size)) : taken.Bytes,
        Bytes = taken.Bytes,
        Dropped = _feed.Dropped,
    };
}
