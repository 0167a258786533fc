using System.Buffers.Binary;
using System.Net.Sockets;

namespace PSBpf.Hosting.Packets;

/// <summary>Ethernet II.</summary>
internal sealed class EthernetLayer : LayerFormat
{
    public override string Name => "eth";

    public override IReadOnlyList<string> Fields { get; } = ["dst", "src", "type"];

    public override IReadOnlyDictionary<string, FieldPlace> Places { get; } = new Dictionary<string, FieldPlace>(StringComparer.OrdinalIgnoreCase)
    {
        ["dst"] = new(0, 6), ["src"] = new(6, 6), ["type"] = new(12, 2),
    };

    public override byte[] Write(LayerValues values, LayerFormat? next, NetworkHeader? network, byte[] inner)
    {
        var type = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(type, values.Word("type", next?.EtherType ?? 0));
        return [.. values.Mac("dst", "02:00:00:00:00:02"), .. values.Mac("src", "02:00:00:00:00:01"), .. type, .. inner];
    }
}

/// <summary>An IEEE 802.1Q tag.</summary>
internal sealed class VlanLayer : LayerFormat
{
    public override string Name => "vlan";

    public override IReadOnlyList<string> Fields { get; } = ["id", "priority", "dei", "type"];

    public override IReadOnlyDictionary<string, FieldPlace> Places { get; } = new Dictionary<string, FieldPlace>(StringComparer.OrdinalIgnoreCase)
    {
        ["id"] = new(0, 2, 12),
    };

    public override ushort? EtherType => 0x8100;

    public override byte[] Write(LayerValues values, LayerFormat? next, NetworkHeader? network, byte[] inner)
    {
        var tag = new byte[4];
        var control = values.Number("priority", 3, 0) << 13 | values.Number("dei", 1, 0) << 12 | values.Number("id", 12, 1);
        BinaryPrimitives.WriteUInt16BigEndian(tag, (ushort)control);
        BinaryPrimitives.WriteUInt16BigEndian(tag.AsSpan(2), values.Word("type", next?.EtherType ?? 0));
        return [.. tag, .. inner];
    }
}

/// <summary>ARP for IPv4 over Ethernet (RFC 826).</summary>
internal sealed class ArpLayer : LayerFormat
{
    public override string Name => "arp";

    public override IReadOnlyList<string> Fields { get; } = ["operation", "sha", "spa", "tha", "tpa"];

    public override IReadOnlyDictionary<string, FieldPlace> Places { get; } = new Dictionary<string, FieldPlace>(StringComparer.OrdinalIgnoreCase)
    {
        ["sha"] = new(8, 6), ["spa"] = new(14, 4), ["tha"] = new(18, 6), ["tpa"] = new(24, 4),
    };

    public override ushort? EtherType => 0x0806;

    public override byte[] Write(LayerValues values, LayerFormat? next, NetworkHeader? network, byte[] inner)
    {
        // Hardware type 1 (Ethernet), protocol type IPv4, address lengths 6 and 4.
        byte[] header = [0, 1, 0x08, 0, 6, 4, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), values.Word("operation", 1));
        return
        [
            .. header,
            .. values.Mac("sha", "02:00:00:00:00:01"), .. values.Address("spa", AddressFamily.InterNetwork, IpLayers.Source4),
            .. values.Mac("tha", "00:00:00:00:00:00"), .. values.Address("tpa", AddressFamily.InterNetwork, IpLayers.Destination4),
            .. inner,
        ];
    }
}
