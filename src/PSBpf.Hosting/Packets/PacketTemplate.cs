using System.Buffers.Binary;
using System.Globalization;
using PSBpf.Diagnostics;

namespace PSBpf.Hosting.Packets;

/// <summary>A packet that others are made of: its bytes, and where its fields are.</summary>
public sealed class PacketTemplate
{
    private readonly PlacedLayer[] _layers;

    internal PacketTemplate(byte[] bytes, PlacedLayer[] layers)
    {
        Bytes = bytes;
        _layers = layers;
    }

    /// <summary>The packet.</summary>
    public byte[] Bytes { get; }

    /// <summary>A packet of which only bytes are known: fields are written <c>offset:size</c>, and no checksum is kept right.</summary>
    public static PacketTemplate Of(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return new(bytes, []);
    }

    /// <summary>
    /// Finds a field: <c>layer.field</c> in the first layer of that name, e.g. <c>ipv4.src</c>, or <c>offset:size</c> in bytes.
    /// With <c>/n</c> behind it, its first n bits are left as they are.
    /// </summary>
    /// <exception cref="BpfException">BPF0405, when the packet has no such field.</exception>
    internal TemplateField Find(string field)
    {
        var slash = field.LastIndexOf('/');
        var name = slash < 0 ? field : field[..slash];
        var place = name.Contains(':', StringComparison.Ordinal) ? AtOffset(field, name) : InLayer(field, name);
        if (slash < 0) return new TemplateField(place);
        return int.TryParse(field.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var kept) && kept < place.Bits
            ? new TemplateField(place with { Bits = place.Bits - kept })
            : throw Error($"'{field}' keeps no number of bits that field '{name}' has: it has {place.Bits}, of which some must be left to vary.");
    }

    /// <summary>Makes the checksums right again that were not given, from the innermost header outwards.</summary>
    internal void FixChecksums(Span<byte> packet)
    {
        for (var i = _layers.Length - 1; i >= 0; i--)
        {
            var (format, start, keeps) = _layers[i];
            if (format.Checksum is not { } checksum || keeps) continue;
            var covered = packet[start..(checksum.HeaderOnly && i + 1 < _layers.Length ? _layers[i + 1].Start : packet.Length)];
            var place = covered[checksum.Offset..];
            BinaryPrimitives.WriteUInt16BigEndian(place, 0);
            var sum = InternetChecksum.Finish(InternetChecksum.Add(checksum.HeaderOnly ? 0 : PseudoHeader(packet, i, covered.Length), covered));
            BinaryPrimitives.WriteUInt16BigEndian(place, sum == 0 && checksum.ZeroMeansNone ? ushort.MaxValue : sum);
        }
    }

    private ulong PseudoHeader(ReadOnlySpan<byte> packet, int layer, int length)
    {
        var network = Array.FindLastIndex(_layers, layer, item => item.Format is Ipv4Layer or Ipv6Layer);
        if (network < 0) return 0;
        var version = _layers[network].Format is Ipv4Layer ? 4 : 6;
        // ICMP is covered by the addresses in IPv6 only (RFC 792, RFC 4443).
        if (_layers[layer].Format is IcmpLayer && version == 4) return 0;
        var addresses = packet.Slice(_layers[network].Start + (version == 4 ? 12 : 8), version == 4 ? 8 : 32);
        return InternetChecksum.Add(0, addresses) + _layers[layer].Format.IpProtocol(version)!.Value + (ulong)(length >> 16) + (ulong)(length & 0xffff);
    }

    private FieldPlace AtOffset(string field, string name)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        if (!int.TryParse(name.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            || !int.TryParse(name.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size is < 1 or > 16)
            throw Error($"'{field}' is no field: write the offset and the size in bytes, e.g. 26:4.");
        return offset + size <= Bytes.Length
            ? new FieldPlace(offset, size)
            : throw Error($"Field '{field}' ends at byte {offset + size}, but the packet has {Bytes.Length}.");
    }

    private FieldPlace InLayer(string field, string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var layer = dot < 0 ? -1 : Array.FindIndex(_layers, item => item.Format.Name.Equals(name[..dot], StringComparison.OrdinalIgnoreCase));
        if (layer < 0)
            throw Error(dot < 0
                ? $"'{field}' is no field: write layer and field, e.g. ipv4.src, or offset and size in bytes, e.g. 26:4."
                : _layers.Length == 0
                    ? $"The packet is given as bytes, so it has no field '{field}': write its offset and size, e.g. 26:4."
                    : $"The packet has no layer '{name[..dot]}'; it has {string.Join(", ", _layers.Select(item => item.Format.Name))}.");
        var (format, start, _) = _layers[layer];
        return format.Places.TryGetValue(name[(dot + 1)..], out var place)
            ? place with { Offset = start + place.Offset }
            : throw Error($"Field '{field}' cannot vary; of layer '{format.Name}' these can: {(format.Places.Count == 0 ? "none" : string.Join(", ", format.Places.Keys))}.");
    }

    private static BpfException Error(string message) => DiagnosticRules.PacketFormat.Error(message,
        action: "Correct the field; Get-Help about_PSBpf_Packets lists layers and fields.");
}

/// <summary>A layer in a packet.</summary>
/// <param name="Format">What it is.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="KeepsChecksum">Whether its author gave the checksum, right or wrong.</param>
internal sealed record PlacedLayer(LayerFormat Format, int Start, bool KeepsChecksum);
