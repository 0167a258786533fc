namespace PSBpf.Hosting.Packets;

/// <summary>How one kind of layer is written. One class per layer; <see cref="PacketBuilder"/> lists them.</summary>
internal abstract class LayerFormat
{
    /// <summary>The layer's name.</summary>
    public abstract string Name { get; }

    /// <summary>The names of its fields.</summary>
    public abstract IReadOnlyList<string> Fields { get; }

    /// <summary>The EtherType that announces this layer; null when it does not follow a link header.</summary>
    public virtual ushort? EtherType => null;

    /// <summary>The IP protocol number that announces this layer, by the version of the IP header before it; null when there is none.</summary>
    public virtual byte? IpProtocol(int ipVersion) => null;

    /// <summary>Where numbers stand in the header that a generator may vary; options and other variable parts come after all of them.</summary>
    public virtual IReadOnlyDictionary<string, FieldPlace> Places { get; } = new Dictionary<string, FieldPlace>();

    /// <summary>The checksum that covers what changes in or behind the header; null when there is none.</summary>
    public virtual LayerChecksum? Checksum => null;

    /// <summary>Writes the header around what it carries.</summary>
    /// <param name="values">The author's fields.</param>
    /// <param name="next">The layer it carries; null at the end.</param>
    /// <param name="network">The IP header before it, for pseudo-header checksums.</param>
    /// <param name="inner">The bytes it carries.</param>
    public abstract byte[] Write(LayerValues values, LayerFormat? next, NetworkHeader? network, byte[] inner);
}

/// <summary>Where a field stands in its header: a number in network order, of which the low bits are the field.</summary>
/// <param name="Offset">Its first byte.</param>
/// <param name="Size">Bytes of the number, 1 to 16.</param>
/// <param name="Bits">Bits of the field, from the lowest on.</param>
internal readonly record struct FieldPlace(int Offset, int Size, int Bits)
{
    public FieldPlace(int offset, int size)
        : this(offset, size, size * 8)
    {
    }
}

/// <summary>A checksum in a header.</summary>
/// <param name="Offset">Where it stands.</param>
/// <param name="HeaderOnly">Whether it covers the header and not what it carries.</param>
/// <param name="ZeroMeansNone">Whether a sum of zero travels as all ones.</param>
internal sealed record LayerChecksum(int Offset, bool HeaderOnly = false, bool ZeroMeansNone = false);

/// <summary>What a transport checksum takes from the IP header in front of it.</summary>
/// <param name="Version">4 or 6.</param>
/// <param name="Source">4 or 16 bytes.</param>
/// <param name="Destination">4 or 16 bytes.</param>
internal sealed record NetworkHeader(int Version, byte[] Source, byte[] Destination)
{
    /// <summary>The sum of the pseudo header (RFC 9293 section 3.1, RFC 8200 section 8.1).</summary>
    public ulong PseudoHeader(byte protocol, int length) =>
        InternetChecksum.Add(InternetChecksum.Add(0, Source), Destination) + protocol + (ulong)(length >> 16) + (ulong)(length & 0xffff);
}
