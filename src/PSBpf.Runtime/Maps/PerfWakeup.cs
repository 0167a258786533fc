using System.Runtime.CompilerServices;

namespace PSBpf.Runtime.Maps;

/// <summary>Where the reader of perf buffers sleeps. Producers look at one field; the fence is the sleeper's, once per sleep.</summary>
internal sealed class PerfWakeup
{
    private readonly object _gate = new();
    private int _waiting;

    /// <summary>Wakes who sleeps; after a store that says why.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Pulse()
    {
        if (Volatile.Read(ref _waiting) > 0) Wake();
    }

    /// <summary>Wakes who sleeps.</summary>
    public void Wake()
    {
        lock (_gate) Monitor.PulseAll(_gate);
    }

    /// <summary>Sleeps until woken, unless there is reason not to.</summary>
    /// <param name="timeout">The longest.</param>
    /// <param name="isReady">The last look before sleeping.</param>
    public void Sleep(TimeSpan timeout, Func<bool> isReady)
    {
        lock (_gate)
        {
            // Counted before the last look, so that a producer that was not seen by it sees the count.
            Interlocked.Increment(ref _waiting);
            Interlocked.MemoryBarrierProcessWide();
            if (!isReady()) Monitor.Wait(_gate, timeout);
            Interlocked.Decrement(ref _waiting);
        }
    }
}
