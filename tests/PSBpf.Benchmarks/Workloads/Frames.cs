using System.Buffers.Binary;
using System.Text;

namespace PSBpf.Benchmarks.Workloads;

/// <summary>The packets that programs run on.</summary>
internal static class Frames
{
    private const int Ethernet = 14, Ipv4 = 20, Ipv6 = 40, Tcp = 20, Udp = 8, Vxlan = 8, Gre = 4;
    private const byte ProtocolTcp = 6, ProtocolUdp = 17, ProtocolGre = 47;
    private const ushort EtherIpv4 = 0x0800, EtherIpv6 = 0x86dd, EtherVlan = 0x8100, EtherLocal = 0x88b5;

    private static readonly uint VirtualAddress = 0xac10010a; // 172.16.1.10

    /// <summary>Bytes of no meaning behind an Ethernet header of the local experimental type.</summary>
    public static byte[] Noise(int length)
    {
        var frame = new byte[length];
        new Random(length).NextBytes(frame);
        frame[0] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), EtherLocal);
        return frame;
    }

    /// <summary>Noise whose bytes 16 to 735 come again at 736.</summary>
    public static byte[] Doubled()
    {
        var frame = Noise(1514);
        frame.AsSpan(16, 720).CopyTo(frame.AsSpan(736));
        return frame;
    }

    /// <summary>Text behind an Ethernet header.</summary>
    public static byte[] Text()
    {
        var random = new Random(7);
        string[] words = ["packet", "route", "the", "a", "X_forwarded", "Host", "cache", "of", "is", "to", "80", "443", "1024", "65535", "GET", "via"];
        string[] gaps = [" ", " ", " ", ", ", "; ", "\n", ": ", "=", "  ", "\t"];
        var text = new StringBuilder();
        while (text.Length < 512) text.Append(words[random.Next(words.Length)]).Append(gaps[random.Next(gaps.Length)]);
        var frame = Noise(Ethernet + 512);
        Encoding.ASCII.GetBytes(text.ToString(0, 512)).CopyTo(frame, Ethernet);
        return frame;
    }

    /// <summary>Sixteen frames of 64 bytes.</summary>
    public static byte[] Sixteen()
    {
        var all = new byte[16 * 64 + 32];
        for (int index = 0; index < 16; index++)
        {
            int at = index * 64;
            bool tagged = index % 4 == 1;
            var target = all.AsSpan(at, 64);
            int network = Ethernet + (tagged ? 4 : 0);
            WriteEthernet(target, tagged ? EtherVlan : index % 7 == 6 ? (ushort)0x0806 : EtherIpv4);
            if (tagged)
            {
                BinaryPrimitives.WriteUInt16BigEndian(target[14..], (ushort)(100 + index));
                BinaryPrimitives.WriteUInt16BigEndian(target[16..], EtherIpv4);
            }

            bool udp = index % 3 == 2;
            int length = Math.Min(64 - network, Ipv4 + (udp ? Udp : Tcp) + 6);
            WriteIpv4(target[network..], udp ? ProtocolUdp : ProtocolTcp, length, 0x0a000001u + (uint)index, VirtualAddress);
            if (udp) WriteUdp(target[(network + Ipv4)..], 4000 + index, 53, length - Ipv4);
            else WriteTcp(target[(network + Ipv4)..], 4000 + index, 443);
        }

        return all;
    }

    /// <summary>TCP in IPv4, in a VLAN or not.</summary>
    public static byte[] Ipv4Tcp(uint source, uint target, int targetPort, bool tagged = false)
    {
        int network = Ethernet + (tagged ? 4 : 0);
        var frame = new byte[network + Ipv4 + Tcp + 64];
        WriteEthernet(frame, tagged ? EtherVlan : EtherIpv4);
        if (tagged)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(14), 42);
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(16), EtherIpv4);
        }

        WriteIpv4(frame.AsSpan(network), ProtocolTcp, frame.Length - network, source, target);
        WriteTcp(frame.AsSpan(network + Ipv4), 51234, targetPort);
        return frame;
    }

    /// <summary>UDP in IPv6, to the load balancer's name service.</summary>
    public static byte[] Ipv6Udp()
    {
        var frame = new byte[Ethernet + Ipv6 + Udp + 48];
        WriteEthernet(frame, EtherIpv6);
        WriteIpv6(frame.AsSpan(Ethernet), ProtocolUdp, Udp + 48);
        WriteUdp(frame.AsSpan(Ethernet + Ipv6), 40000, 53, Udp + 48);
        return frame;
    }

    /// <summary>TCP in IPv4 in Ethernet in VXLAN in UDP in IPv4.</summary>
    public static byte[] VxlanTcp()
    {
        var inner = Ipv4Tcp(0x0a020304, VirtualAddress, 443);
        int head = Ethernet + Ipv4 + Udp + Vxlan;
        var frame = new byte[head + inner.Length];
        WriteEthernet(frame, EtherIpv4);
        WriteIpv4(frame.AsSpan(Ethernet), ProtocolUdp, frame.Length - Ethernet, 0xc0a80001, 0xc0a80002);
        WriteUdp(frame.AsSpan(Ethernet + Ipv4), 60000, 4789, frame.Length - Ethernet - Ipv4);
        frame[head - Vxlan] = 8;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(head - 4), 77u << 8);
        inner.CopyTo(frame, head);
        return frame;
    }

    /// <summary>TCP in IPv6 in GRE in IPv4.</summary>
    public static byte[] GreIpv6()
    {
        int head = Ethernet + Ipv4 + Gre;
        var frame = new byte[head + Ipv6 + Tcp + 40];
        WriteEthernet(frame, EtherIpv4);
        WriteIpv4(frame.AsSpan(Ethernet), ProtocolGre, frame.Length - Ethernet, 0xc0a80001, 0xc0a80002);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(head - 2), EtherIpv6);
        WriteIpv6(frame.AsSpan(head), ProtocolTcp, Tcp + 40);
        WriteTcp(frame.AsSpan(head + Ipv6), 40001, 443);
        return frame;
    }

    private static void WriteEthernet(Span<byte> at, ushort type)
    {
        ((ReadOnlySpan<byte>)[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]).CopyTo(at);
        BinaryPrimitives.WriteUInt16BigEndian(at[12..], type);
    }

    private static void WriteIpv4(Span<byte> at, byte protocol, int length, uint source, uint target)
    {
        at[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(at[2..], (ushort)length);
        BinaryPrimitives.WriteUInt16BigEndian(at[4..], 0x1234);
        at[8] = 61;
        at[9] = protocol;
        BinaryPrimitives.WriteUInt32BigEndian(at[12..], source);
        BinaryPrimitives.WriteUInt32BigEndian(at[16..], target);
        uint sum = 0;
        for (int word = 0; word < Ipv4; word += 2) sum += BinaryPrimitives.ReadUInt16BigEndian(at[word..]);
        sum = (sum & 0xffff) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(at[10..], (ushort)~(sum + (sum >> 16)));
    }

    private static void WriteIpv6(Span<byte> at, byte next, int length)
    {
        at[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(at[4..], (ushort)length);
        at[6] = next;
        at[7] = 61;
        ((ReadOnlySpan<byte>)[0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]).CopyTo(at[8..]);
        ((ReadOnlySpan<byte>)[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0a]).CopyTo(at[24..]);
    }

    private static void WriteTcp(Span<byte> at, int source, int target)
    {
        BinaryPrimitives.WriteUInt16BigEndian(at, (ushort)source);
        BinaryPrimitives.WriteUInt16BigEndian(at[2..], (ushort)target);
        BinaryPrimitives.WriteUInt32BigEndian(at[4..], 0x01020304);
        at[12] = 0x50;
        at[13] = 0x18;
        BinaryPrimitives.WriteUInt16BigEndian(at[16..], 0xbeef);
    }

    private static void WriteUdp(Span<byte> at, int source, int target, int length)
    {
        BinaryPrimitives.WriteUInt16BigEndian(at, (ushort)source);
        BinaryPrimitives.WriteUInt16BigEndian(at[2..], (ushort)target);
        BinaryPrimitives.WriteUInt16BigEndian(at[4..], (ushort)length);
        BinaryPrimitives.WriteUInt16BigEndian(at[6..], 0xcafe);
    }
}
