namespace PSBpf.Runtime;

/// <summary>
/// The lines that programs printed last. Each reader gets every line, whatever the others do; one that is too slow
/// loses the oldest and is told how many. Programs never wait.
/// </summary>
public sealed class TraceBuffer
{
    /// <summary>How many lines are kept.</summary>
    public const int Capacity = 4096;

    private readonly object _gate = new();
    private readonly TraceLine?[] _lines = new TraceLine?[Capacity];
    private long _head;
    private long _taken;
    private long _lost;

    internal TraceBuffer()
    {
    }

    /// <summary>Lines that were printed so far.</summary>
    public long Produced => Volatile.Read(ref _head);

    /// <summary>
    /// What became of them: read by at least one reader, overwritten before anyone read them, and waiting for the next reader.
    /// Their sum is what was printed.
    /// </summary>
    public (long Delivered, long Dropped, long Backlog) Counts
    {
        get
        {
            lock (_gate)
            {
                long backlog = Math.Min(_head - _taken, Capacity), dropped = _lost + _head - _taken - backlog;
                return (_taken - _lost, dropped, backlog);
            }
        }
    }

    /// <summary>Opens a reader, which begins with the first line that no reader has taken yet.</summary>
    public TraceReader OpenReader()
    {
        lock (_gate) return new TraceReader(this, _taken);
    }

    internal void Add(int cpu, string program, string text)
    {
        var line = new TraceLine(DateTime.Now, cpu, program, text);
        lock (_gate)
        {
            _lines[_head % Capacity] = line;
            Volatile.Write(ref _head, _head + 1);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The line at a position, which moves on behind it, over what was lost.</summary>
    internal TraceLine? Take(ref long position, ref long dropped)
    {
        lock (_gate)
        {
            if (_head - position > Capacity)
            {
                dropped += _head - Capacity - position;
                position = _head - Capacity;
            }

            if (position == _head) return null;
            // What lies between was overwritten before any reader came to it.
            if (position > _taken) _lost += position - _taken;
            var line = _lines[position++ % Capacity];
            _taken = Math.Max(_taken, position);
            return line;
        }
    }

    internal bool Wait(long position, TimeSpan timeout, CancellationToken cancellation)
    {
        using var registration = cancellation.UnsafeRegister(static buffer => ((TraceBuffer)buffer!).Wake(), this);
        lock (_gate)
        {
            if (_head == position && !cancellation.IsCancellationRequested) Monitor.Wait(_gate, timeout);
            return _head != position;
        }
    }

    private void Wake()
    {
        lock (_gate) Monitor.PulseAll(_gate);
    }
}
