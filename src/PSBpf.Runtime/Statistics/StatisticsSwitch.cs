namespace PSBpf.Runtime.Statistics;

/// <summary>Who wants to know how long runs take: on while there is anybody.</summary>
/// <param name="change">Turns it on or off for all programs; called inside of the lock.</param>
internal sealed class StatisticsSwitch(Action<bool> change)
{
    private readonly Lock _gate = new();
    private int _watchers;

    /// <summary>Whether it is on.</summary>
    public bool IsOn => Volatile.Read(ref _watchers) > 0;

    /// <summary>Somebody wants to know, until the result is disposed.</summary>
    public IDisposable Enable()
    {
        lock (_gate)
        {
            if (++_watchers == 1) change(true);
        }

        return new Watcher(this);
    }

    /// <summary>Does something while nobody turns it.</summary>
    public void Hold(Action<bool> work)
    {
        lock (_gate) work(_watchers > 0);
    }

    private void Disable()
    {
        lock (_gate)
        {
            if (--_watchers == 0) change(false);
        }
    }

    private sealed class Watcher(StatisticsSwitch owner) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0) owner.Disable();
        }
    }
}
