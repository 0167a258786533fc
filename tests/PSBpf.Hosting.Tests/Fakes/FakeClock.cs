namespace PSBpf.Hosting.Tests.Fakes;

/// <summary>A clock that stands still but for waiting: whoever waits for a moment finds it reached, and a little more if that is asked for.</summary>
internal sealed class FakeClock : SourceClock
{
    private long _now = 1_000;

    public override long Now => Volatile.Read(ref _now);

    /// <summary>Nanoseconds that every wait lasts longer than it should.</summary>
    public long Overshoot { get; init; }

    /// <summary>Moments that were waited for, from the first reading on.</summary>
    public List<long> Waits { get; } = [];

    /// <summary>Called before a wait, with its number from 1.</summary>
    public Action<int>? Waiting { get; init; }

    public override void WaitUntil(long moment, CancellationToken cancellation)
    {
        Waits.Add(moment - 1_000);
        Waiting?.Invoke(Waits.Count);
        Volatile.Write(ref _now, Math.Max(_now, moment) + Overshoot);
    }

    /// <summary>Lets time pass.</summary>
    public void Advance(long nanoseconds) => Volatile.Write(ref _now, _now + nanoseconds);
}
