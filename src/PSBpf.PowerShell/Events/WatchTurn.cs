using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>
/// How far a watch goes: so many events, so long. When the time is over it ends even if events come faster than they are
/// handled; without any time it takes what was there when it began.
/// </summary>
internal sealed class WatchTurn
{
    private readonly BpfEventReader _reader;
    private readonly TimeSpan _timeout;
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _most;
    private bool _isOver;

    public WatchTurn(BpfEventReader reader, long count, TimeSpan timeout)
    {
        _reader = reader;
        _timeout = timeout;
        _most = Most(count, timeout, timeout == TimeSpan.Zero ? reader.Backlog : 0);
    }

    /// <summary>How many events a watch takes at most.</summary>
    public static long Most(long count, TimeSpan timeout, long backlog) => timeout == TimeSpan.Zero ? Math.Min(count, backlog) : count;

    /// <summary>The next event, if there is one within count and time.</summary>
    public bool TryRead([NotNullWhen(true)] out BpfEvent? read, CancellationToken cancellation)
    {
        read = null;
        if (_reader.Delivered >= _most) return false;
        if (_timeout == Timeout.InfiniteTimeSpan) return _reader.TryRead(out read, _timeout, cancellation);
        var left = _isOver ? TimeSpan.Zero : _timeout - Stopwatch.GetElapsedTime(_started);
        if (left < TimeSpan.Zero && _timeout != TimeSpan.Zero) return false;
        if (!_reader.TryRead(out read, left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellation)) return false;

        // Whoever is woken only by many events at once may find some when the time is over.
        if (!_isOver && _timeout != TimeSpan.Zero && Stopwatch.GetElapsedTime(_started) >= _timeout)
        {
            _isOver = true;
            _most = Math.Min(_most, _reader.Delivered + _reader.Backlog);
        }

        return true;
    }

    /// <summary>The same without waiting.</summary>
    public bool TryReadNow([NotNullWhen(true)] out BpfEvent? read)
    {
        read = null;
        return _reader.Delivered < _most && _reader.TryRead(out read, TimeSpan.Zero);
    }
}
