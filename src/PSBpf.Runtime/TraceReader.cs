using System.Diagnostics.CodeAnalysis;

namespace PSBpf.Runtime;

/// <summary>Reads what programs print. For one thread at a time; the counts may be read by any.</summary>
public sealed class TraceReader
{
    private readonly TraceBuffer _buffer;
    private readonly long _start;
    private long _position;
    private long _dropped;
    private long _delivered;

    internal TraceReader(TraceBuffer buffer, long start)
    {
        _buffer = buffer;
        _start = _position = start;
    }

    /// <summary>Lines that were printed since this reader's first one.</summary>
    public long Produced => _buffer.Produced - _start;

    /// <summary>Lines that it has read.</summary>
    public long Delivered => Volatile.Read(ref _delivered);

    /// <summary>Lines that were overwritten before it came to them.</summary>
    public long Dropped
    {
        get
        {
            long behind = _buffer.Produced - Volatile.Read(ref _position);
            return Volatile.Read(ref _dropped) + Math.Max(behind - TraceBuffer.Capacity, 0);
        }
    }

    /// <summary>Lines that wait for it.</summary>
    public long Backlog => Math.Min(_buffer.Produced - Volatile.Read(ref _position), TraceBuffer.Capacity);

    /// <summary>Takes the next line.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryRead([NotNullWhen(true)] out TraceLine? line)
    {
        line = _buffer.Take(ref _position, ref _dropped);
        if (line is null) return false;
        Volatile.Write(ref _delivered, _delivered + 1);
        return true;
    }

    /// <summary>Waits for a line; may come back without one.</summary>
    /// <param name="timeout">The longest; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellation">Ends the wait early, without an exception.</param>
    /// <returns>Whether there is a line.</returns>
    public bool Wait(TimeSpan timeout, CancellationToken cancellation) => _buffer.Wait(Volatile.Read(ref _position), timeout, cancellation);
}
