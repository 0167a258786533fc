namespace PSBpf.Hosting;

/// <summary>When packets are due, in nanoseconds of the source's clock.</summary>
/// <param name="rate">Packets per second; null where packets say themselves or are always due.</param>
/// <param name="original">Whether they come as far apart as they say.</param>
internal sealed class SourcePace(double? rate, bool original)
{
    /// <summary>What is not sent within a second of its time is not made up for: a machine that slept does not flood.</summary>
    private const long MostLag = 1_000_000_000;

    private readonly double _interval = rate is { } perSecond ? 1e9 / perSecond : 0;
    private long _start;

    /// <summary>Whether every packet is due at once.</summary>
    public bool IsFree => rate is null && !original;

    /// <summary>Starts to count.</summary>
    public void Start(long now) => _start = now;

    /// <summary>When a packet is due.</summary>
    /// <param name="number">Packets before it.</param>
    /// <param name="packet">The packet.</param>
    public long Due(long number, in FeedPacket packet) => _start + (original ? packet.Offset : (long)(number * _interval));

    /// <summary>Looks at how late a packet is.</summary>
    public void Check(long now, long due)
    {
        if (now - due > MostLag) _start += now - due;
    }
}
