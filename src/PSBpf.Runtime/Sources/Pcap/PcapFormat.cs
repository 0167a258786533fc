namespace PSBpf.Runtime.Sources.Pcap;

/// <summary>
/// The classic pcap format (draft-ietf-opsawg-pcap): a header whose magic number tells byte order and time unit, then a
/// small header before each packet.
/// </summary>
internal static class PcapFormat
{
    public const uint MicrosecondMagic = 0xa1b2c3d4, NanosecondMagic = 0xa1b23c4d, PcapngMagic = 0x0a0d0d0a;

    public const int FileHeader = 24, PacketHeader = 16;

    public const ushort MajorVersion = 2, MinorVersion = 4;

    /// <summary>LINKTYPE_ETHERNET.</summary>
    public const int Ethernet = 1;

    /// <summary>The upper bits of the link type field say other things.</summary>
    public const uint LinkTypeMask = 0xffff;

    /// <summary>What tcpdump captures of a packet at most; no Ethernet packet comes near.</summary>
    public const uint LargestPacket = 262144;
}
