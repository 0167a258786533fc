namespace PSBpf.Hosting;

/// <summary>Waits for a feed on a thread of its own, each time that it is armed, and wakes the script's thread.</summary>
internal sealed class FeedWaiter(IEventFeed feed, Action wake) : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly SemaphoreSlim _armed = new(0);
    private Thread? _thread;
    private int _waiting;

    /// <summary>Has the next event wake the script's thread; once.</summary>
    public void Arm()
    {
        if (Interlocked.Exchange(ref _waiting, 1) != 0) return;
        if (_thread is null)
        {
            _thread = new Thread(Wait) { IsBackground = true, Name = $"PSBpf waits for {feed.Source}" };
            _thread.Start();
        }

        _armed.Release();
    }

    public void Dispose()
    {
        _ending.Cancel();
        _thread?.Join();
        _ending.Dispose();
        _armed.Dispose();
    }

    private void Wait()
    {
        try
        {
            while (true)
            {
                _armed.Wait(_ending.Token);
                feed.Wait(_ending.Token);
                if (_ending.IsCancellationRequested) return;
                Volatile.Write(ref _waiting, 0);
                wake();
            }
        }
        catch (OperationCanceledException)
        {
            // The subscription has ended.
        }
    }
}
