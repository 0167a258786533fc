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

    /// <summary>Writes the header around what it carries.</summary>
    /// <param name="values">The author's fields.</param>
    /// <param name="next">The layer it carries; null at the end.</param>
    /// <param name="network">The IP header before it, for pseudo-header checksums.</param>
    /// <param name="inner">The bytes it carries.</param>
    public abstract byte[] Write(LayerValues values, LayerFormat? next, NetworkHeader? network, byte[] inner);
}

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
