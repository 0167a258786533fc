using System.Buffers.Binary;

namespace PSBpf.Hosting.Packets;

/// <summary>TCP (RFC 9293).</summary>
internal sealed class TcpLayer : LayerFormat
{
    private static readonly string[] FlagNames = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];

    public override string Name => "tcp";

    public override IReadOnlyList<string> Fields { get; } =
        ["sport", "dport", "seq", "ack", "offset", "flags", "window", "checksum", "urgent", "options"];

    public override IReadOnlyDictionary<string, FieldPlace> Places { get; } = new Dictionary<string, FieldPlace>(StringComparer.OrdinalIgnoreCase)
    {
        ["sport"] = new(0, 2), ["dport"] = new(2, 2), ["seq"] = new(4, 4), ["ack"] = new(8, 4), ["flags"] = new(13, 1), ["window"] = new(14, 2),
    };

    public override LayerChecksum Checksum { get; } = new(16);

    public override byte? IpProtocol(int ipVersion) => 6;

    public override byte[] Write(LayerValues values, LayerFormat? next, NetworkHeader? network, byte[] inner)
    {
        var options = values.Bytes("options");
        if (options.Length > 40) throw LayerValues.Error($"TCP options take at most 40 bytes; {options.Length} are given.");
        var header = new byte[20 + (options.Length + 3) / 4 * 4];
        options.CopyTo(header, 20);
        BinaryPrimitives.WriteUInt16BigEndian(header, values.Word("sport", 49152));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), values.Word("dport", 80));
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), (uint)values.Number("seq", 32, 0));
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), (uint)values.Number("ack", 32, 0));
        header[12] = (byte)(values.Number("offset", 4, (ulong)header.Length / 4) << 4);
        header[13] = Flags(values);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(14), values.Word("window", 64240));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(18), values.Word("urgent", 0));
        byte[] segment = [.. header, .. inner];
        var sum = InternetChecksum.Add(network?.PseudoHeader(6, segment.Length) ?? 0, segment);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(16), values.Word("checksum", InternetChecksum.Finish(sum)));
        return segment;
    }

    // A number, or names such as 'SYN, ACK'; a connection's first segment when nothing is said.
    private static byte Flags(LayerValues values)
    {
        if (values.Text("flags") is not { } text || text.Length == 0 || char.IsAsciiDigit(text[0])) return values.Byte("flags", 0x02);
        var bits = 0;
        foreach (var name in text.Split([',', ' ', '|', '+'], StringSplitOptions.RemoveEmptyEntries))
        {
            var bit = Array.FindIndex(FlagNames, flag => flag.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (bit < 0) throw LayerValues.Error($"'{name}' is no TCP flag; the flags are {string.Join(", ", FlagNames)}.");
            bits |= 1 << bit;
        }

        return (byte)bits;
    }
}

/// <summary>UDP (RFC 768).</summary>
internal sealed class UdpLayer : LayerFormat
{
    public override string Name => "udp";

    public override IReadOnlyList<string> Fields { get; } = ["sport", "dport", "length", "checksum"];

    public override IReadOnlyDictionary<string, FieldPlace> Places { get; } = new Dictionary<string, FieldPlace>(StringComparer.OrdinalIgnoreCase)
    {
        ["sport"] = new(0, 2), ["dport"] = new(2, 2),
    };

    public override LayerChecksum Checksum { get; } = new(6, ZeroMeansNone: true);

    public override byte? IpProtocol(int ipVersion) => 17;

    public override byte[] Write(LayerValues values, LayerFormat? next, NetworkHeader? network, byte[] inner)
    {
        byte[] datagram = [0, 0, 0, 0, 0, 0, 0, 0, .. inner];
        if (datagram.Length > ushort.MaxValue && !values.Has("length"))
            throw LayerValues.Error($"A UDP datagram holds at most 65535 bytes; this one has {datagram.Length}.");
        BinaryPrimitives.WriteUInt16BigEndian(datagram, values.Word("sport", 49152));
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), values.Word("dport", 53));
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), values.Word("length", (ushort)datagram.Length));
        var sum = InternetChecksum.Finish(InternetChecksum.Add(network?.PseudoHeader(17, datagram.Length) ?? 0, datagram));
        // Zero on the wire means "no checksum"; a sum of zero travels as all ones.
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(6), values.Word("checksum", sum == 0 ? ushort.MaxValue : sum));
        return datagram;
    }
}

/// <summary>ICMP (RFC 792), or ICMPv6 (RFC 4443) behind an IPv6 header.</summary>
internal sealed class IcmpLayer : LayerFormat
{
    public override string Name => "icmp";

    public override IReadOnlyList<string> Fields { get; } = ["type", "code", "checksum", "id", "sequence"];

    public override IReadOnlyDictionary<string, FieldPlace> Places { get; } = new Dictionary<string, FieldPlace>(StringComparer.OrdinalIgnoreCase)
    {
        ["type"] = new(0, 1), ["code"] = new(1, 1), ["id"] = new(4, 2), ["sequence"] = new(6, 2),
    };

    public override LayerChecksum Checksum { get; } = new(2);

    public override byte? IpProtocol(int ipVersion) => ipVersion == 6 ? (byte)58 : (byte)1;

    public override byte[] Write(LayerValues values, LayerFormat? next, NetworkHeader? network, byte[] inner)
    {
        var six = network?.Version == 6;
        byte[] message = [0, 0, 0, 0, 0, 0, 0, 0, .. inner];
        message[0] = values.Byte("type", six ? (byte)128 : (byte)8); // echo request
        message[1] = values.Byte("code", 0);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), values.Word("id", 1));
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6), values.Word("sequence", 1));
        var start = six ? network!.PseudoHeader(58, message.Length) : 0;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), values.Word("checksum", InternetChecksum.Finish(InternetChecksum.Add(start, message))));
        return message;
    }
}
