using PSBpf.Diagnostics;
using PSBpf.Kernel;

namespace PSBpf.Hosting;

/// <summary>
/// The one consumer of a ring buffer or perf event array, which lives as long as its map: readers come and go, samples that
/// one of them did not take are there for the next, and the counts go on.
/// </summary>
internal sealed class SampleFeed : EventFeed, IDisposable
{
    // Samples are copied out of the buffer in small batches: it has room again soon, and little waits here.
    private const int Batch = 64;

    private readonly Lock _gate = new();
    private readonly Queue<TakenEvent> _pending = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly string _name;
    private readonly BpfEventConsumer _enqueue;
    private readonly BpfEventConsumer _hand;

    // More than one only after the buffers were set up anew: a run that had begun may still have written into the old ones.
    private readonly List<ISampleSource> _sources;
    private BpfEventReader? _holder;
    private BpfEventConsumer? _consumer;
    private BpfEventCounts _last;
    private long _delivered;
    private long _dropped;
    private int _left;
    private int _busy;
    private bool _enough;
    private bool _closed;

    public SampleFeed(string name, ISampleSource source)
    {
        _name = name;
        _sources = [source];
        _enqueue = Enqueue;
        _hand = Hand;
    }

    public override bool IsClosed => _closed;

    public long Delivered => Volatile.Read(ref _delivered);

    public override long Dropped => Volatile.Read(ref _dropped);

    public override BpfEventCounts Counts
    {
        get
        {
            lock (_gate) return _closed ? _last : Count();
        }
    }

    public override IReadOnlyList<PerfBufferCounts> CpuCounts
    {
        get
        {
            lock (_gate)
            {
                if (_closed) return [];
                return [.. _sources.SelectMany(source => source.CpuCounts).GroupBy(counts => counts.Cpu).Select(Merge)];
            }
        }
    }

    public BpfEventReader Acquire(Func<BpfEventReader> open)
    {
        lock (_gate)
        {
            if (_holder is not null) throw DiagnosticRules.ReaderBusy.Error($"'{_name}' is being watched; an event goes to one reader only.");
            return _holder = open();
        }
    }

    /// <summary>Goes on with another source; what the old one holds comes first.</summary>
    public void Exchange(Func<ISampleSource> open)
    {
        lock (_gate)
        {
            if (_closed) return;
            if (_holder is not null) throw DiagnosticRules.ReaderBusy.Error($"'{_name}' is being watched; its buffers cannot be set up anew.");
            _sources.Add(open());
            foreach (var source in _sources[..^1])
                while (source.Backlog > 0) source.Consume(_enqueue);
        }
    }

    public override void Release(BpfEventReader holder)
    {
        lock (_gate)
            if (ReferenceEquals(_holder, holder)) _holder = null;
    }

    public override bool TryTake(out TakenEvent taken)
    {
        lock (_gate)
        {
            taken = default;
            if (_closed) return false;
            if (_pending.Count == 0)
            {
                foreach (var source in _sources) source.Consume(_enqueue);
                NoteDropped();
            }

            if (!_pending.TryDequeue(out taken)) return false;
            _delivered++;
            return true;
        }
    }

    public override int Consume(BpfEventConsumer consumer, int most)
    {
        if (!Enter()) return 0;
        try
        {
            // Outside of the gate: a slow consumer keeps nobody from counting, nor from removing the map.
            _consumer = consumer;
            _left = most;
            _enough = most <= 0;
            while (!_enough && _left > 0 && TryDequeue(out var waiting)) Hand(waiting.Cpu, waiting.Bytes);
            foreach (var source in _sources)
                if (!_enough && _left > 0) source.Consume(_hand);
            lock (_gate) NoteDropped();
            return most - _left;
        }
        finally
        {
            Leave();
        }
    }

    public override void Return(IReadOnlyList<TakenEvent> events)
    {
        lock (_gate)
        {
            if (_closed) return;
            var behind = _pending.ToArray();
            _pending.Clear();
            foreach (var taken in events) _pending.Enqueue(taken);
            foreach (var taken in behind) _pending.Enqueue(taken);
            _delivered -= events.Count;
        }
    }

    public override void Wait(TimeSpan timeout, CancellationToken cancellation)
    {
        if (!Enter()) return;
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
            _sources[^1].Wait(timeout, either.Token);
        }
        finally
        {
            Leave();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed) return;

            // What waits goes with the map.
            var counts = Count();
            _last = counts with { Dropped = counts.Dropped < 0 ? -1 : counts.Dropped + counts.Backlog, Backlog = 0 };
            _dropped = _last.Dropped;
            _closed = true;
            _pending.Clear();
            _closing.Cancel();

            // Whoever is in the kernel's reader frees it on the way out.
            if (_busy == 0) Free();
        }
    }

    private BpfEventCounts Count()
    {
        long backlog = _pending.Count, dropped = 0;
        foreach (var source in _sources)
        {
            backlog += source.Backlog;
            dropped = dropped < 0 || source.Dropped < 0 ? -1 : dropped + source.Dropped;
        }

        _dropped = dropped;
        return new BpfEventCounts(dropped < 0 ? -1 : _delivered + dropped + backlog, _delivered, dropped, backlog);
    }

    // What has been taken out and not handed on still waits.
    private PerfBufferCounts Merge(IGrouping<int, PerfBufferCounts> cpu)
    {
        long pending = _pending.Count(waiting => waiting.Cpu == cpu.Key);
        return cpu.Aggregate(new PerfBufferCounts(cpu.Key, 0, -pending, 0, pending), static (sum, counts) => new PerfBufferCounts(
            sum.Cpu,
            sum.Produced < 0 || counts.Produced < 0 ? -1 : sum.Produced + counts.Produced,
            sum.Delivered + counts.Delivered,
            sum.Dropped < 0 || counts.Dropped < 0 ? -1 : sum.Dropped + counts.Dropped,
            sum.Backlog + counts.Backlog));
    }

    private void NoteDropped()
    {
        long dropped = 0;
        foreach (var source in _sources) dropped = dropped < 0 || source.Dropped < 0 ? -1 : dropped + source.Dropped;
        _dropped = dropped;
    }

    private bool Enqueue(int cpu, ReadOnlySpan<byte> sample)
    {
        _pending.Enqueue(new TakenEvent(cpu, sample.ToArray()));
        return _pending.Count < Batch;
    }

    private bool Hand(int cpu, ReadOnlySpan<byte> sample)
    {
        _left--;
        try
        {
            if (_consumer!(cpu, sample)) return _left > 0;
            _enough = true;
            return false;
        }
        finally
        {
            // Until the consumer comes back it waits where it lies.
            _delivered++;
        }
    }

    private bool TryDequeue(out TakenEvent waiting)
    {
        lock (_gate) return _pending.TryDequeue(out waiting);
    }

    private bool Enter()
    {
        lock (_gate)
        {
            if (_closed) return false;
            _busy++;
            return true;
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            _busy--;
            if (_closed && _busy == 0) Free();
        }
    }

    private void Free()
    {
        foreach (var source in _sources) source.Dispose();
        _closing.Dispose();
    }
}
