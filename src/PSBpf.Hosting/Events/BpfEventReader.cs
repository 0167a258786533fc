using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace PSBpf.Hosting;

/// <summary>Reads a ring buffer's events. One reader of a map is open at a time; what it does not take stays for the next.</summary>
public sealed class BpfEventReader : IDisposable
{
    private readonly RingBufferChannel _channel;
    private readonly EventType _type;
    private readonly ValueCodec? _codec;
    private readonly int _size;
    private bool _closed;

    internal BpfEventReader(BpfMap map, RingBufferChannel channel, EventType type)
    {
        Map = map;
        _channel = channel;
        _type = type;
        if (type.Type is { } btf && map.ObjectTypes is { } types && types.SizeOf(btf) is > 0 and var size)
        {
            _size = size;
            _codec = new ValueCodec(types, btf, size, $"An event of map '{map.Name}'");
        }
    }

    /// <summary>The ring buffer.</summary>
    public BpfMap Map { get; }

    /// <summary>C name of the type that samples are read as; empty when they stay bytes.</summary>
    public string EventTypeName => _type.Name;

    /// <summary>How many events this reader handed out.</summary>
    public long Delivered { get; private set; }

    /// <summary>How many samples the map has lost since it was made; −1 where the kernel does not count them.</summary>
    public long Dropped => _channel.Dropped;

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
            if (_channel.TryTake(out var sample))
            {
                Delivered++;
                read = new BpfEvent
                {
                    Time = DateTime.Now,
                    Source = Map.Name,
                    Data = _codec is not null && sample.Length >= _size ? _codec.Read(sample.AsSpan(0, _size)) : sample,
                    Bytes = sample,
                    Dropped = _channel.Dropped,
                };
                return true;
            }

            read = null;
            var left = timeout == Timeout.InfiniteTimeSpan ? timeout : timeout - Stopwatch.GetElapsedTime(started);
            if (cancellation.IsCancellationRequested || _channel.IsClosed || (timeout != Timeout.InfiniteTimeSpan && left <= TimeSpan.Zero)) return false;
            _channel.Wait(left, cancellation);
        }
    }

    /// <summary>Lets another reader open the map.</summary>
    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        _channel.Release(this);
    }
}
