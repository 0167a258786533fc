using System.Diagnostics;
using PSBpf.Kernel;

namespace PSBpf.Runtime.Maps;

/// <summary>The consumer of a ring buffer. It refers to the storage, so the map may be removed while somebody reads.</summary>
internal sealed unsafe class RingBufferReader(RingBufferMap ring) : IRingBufferReader
{
    private const int Attempts = 8;

    // Samples after which their room is given back: each time the producers' processors have to fetch the position anew.
    private const int Batch = 32;

    private readonly Lock _reading = new();
    private int _held;
    private bool _disposed;

    /// <inheritdoc/>
    public long BacklogBytes
    {
        get
        {
            lock (_reading) return _disposed ? 0 : (long)(ring.ProducerPosition - ring.ConsumerPosition);
        }
    }

    /// <summary>Without the consumer's lock: a slow consumer must not keep anybody from counting.</summary>
    public long Backlog
    {
        get
        {
            if (!ring.TryAddReference()) return 0;
            try
            {
                long samples = 0;
                for (int attempt = 0; attempt < Attempts; attempt++)
                {
                    ulong start = ring.ConsumerPosition;
                    samples = Count(start, ring.ProducerPosition) - Volatile.Read(ref _held);

                    // What was consumed meanwhile may have been written anew, and its headers with it.
                    if (ring.ConsumerPosition == start) break;
                }

                return samples;
            }
            finally
            {
                ring.Release();
            }
        }
    }

    /// <inheritdoc/>
    public long Dropped => ring.Dropped;

    /// <inheritdoc/>
    public int Consume(RingBufferConsumer consumer)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        int samples = 0;
        lock (_reading)
        {
            if (_disposed) return 0;
            ulong position = ring.ConsumerPosition;
            bool more = true;
            try
            {
                while (more && position < ring.ProducerPosition)
                {
                    uint* header = ring.HeaderAt(position);
                    uint word = Volatile.Read(ref *header);
                    if ((word & RingBufferMap.Busy) != 0) break;
                    uint length = word & ~RingBufferMap.Discarded;
                    position += (length + RingBufferMap.HeaderSize + 7) & ~7u;
                    if ((word & RingBufferMap.Discarded) != 0) continue;
                    samples++;
                    more = consumer(new ReadOnlySpan<byte>((byte*)header + RingBufferMap.HeaderSize, (int)length));
                    if (++_held == Batch) Publish(position);
                }
            }
            finally
            {
                // Also when the consumer throws: it has had the sample.
                Publish(position);
            }
        }

        return samples;
    }

    /// <inheritdoc/>
    public bool Wait(TimeSpan timeout, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_disposed || cancellation.IsCancellationRequested) return false;
            if (IsReady()) return true;
            var left = timeout;
            if (timeout != Timeout.InfiniteTimeSpan)
            {
                left = timeout - Stopwatch.GetElapsedTime(start);
                if (left <= TimeSpan.Zero) return false;
            }

            if (ring.Wait(left, cancellation) && IsReady()) return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_reading)
        {
            if (_disposed) return;
            _disposed = true;
        }

        ring.Release();
    }

    // A record that was discarded is nothing to be told of. Who consumes right now goes over them itself.
    private bool IsReady()
    {
        if (!_reading.TryEnter()) return ring.HasSample;
        try
        {
            if (_disposed) return false;
            ulong position = ring.ConsumerPosition;
            while (position < ring.ProducerPosition)
            {
                uint word = Volatile.Read(ref *ring.HeaderAt(position));
                if ((word & (RingBufferMap.Busy | RingBufferMap.Discarded)) != RingBufferMap.Discarded) break;
                position += ((word & ~RingBufferMap.Discarded) + RingBufferMap.HeaderSize + 7) & ~7u;
            }

            if (position != ring.ConsumerPosition) Publish(position);
            return ring.HasSample;
        }
        finally
        {
            _reading.Exit();
        }
    }

    private void Publish(ulong position)
    {
        ring.ConsumerPosition = position;
        _held = 0;
    }

    private long Count(ulong position, ulong end)
    {
        long samples = 0;
        while (position < end)
        {
            uint word = Volatile.Read(ref *ring.HeaderAt(position));
            if ((word & (RingBufferMap.Busy | RingBufferMap.Discarded)) == 0) samples++;
            position += ((word & ~(RingBufferMap.Busy | RingBufferMap.Discarded)) + RingBufferMap.HeaderSize + 7) & ~7u;
        }

        return samples;
    }
}
