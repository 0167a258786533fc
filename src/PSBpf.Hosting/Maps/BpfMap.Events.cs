using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

public sealed partial class BpfMap
{
    private readonly Lock _feedGate = new();
    private SampleFeed? _feed;
    private PerfBufferOptions _buffers = PerfBufferOptions.Default;

    /// <summary>Whether it hands out events: a ring buffer or a perf event array.</summary>
    public bool HasEvents => Type is MapType.RingBuf or MapType.PerfEventArray;

    /// <summary>Events of this map that were handed to readers; null for maps without events.</summary>
    public long? Delivered => HasEvents ? _feed?.Delivered ?? 0 : null;

    /// <summary>
    /// Events that did not fit, as of the last time it was read; null for maps without events, −1 where the
    /// kernel does not count them.
    /// </summary>
    public long? Dropped => HasEvents ? _feed?.Dropped ?? 0 : null;

    /// <summary>What became of this map's events; null for maps without events. Counted on each reading.</summary>
    public BpfEventCounts? Events
    {
        get
        {
            if (!HasEvents) return null;
            if (_feed is null && _removed) return default(BpfEventCounts);
            return Feed().Counts;
        }
    }

    /// <summary>Opens this ring buffer or perf event array for reading.</summary>
    /// <param name="typeName">The struct that samples are, e.g. <c>struct event</c>; null to find it in the object's BTF.</param>
    /// <param name="buffers">
    /// How to set up a perf event array's buffers from now on; null to leave them as they are. They exist since the map
    /// was imported, and hold what programs wrote since.
    /// </param>
    /// <exception cref="BpfException">
    /// BPF4006 when it has no events, BPF4007 when it has a reader, BPF3005 when the Linux kernel has no perf buffers for us.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public BpfEventReader OpenReader(string? typeName = null, PerfBufferOptions? buffers = null)
    {
        if (!HasEvents)
            throw DiagnosticRules.WrongKind.Error($"Map '{Name}' is a {Type}: neither a ring buffer nor a perf event array.", action: "Read its entries with Get-BpfMapEntry.");
        buffers?.Check();
        var type = typeName is null ? EventType.Find(this) : EventType.Named(this, typeName);
        var feed = Feed();
        if (feed.IsClosed) throw Gone();
        if (buffers is not null && Type == MapType.PerfEventArray && buffers != _buffers)
        {
            feed.Exchange(() => new PerfSource(KernelMap.OpenPerfBuffer(buffers)));
            _buffers = buffers;
        }

        return feed.Acquire(() => new BpfEventReader(this, feed, type));
    }

    /// <summary>
    /// Makes a perf event array's buffers, so that programs have somewhere to write to before anybody watches. Where they cannot be
    /// had, opening a reader says why.
    /// </summary>
    internal void PrepareEvents()
    {
        if (Type != MapType.PerfEventArray) return;
        try
        {
            Feed();
        }
        catch (BpfException)
        {
            _feed = null;
        }
    }

    private SampleFeed Feed()
    {
        lock (_feedGate)
        {
            try
            {
                return _feed ??= new SampleFeed(Name, Type == MapType.RingBuf ? new RingSource(KernelMap.OpenRingBuffer()) : new PerfSource(KernelMap.OpenPerfBuffer(_buffers)));
            }
            catch (ObjectDisposedException)
            {
                throw Gone();
            }
        }
    }

    private void CloseReader()
    {
        lock (_feedGate) _feed?.Dispose();
    }
}
