using System.Diagnostics;
using PSBpf.Kernel;

namespace PSBpf.Runtime.Maps;

/// <summary>The consumer of a perf event array. It refers to the storage, so the map may be removed while somebody reads.</summary>
internal sealed class PerfBufferReader : IPerfBufferReader
{
    private readonly Lock _reading = new();
    private readonly PerfEventArrayMap _map;
    private readonly PerfCpuBuffer[] _buffers;
    private readonly PerfWakeup _wakeup = new();
    private readonly bool _wakesAtOnce;
    private int _next;
    private volatile bool _disposed;

    public PerfBufferReader(PerfEventArrayMap map, PerfBufferOptions options)
    {
        _map = map;
        _wakesAtOnce = options.WakeupEvents == 1;
        var buffers = new List<PerfCpuBuffer>();
        try
        {
            for (int cpu = 0; cpu < map.BufferCount; cpu++) buffers.Add(new PerfCpuBuffer(map.Engine, map.Spec.Name, cpu, options, _wakeup));
        }
        catch
        {
            foreach (var buffer in buffers) buffer.Reclaim();
            throw;
        }

        _buffers = [.. buffers];
        map.Attach(_buffers);
    }

    /// <inheritdoc/>
    public IReadOnlyList<PerfBufferCounts> Counts
    {
        get
        {
            // As a look at a map from outside, not under the consumer's lock: a slow consumer must not keep anybody from counting.
            int slot = _map.Engine.Cpus.BeginRead();
            try
            {
                return _disposed ? [] : Array.ConvertAll(_buffers, static buffer => buffer.Counts);
            }
            finally
            {
                _map.Engine.Cpus.EndRead(slot);
            }
        }
    }

    /// <inheritdoc/>
    public int Consume(PerfSampleConsumer consumer)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        int samples = 0;
        lock (_reading)
        {
            if (_disposed) return 0;
            for (int step = 0; step < _buffers.Length; step++)
            {
                var buffer = _buffers[_next];

                // Who stops early goes on at the next CPU, so that none has to wait for a busy one.
                if (++_next == _buffers.Length) _next = 0;
                if (!buffer.Consume(consumer, ref samples)) break;
            }
        }

        return samples;
    }

    /// <inheritdoc/>
    public bool Wait(TimeSpan timeout, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        using var registration = cancellation.UnsafeRegister(static wakeup => ((PerfWakeup)wakeup!).Wake(), _wakeup);
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

            bool ready = false;
            _wakeup.Sleep(left, () => (ready = IsReady()) || _disposed || cancellation.IsCancellationRequested);
            if (ready) return true;
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

        _wakeup.Wake();
        _map.Detach(_buffers);
        _map.Release();
    }

    private bool IsReady()
    {
        lock (_reading)
        {
            if (_disposed) return false;
            bool ready = false;
            foreach (var buffer in _buffers) ready |= buffer.TakeSignal() || (_wakesAtOnce && buffer.HasSample);
            return ready;
        }
    }
}
