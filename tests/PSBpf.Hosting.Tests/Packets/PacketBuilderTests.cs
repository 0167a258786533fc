using System.Buffers.Binary;
using System.Net;
using CsCheck;
using PSBpf.Diagnostics;
using PSBpf.Hosting.Packets;

namespace PSBpf.Hosting.Tests.Packets;

public sealed class PacketBuilderTests
{
    [Fact]
    public void The_example_of_RFC_1071_sums_to_its_checksum()
    {
        Assert.Equal(unchecked((ushort)~0xddf2), InternetChecksum.Finish(InternetChecksum.Add(0, [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7])));
    }

    [Fact]
    public void An_ARP_request_comes_out_byte_for_byte()
    {
        var packet = Build(
            Layer("eth", ("dst", "ff:ff:ff:ff:ff:ff"), ("src", "00:11:22:33:44:55")),
            Layer("arp", ("sha", "00:11:22:33:44:55"), ("spa", "192.168.1.1"), ("tpa", "192.168.1.2")));
        Assert.Equal(
            "FFFFFFFFFFFF" + "001122334455" + "0806"
            + "0001" + "0800" + "0604" + "0001" + "001122334455" + "C0A80101" + "000000000000" + "C0A80102",
            Convert.ToHexString(packet));
    }

    // The smallest interesting datagram, its checksums worked out by hand from RFC 768 and RFC 791.
    [Fact]
    public void A_UDP_datagram_over_IPv4_comes_out_byte_for_byte()
    {
        var packet = Build(
            Layer("ipv4", ("src", "10.0.0.1"), ("dst", "10.0.0.2"), ("id", 0x1234), ("ttl", 1)),
            Layer("udp", ("sport", 1), ("dport", 2)),
            Layer("payload", ("bytes", new byte[] { 0xab })));
        Assert.Equal(
            "020000000002" + "020000000001" + "0800"
            + "4500001D" + "12340000" + "0111" + "939A" + "0A000001" + "0A000002"
            + "0001" + "0002" + "0009" + "40D6" + "AB",
            Convert.ToHexString(packet));
    }

    [Fact]
    public void Checksums_of_any_TCP_UDP_and_ICMP_packet_verify()
    {
        var bytes = Gen.Byte.Array[0, 40];
        var transport = Gen.OneOf(Gen.Const("tcp"), Gen.Const("udp"), Gen.Const("icmp"));
        Gen.Select(transport, Gen.Bool, Gen.UShort, Gen.UShort, bytes, Gen.Byte.Array[4], Gen.Byte.Array[4]).Sample((name, six, first, second, payload, source, target) =>
        {
            var network = six
                ? Layer("ipv6", ("src", new IPAddress([.. source, .. source, .. target, .. source]).ToString()), ("dst", (byte[])[0x20, 1, 0, 0, .. target, .. target, .. source]))
                : Layer("ipv4", ("src", source), ("dst", new IPAddress(target)));
            var header = name == "icmp" ? Layer(name, ("id", first), ("sequence", second)) : Layer(name, ("sport", first), ("dport", second));
            var packet = Build(Layer("vlan"), network, header, Layer("payload", ("bytes", payload)));
            var ip = packet.AsSpan(18);
            var segment = ip[(six ? 40 : 20)..];
            if (!six) Assert.Equal(0, Sum(ip[..20], 0));
            byte protocol = name switch { "tcp" => 6, "udp" => 17, _ => six ? (byte)58 : (byte)1 };
            Assert.Equal(protocol, six ? ip[6] : ip[9]);
            Assert.Equal(segment.Length, six ? BinaryPrimitives.ReadUInt16BigEndian(ip[4..]) : BinaryPrimitives.ReadUInt16BigEndian(ip[2..]) - 20);
            // RFC 768: a receiver's sum over pseudo header and segment, checksum included, is all ones: complemented, zero.
            var pseudo = name == "icmp" && !six ? 0 : Words(six ? ip.Slice(8, 32) : ip.Slice(12, 8)) + protocol + (uint)segment.Length;
            Assert.Equal(0, Sum(segment, pseudo));
            Assert.True(segment.EndsWith(payload));
        });
    }

    [Fact]
    public void What_stands_before_the_first_layer_is_put_there()
    {
        Assert.Equal(14 + 20 + 20, Build(Layer("tcp")).Length);
        Assert.Equal(14 + 4 + 28, Build(Layer("vlan"), Layer("arp")).Length);
        Assert.Equal([1, 2, 3], Build(Layer("payload", ("bytes", "010203"))));
    }

    [Fact]
    public void Layers_may_nest_in_themselves()
    {
        var packet = Build(Layer("vlan", ("id", 5)), Layer("vlan", ("id", 6)), Layer("ipv4"), Layer("ipv6"), Layer("udp"));
        Assert.Equal(0x8100, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(12)));
        Assert.Equal(5, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(14)));
        Assert.Equal(0x8100, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(16)));
        Assert.Equal(0x0800, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(20)));
        Assert.Equal(41, packet[22 + 9]);
        Assert.Equal(17, packet[22 + 20 + 6]);
    }

    [Fact]
    public void What_is_given_is_never_filled_in()
    {
        var packet = Build(Layer("ipv4", ("checksum", 0x1111), ("length", 9), ("protocol", 99)), Layer("udp", ("checksum", 0), ("length", 3)));
        Assert.Equal(9, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(16)));
        Assert.Equal(99, packet[14 + 9]);
        Assert.Equal(0x1111, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(24)));
        Assert.Equal(3, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(34 + 4)));
        Assert.Equal(0, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(34 + 6)));
    }

    [Theory]
    [InlineData("SYN, ACK", 0x12)]
    [InlineData("fin", 0x01)]
    [InlineData("0x30", 0x30)]
    [InlineData("PSH+URG+CWR", 0xa8)]
    public void TCP_flags_are_names_or_a_number(string flags, byte bits)
    {
        Assert.Equal(bits, Build(Layer("tcp", ("flags", flags)))[14 + 20 + 13]);
    }

    [Fact]
    public void Options_pad_the_header_to_whole_words()
    {
        var packet = Build(Layer("tcp", ("options", "0204 05b4 01")));
        Assert.Equal(14 + 20 + 28, packet.Length);
        Assert.Equal(7 << 4, packet[14 + 20 + 12]);
    }

    [Theory]
    [InlineData("tpc", "dport", 1, "'tpc' is no packet layer; the layers are eth, vlan")]
    [InlineData("tcp", "port", 1, "Layer 'tcp' has no field 'port'; its fields are sport, dport")]
    [InlineData("tcp", "dport", 65536, "Field 'dport' of layer 'tcp' holds 16 bits; 65536 does not fit.")]
    [InlineData("tcp", "dport", "http", "Field 'dport' of layer 'tcp' is 'http', not a number.")]
    [InlineData("tcp", "flags", "SYN,NAK", "'NAK' is no TCP flag")]
    [InlineData("ipv4", "src", "10.1", "Field 'src' of layer 'ipv4' is '10.1', not an IPv4 address.")]
    [InlineData("ipv4", "src", "::1", "not an IPv4 address")]
    [InlineData("ipv6", "dst", "10.0.0.1", "not an IPv6 address")]
    [InlineData("eth", "dst", "00:11", "not an Ethernet address")]
    [InlineData("payload", "bytes", "xyz", "not a hexadecimal digit")]
    [InlineData("payload", "length", -40000, "does not fit")]
    public void A_slip_is_an_error_that_names_layer_and_field(string layer, string field, object value, string message)
    {
        var error = Assert.Throws<BpfException>(() => Build(Layer(layer, (field, value))));
        Assert.Equal("BPF0405", error.Id);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_signs_of_a_field_are_taken()
    {
        Assert.Equal(Build(Layer("tcp", ("seq", -1))), Build(Layer("tcp", ("seq", 0xffffffffL))));
    }

    [Theory]
    [InlineData("0x0a0B", "0A0B")]
    [InlineData(" 0a:0b-0c\n0d ", "0A0B0C0D")]
    public void Packet_text_may_be_spaced(string text, string bytes) => Assert.Equal(bytes, Convert.ToHexString(PacketText.Parse(text)));

    [Theory]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("abc")]
    [InlineData("0a 0x0b")]
    public void Packet_text_that_is_none_is_an_error(string text) => Assert.Equal("BPF0405", Assert.Throws<BpfException>(() => PacketText.Parse(text)).Id);

    private static byte[] Build(params PacketLayer[] layers) => PacketBuilder.Build(layers);

    private static PacketLayer Layer(string name, params (string Name, object? Value)[] fields) =>
        new(name, fields.ToDictionary(field => field.Name, field => field.Value));

    private static ulong Words(ReadOnlySpan<byte> bytes)
    {
        ulong sum = 0;
        for (var i = 0; i < bytes.Length; i++) sum += (ulong)bytes[i] << (i % 2 == 0 ? 8 : 0);
        return sum;
    }

    private static int Sum(ReadOnlySpan<byte> bytes, ulong start)
    {
        var sum = Words(bytes) + start;
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
        return (int)(~sum & 0xffff);
    }
}
