using System.Diagnostics;

namespace PSBpf.Scripting;

/// <summary>Interrupts an engine whose guest runs for too long. A guest that is called anew gets its whole time.</summary>
internal sealed class Watchdog : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Action _interrupt, _cancelInterrupt;
    private readonly Timer _timer;
    private bool _running, _paused, _fired;
    private TimeSpan _left;
    private long _since;

    public Watchdog(Action interrupt, Action cancelInterrupt)
    {
        (_interrupt, _cancelInterrupt) = (interrupt, cancelInterrupt);
        _timer = new Timer(_ => Fire());
    }

    /// <summary>Whether the host ended the guest for good.</summary>
    public bool IsStopped { get; private set; }

    public void Start(TimeSpan limit)
    {
        lock (_gate)
        {
            (_running, _paused, _left) = (true, false, limit);
            Watch();
            if (IsStopped) Interrupt();
        }
    }

    public void Pause()
    {
        lock (_gate)
        {
            if (!_running || _paused) return;
            _paused = true;
            _left -= Stopwatch.GetElapsedTime(_since);
        }
    }

    public void Resume()
    {
        lock (_gate)
        {
            if (!_running || !_paused) return;
            _paused = false;
            Watch();
        }
    }

    /// <summary>An interrupt that came too late for this call is not left for the next one.</summary>
    public void End()
    {
        lock (_gate)
        {
            _running = false;
            if (_fired) _cancelInterrupt();
            _fired = false;
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            IsStopped = true;
            if (_running) Interrupt();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Watch()
    {
        _since = Stopwatch.GetTimestamp();
        _timer.Change(_left > TimeSpan.Zero ? _left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void Fire()
    {
        lock (_gate)
        {
            if (!_running || _paused) return;
            var left = _left - Stopwatch.GetElapsedTime(_since);
            if (left > TimeSpan.FromMilliseconds(1)) _timer.Change(left, Timeout.InfiniteTimeSpan);
            else Interrupt();
        }
    }

    private void Interrupt()
    {
        _fired = true;
        _interrupt();
    }
}
