using System.Diagnostics;

namespace PSBpf.Scripting;

/// <summary>
/// Ends a guest that runs for too long: first by an exception, which knows its stack but may be caught, then by an interrupt, which
/// knows nothing but is final. A guest that is called anew gets its whole time.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    // For the exception to be thrown and to arrive; a guest that catches it has no more than that.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly Action<bool> _throwInside;
    private readonly Action _interrupt, _cancelInterrupt;
    private readonly Timer _timer;
    private bool _running, _paused, _interrupted;
    private TimeSpan _left;
    private long _since;

    /// <summary>Makes one.</summary>
    /// <param name="throwInside">Has exceptions thrown inside the guest, or no longer.</param>
    /// <param name="interrupt">Interrupts the guest.</param>
    /// <param name="cancelInterrupt">Takes back an interrupt that did not arrive.</param>
    public Watchdog(Action<bool> throwInside, Action interrupt, Action cancelInterrupt)
    {
        (_throwInside, _interrupt, _cancelInterrupt) = (throwInside, interrupt, cancelInterrupt);
        _timer = new Timer(_ => Fire());
    }

    /// <summary>Whether the host ended the guest for good.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Whether the time of the latest call was over before the call was.</summary>
    public bool IsTimeOver { get; private set; }

    public void Start(TimeSpan limit)
    {
        lock (_gate)
        {
            (_running, _paused, _left, IsTimeOver) = (true, false, limit, false);
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
            if (IsTimeOver) _throwInside(false);
            if (_interrupted) _cancelInterrupt();
            _interrupted = false;
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
            if (left > TimeSpan.FromMilliseconds(1))
            {
                _timer.Change(left, Timeout.InfiniteTimeSpan);
            }
            else if (!IsTimeOver)
            {
                IsTimeOver = true;
                _throwInside(true);
                _left = Patience;
                Watch();
            }
            else
            {
                Interrupt();
            }
        }
    }

    private void Interrupt()
    {
        _interrupted = true;
        _interrupt();
    }
}
