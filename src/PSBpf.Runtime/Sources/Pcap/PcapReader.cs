using System.Buffers.Binary;
using PSBpf.Diagnostics;

namespace PSBpf.Runtime.Sources.Pcap;

/// <summary>Reads a classic pcap file, in either byte order, with micro- or nanoseconds.</summary>
public sealed class PcapReader : CaptureReader
{
    private readonly byte[] _header = new byte[PcapFormat.FileHeader];
    private long _packets;

    /// <summary>Reads from a stream, which is closed with the reader.</summary>
    /// <param name="stream">The bytes, from their start.</param>
    /// <param name="path">What diagnostics call it.</param>
    /// <exception cref="BpfException">BPF0402, BPF0403, BPF0404.</exception>
    public PcapReader(Stream stream, string? path = null)
        : base(stream, path)
    {
        int length = stream.ReadAtLeast(_header, PcapFormat.FileHeader, throwOnEndOfStream: false);
        Position = length;
        uint magic = length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(_header) : 0;
        uint swapped = BinaryPrimitives.ReverseEndianness(magic);
        IsBigEndian = swapped is PcapFormat.MicrosecondMagic or PcapFormat.NanosecondMagic;
        uint kind = IsBigEndian ? swapped : magic;
        HasNanoseconds = kind == PcapFormat.NanosecondMagic;
        if (kind is not (PcapFormat.MicrosecondMagic or PcapFormat.NanosecondMagic))
        {
            throw DiagnosticRules.CaptureFormat.Error(length == 0 ? $"{Name} is empty." : $"{Name} is no capture file: it does not begin with the magic number of pcap or pcapng.", Location(0));
        }

        if (length < PcapFormat.FileHeader) throw DiagnosticRules.CaptureTruncated.Error($"{Name} ends inside of its header, after {length} bytes.", Location(length));
        SnapLength = Field(16);
        LinkType = (int)(Field(20) & PcapFormat.LinkTypeMask);
        if (LinkType != PcapFormat.Ethernet) throw DiagnosticRules.CaptureLinkType.Error($"{Name} holds packets of link type {LinkType}, not Ethernet.", Location(20));
    }

    /// <summary>The link type: 1, Ethernet.</summary>
    public int LinkType { get; }

    /// <summary>Most bytes of a packet that were captured, as the header says.</summary>
    public long SnapLength { get; }

    /// <summary>Whether its numbers are in big-endian order.</summary>
    public bool IsBigEndian { get; }

    /// <summary>Whether its times are in nanoseconds rather than microseconds.</summary>
    public bool HasNanoseconds { get; }

    /// <inheritdoc/>
    public override bool TryRead(out PcapPacket packet)
    {
        packet = default;
        if (Damage is not null) return false;
        int length = Stream.ReadAtLeast(_header.AsSpan(0, PcapFormat.PacketHeader), PcapFormat.PacketHeader, throwOnEndOfStream: false);
        if (length == 0) return false;
        if (length < PcapFormat.PacketHeader) return Stop($"ends inside of the header of packet {_packets + 1}");
        uint seconds = Field(0), fraction = Field(4), captured = Field(8), original = Field(12);
        if (captured > PcapFormat.LargestPacket) return Stop($"says that packet {_packets + 1} has {captured} bytes, which no packet has");
        var data = new byte[captured];
        int got = Stream.ReadAtLeast(data, data.Length, throwOnEndOfStream: false);
        if (got < data.Length) return Stop($"ends inside of packet {_packets + 1}: {got} of its {captured} bytes are there");
        Position += PcapFormat.PacketHeader + data.Length;
        _packets++;
        packet = new PcapPacket(seconds * 1_000_000_000L + (HasNanoseconds ? fraction : fraction * 1000L), data, original);
        return true;
    }

    private uint Field(int offset)
    {
        var bytes = _header.AsSpan(offset);
        return IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }
}
