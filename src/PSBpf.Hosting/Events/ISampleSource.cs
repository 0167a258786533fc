using PSBpf.Kernel;

namespace PSBpf.Hosting;

/// <summary>A kernel's ring buffer or perf buffers, as a feed sees them.</summary>
internal interface ISampleSource : IDisposable
{
    /// <summary>Samples that are in it.</summary>
    long Backlog { get; }

    /// <summary>Samples that it lost; −1 where that is not known.</summary>
    long Dropped { get; }

    /// <summary>The counts of each CPU; empty where they are not told apart.</summary>
    IReadOnlyList<PerfBufferCounts> CpuCounts { get; }

    /// <summary>Hands samples over, oldest first.</summary>
    void Consume(BpfEventConsumer consumer);

    /// <summary>Waits for samples.</summary>
    void Wait(TimeSpan timeout, CancellationToken cancellation);
}

/// <summary>A ring buffer.</summary>
internal sealed class RingSource : ISampleSource
{
    private readonly IRingBufferReader _reader;
    private readonly RingBufferConsumer _forward;
    private BpfEventConsumer? _consumer;

    public RingSource(IRingBufferReader reader)
    {
        _reader = reader;
        _forward = sample => _consumer!(-1, sample);
    }

    public long Backlog => _reader.Backlog;

    public long Dropped => _reader.Dropped;

    public IReadOnlyList<PerfBufferCounts> CpuCounts => [];

    public void Consume(BpfEventConsumer consumer)
    {
        _consumer = consumer;
        _reader.Consume(_forward);
    }

    public void Wait(TimeSpan timeout, CancellationToken cancellation) => _reader.Wait(timeout, cancellation);

    public void Dispose() => _reader.Dispose();
}

/// <summary>The perf buffers of all CPUs.</summary>
internal sealed class PerfSource : ISampleSource
{
    private readonly IPerfBufferReader _reader;
    private readonly PerfSampleConsumer _forward;
    private BpfEventConsumer? _consumer;

    public PerfSource(IPerfBufferReader reader)
    {
        _reader = reader;
        _forward = (cpu, sample) => _consumer!(cpu, sample);
    }

    public long Backlog => _reader.Counts.Sum(counts => counts.Backlog);

    public long Dropped
    {
        get
        {
            long dropped = 0;
            foreach (var counts in _reader.Counts)
            {
                if (counts.Dropped < 0) return -1;
                dropped += counts.Dropped;
            }

            return dropped;
        }
    }

    public IReadOnlyList<PerfBufferCounts> CpuCounts => _reader.Counts;

    public void Consume(BpfEventConsumer consumer)
    {
        _consumer = consumer;
        _reader.Consume(_forward);
    }

    public void Wait(TimeSpan timeout, CancellationToken cancellation) => _reader.Wait(timeout, cancellation);

    public void Dispose() => _reader.Dispose();
}
