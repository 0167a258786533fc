namespace PSBpf.Runtime.Memory;

/// <summary>Something that is freed once no run can see it any more.</summary>
internal interface IReclaimable
{
    /// <summary>Frees it. Called once, on any thread.</summary>
    void Reclaim();
}

/// <summary>The list of things that wait for runs to end. It holds references, so nothing on it is collected early.</summary>
internal sealed class Reclaimer(EpochDomain epochs)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(20);

    private readonly Queue<(long Cookie, IReclaimable Item)> _waiting = new();
    private long _newest;
    private bool _retrying;

    /// <summary>How many things wait.</summary>
    public int Waiting
    {
        get { lock (_waiting) return _waiting.Count; }
    }

    /// <summary>Frees <paramref name="item"/>, which nothing reaches any more, when every present run has ended.</summary>
    public void Retire(IReclaimable item)
    {
        lock (_waiting)
        {
            _newest = epochs.Cookie;
            _waiting.Enqueue((_newest, item));
        }

        Collect();
    }

    /// <summary>Frees what can be freed; tries again later by itself while something is left.</summary>
    public void Collect()
    {
        List<IReclaimable> free = [];
        lock (_waiting)
        {
            if (_waiting.Count == 0) return;
            epochs.Advance(_newest);
            long passed = epochs.Passed;
            while (_waiting.TryPeek(out var first) && first.Cookie <= passed)
            {
                free.Add(first.Item);
                _waiting.Dequeue();
            }

            if (_waiting.Count > 0 && !_retrying)
            {
                _retrying = true;
                _ = RetryAsync();
            }
        }

        foreach (var item in free) item.Reclaim();
    }

    private async Task RetryAsync()
    {
        do
        {
            await Task.Delay(RetryAfter).ConfigureAwait(false);
            Collect();
        }
        while (!Finished());

        bool Finished()
        {
            lock (_waiting)
            {
                if (_waiting.Count == 0) _retrying = false;
                return !_retrying;
            }
        }
    }
}
