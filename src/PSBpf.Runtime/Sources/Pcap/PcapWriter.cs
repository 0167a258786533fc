using System.Buffers.Binary;

namespace PSBpf.Runtime.Sources.Pcap;

/// <summary>Writes a classic pcap file of Ethernet packets.</summary>
public sealed class PcapWriter : IDisposable
{
    private readonly Stream _stream;
    private readonly bool _bigEndian, _nanoseconds;
    private readonly byte[] _header = new byte[PcapFormat.FileHeader];

    /// <summary>Writes the header.</summary>
    /// <param name="stream">Where to; it is closed with the writer.</param>
    /// <param name="nanoseconds">Whether times are in nanoseconds rather than microseconds.</param>
    /// <param name="bigEndian">Whether numbers are in big-endian order.</param>
    public PcapWriter(Stream stream, bool nanoseconds = true, bool bigEndian = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _bigEndian = bigEndian;
        _nanoseconds = nanoseconds;
        Set(0, nanoseconds ? PcapFormat.NanosecondMagic : PcapFormat.MicrosecondMagic);
        Span<byte> version = _header.AsSpan(4);
        if (bigEndian)
        {
            BinaryPrimitives.WriteUInt16BigEndian(version, PcapFormat.MajorVersion);
            BinaryPrimitives.WriteUInt16BigEndian(version[2..], PcapFormat.MinorVersion);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(version, PcapFormat.MajorVersion);
            BinaryPrimitives.WriteUInt16LittleEndian(version[2..], PcapFormat.MinorVersion);
        }

        Set(8, 0);
        Set(12, 0);
        Set(16, PcapFormat.LargestPacket);
        Set(20, PcapFormat.Ethernet);
        _stream.Write(_header);
    }

    /// <summary>Writes a packet.</summary>
    /// <param name="data">Its bytes, at most 262144.</param>
    /// <param name="timestampNanoseconds">When it was seen, in nanoseconds since 1970 (UTC).</param>
    /// <param name="originalLength">How long it was; 0 for as long as the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A packet or a time that the format cannot hold.</exception>
    public void Write(ReadOnlySpan<byte> data, long timestampNanoseconds, int originalLength = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)data.Length, PcapFormat.LargestPacket, nameof(data));
        ArgumentOutOfRangeException.ThrowIfNegative(timestampNanoseconds);
        var (seconds, fraction) = Math.DivRem(timestampNanoseconds, 1_000_000_000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seconds, uint.MaxValue, nameof(timestampNanoseconds));
        Set(0, (uint)seconds);
        Set(4, (uint)(_nanoseconds ? fraction : fraction / 1000));
        Set(8, (uint)data.Length);
        Set(12, (uint)Math.Max(originalLength, data.Length));
        _stream.Write(_header.AsSpan(0, PcapFormat.PacketHeader));
        _stream.Write(data);
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Set(int offset, uint value)
    {
        if (_bigEndian) BinaryPrimitives.WriteUInt32BigEndian(_header.AsSpan(offset), value);
        else BinaryPrimitives.WriteUInt32LittleEndian(_header.AsSpan(offset), value);
    }
}
