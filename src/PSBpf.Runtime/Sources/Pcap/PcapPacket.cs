namespace PSBpf.Runtime.Sources.Pcap;

/// <summary>A packet of a capture.</summary>
/// <param name="TimestampNanoseconds">When it was captured, in nanoseconds since 1970 (UTC).</param>
/// <param name="Data">The bytes that were captured.</param>
/// <param name="OriginalLength">How long it was on the wire; longer than the data when the capture cut it.</param>
public readonly record struct PcapPacket(long TimestampNanoseconds, ReadOnlyMemory<byte> Data, long OriginalLength)
{
    /// <summary>When it was captured, to the tick of 100 ns.</summary>
    public DateTimeOffset Time => DateTimeOffset.UnixEpoch.AddTicks(TimestampNanoseconds / TimeSpan.NanosecondsPerTick);
}
