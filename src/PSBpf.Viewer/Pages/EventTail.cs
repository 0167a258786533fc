using System.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.Viewer;

/// <summary>The last events of a source. It is read away from the screen, and closed when that has ended.</summary>
internal sealed class EventTail
{
    private const int Most = 2000;

    // A source that never runs dry must not keep a thread for ever.
    private static readonly TimeSpan LongestRead = TimeSpan.FromMilliseconds(100);

    private readonly BpfEventReader _reader;
    private readonly Look<IReadOnlyList<EventRow>> _look;
    private readonly Lock _gate = new();
    private readonly Queue<EventRow> _rows = new();
    private long _read;
    private bool _closing;

    /// <summary>Takes over a reader.</summary>
    /// <param name="reader">The reader; it is disposed with this.</param>
    /// <param name="worker">Reads it.</param>
    /// <param name="changed">Called with the rows when there are new ones.</param>
    /// <param name="failed">Called when reading fails.</param>
    public EventTail(BpfEventReader reader, IWorker worker, Action<IReadOnlyList<EventRow>> changed, Action<Exception> failed)
    {
        _reader = reader;
        _look = new Look<IReadOnlyList<EventRow>>(
            worker,
            rows =>
            {
                if (_closing) _reader.Dispose();
                else if (rows.Count > 0) changed(rows);
            },
            exception =>
            {
                if (_closing) _reader.Dispose();
                else failed(exception);
            });
    }

    /// <summary>What became of the source's events.</summary>
    public BpfEventCounts Counts => _reader.Counts;

    /// <summary>Reads what is there.</summary>
    public void Look() => _look.Take(Read);

    /// <summary>Forgets what was read.</summary>
    public void Clear()
    {
        lock (_gate) _rows.Clear();
    }

    /// <summary>Lets another reader have the source.</summary>
    public void Close()
    {
        if (_closing) return;
        _closing = true;
        if (!_look.IsBusy) _reader.Dispose();
    }

    private EventRow[] Read()
    {
        long started = Stopwatch.GetTimestamp();
        bool any = false;
        while (Stopwatch.GetElapsedTime(started) < LongestRead && _reader.TryRead(out var read, TimeSpan.Zero))
        {
            any = true;
            lock (_gate)
            {
                if (_rows.Count == Most) _rows.Dequeue();
                _rows.Enqueue(new EventRow(++_read, read));
            }
        }

        lock (_gate) return any ? [.. _rows] : [];
    }
}
