using System.Buffers.Binary;
using System.Net.Sockets;

namespace PSBpf.Hosting.Packets;

/// <summary>Addresses that stand in where none is given: from the ranges kept for documentation (RFC 5737, RFC 3849).</summary>
internal static class IpLayers
{
    public const string Source4 = "192.0.2.1";
    public const string Destination4 = "192.0.2.2";
    public const string Source6 = "2001:db8::1";
    public const string Destination6 = "2001:db8::2";
}

/// <summary>IPv4 (RFC 791).</summary>
internal sealed class Ipv4Layer : LayerFormat
{
    // Reserved for experiments (RFC 3692): what an IP header announces when nothing known follows it.
    internal const byte Experimental = 253;

    public override string Name => "ipv4";

    public override IReadOnlyList<string> Fields { get; } =
        ["version", "ihl", "tos", "length", "id", "flags", "fragment", "ttl", "protocol", "checksum", "src", "dst", "options"];

    public override IReadOnlyDictionary<string, FieldPlace> Places { get; } = new Dictionary<string, FieldPlace>(StringComparer.OrdinalIgnoreCase)
    {
        ["tos"] = new(1, 1), ["id"] = new(4, 2), ["ttl"] = new(8, 1), ["src"] = new(12, 4), ["dst"] = new(16, 4),
    };

    public override LayerChecksum Checksum { get; } = new(10, HeaderOnly: true);

    public override ushort? EtherType => 0x0800;

    public override byte? IpProtocol(int ipVersion) => 4;

    public static NetworkHeader Addresses(LayerValues values) => new(4,
        values.Address("src", AddressFamily.InterNetwork, IpLayers.Source4), values.Address("dst", AddressFamily.InterNetwork, IpLayers.Destination4));

    public override byte[] Write(LayerValues values, LayerFormat? next, NetworkHeader? network, byte[] inner)
    {
        var options = values.Bytes("options");
        if (options.Length > 40) throw LayerValues.Error($"IPv4 options take at most 40 bytes; {options.Length} are given.");
        var header = new byte[20 + (options.Length + 3) / 4 * 4];
        options.CopyTo(header, 20);
        header[0] = (byte)(values.Number("version", 4, 4) << 4 | values.Number("ihl", 4, (ulong)header.Length / 4));
        header[1] = values.Byte("tos", 0);
        var total = header.Length + inner.Length;
        if (total > ushort.MaxValue && !values.Has("length")) throw LayerValues.Error($"An IPv4 packet holds at most 65535 bytes; this one has {total}.");
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), values.Word("length", (ushort)total));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), values.Word("id", 0));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), (ushort)(values.Number("flags", 3, 0) << 13 | values.Number("fragment", 13, 0)));
        header[8] = values.Byte("ttl", 64);
        header[9] = values.Byte("protocol", next?.IpProtocol(4) ?? Experimental);
        var addresses = Addresses(values);
        addresses.Source.CopyTo(header, 12);
        addresses.Destination.CopyTo(header, 16);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), values.Word("checksum", InternetChecksum.Finish(InternetChecksum.Add(0, header))));
        return [.. header, .. inner];
    }
}

/// <summary>IPv6 (RFC 8200), without extension headers.</summary>
internal sealed class Ipv6Layer : LayerFormat
{
    public override string Name => "ipv6";

    public override IReadOnlyList<string> Fields { get; } = ["version", "class", "flow", "length", "next", "hops", "src", "dst"];

    public override IReadOnlyDictionary<string, FieldPlace> Places { get; } = new Dictionary<string, FieldPlace>(StringComparer.OrdinalIgnoreCase)
    {
        ["flow"] = new(1, 3, 20), ["hops"] = new(7, 1), ["src"] = new(8, 16), ["dst"] = new(24, 16),
    };

    public override ushort? EtherType => 0x86dd;

    public override byte? IpProtocol(int ipVersion) => 41;

    public static NetworkHeader Addresses(LayerValues values) => new(6,
        values.Address("src", AddressFamily.InterNetworkV6, IpLayers.Source6), values.Address("dst", AddressFamily.InterNetworkV6, IpLayers.Destination6));

    public override byte[] Write(LayerValues values, LayerFormat? next, NetworkHeader? network, byte[] inner)
    {
        var header = new byte[40];
        var first = values.Number("version", 4, 6) << 28 | values.Number("class", 8, 0) << 20 | values.Number("flow", 20, 0);
        BinaryPrimitives.WriteUInt32BigEndian(header, (uint)first);
        if (inner.Length > ushort.MaxValue && !values.Has("length"))
            throw LayerValues.Error($"An IPv6 packet carries at most 65535 bytes; this one has {inner.Length}.");
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), values.Word("length", (ushort)inner.Length));
        header[6] = values.Byte("next", next?.IpProtocol(6) ?? Ipv4Layer.Experimental);
        header[7] = values.Byte("hops", 64);
        var addresses = Addresses(values);
        addresses.Source.CopyTo(header, 8);
        addresses.Destination.CopyTo(header, 24);
        return [.. header, .. inner];
    }
}
