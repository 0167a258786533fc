using System.Buffers.Binary;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Contexts;

/// <summary>
/// Packets for programs that see a struct __sk_buff. The kernel's test run takes an Ethernet frame that came in through
/// the loopback device; only classifiers and actions then see the Ethernet header, the others start at the network layer.
/// </summary>
internal sealed unsafe class SkbInput(bool seesLinkHeader) : RunInput
{
    private const int EthernetHeader = 14, Ipv4Header = 20, Ipv6Header = 40;
    private const ushort EtherTypeIpv4 = 0x0800, EtherTypeIpv6 = 0x86dd;
    private const uint FamilyInet = 2, FamilyInet6 = 10;
    private const uint LongestSegmented = 65536, MostSegments = 65535;
    private const uint PacketHost = 0, PacketMulticast = 2, PacketOtherHost = 3;

    private static readonly ContextLayout Layout = ContextLayouts.SchedSkb;

    // What a test run takes from a given context, as (first byte, one past the last) of struct __sk_buff.
    private static readonly (int Start, int End)[] Accepted =
        [.. ((string[])["mark", "priority", "ingress_ifindex", "ifindex", "cb", "tstamp", "wire_len", "gso_segs", "gso_size", "hwtstamp"])
            .Select(name => Layout.Fields.First(field => field.Name == name))
            .Select(field => (field.Offset, field.Offset + field.Size))];

    private static readonly int Length = At("len"), Type = At("pkt_type"), Protocol = At("protocol"), Device = At("ifindex"), Ingress = At("ingress_ifindex"), Family = At("family"),
        Remote4 = At("remote_ip4"), Local4 = At("local_ip4"), Remote6 = At("remote_ip6"), Local6 = At("local_ip6"), WireLength = At("wire_len"), Segments = At("gso_segs"), SegmentSize = At("gso_size"), Socket = At("sk");

    /// <summary>For classifiers and actions.</summary>
    public static SkbInput Layer2 { get; } = new(seesLinkHeader: true);

    /// <summary>For socket filters and cgroups.</summary>
    public static SkbInput Layer3 { get; } = new(seesLinkHeader: false);

    /// <inheritdoc/>
    public override bool HasPacket => true;

    /// <inheritdoc/>
    public override void Check(ProgramTypeInfo type, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> context)
    {
        if (context.IsEmpty) return;
        CheckLength(type, context);
        int at = 0;
        foreach (var (start, end) in Accepted.Append((Layout.Size, Layout.Size)))
        {
            for (; at < Math.Min(start, context.Length); at++)
            {
                if (context[at] != 0)
                    throw Refuse(type, $"{Layout.FieldAt(at)?.Name ?? $"byte {at}"} of the context is set, which only the packet decides", Errno.EINVAL);
            }

            at = end;
        }

        uint wire = Get(context, WireLength), segments = Get(context, Segments);
        int length = Math.Max(packet.Length - (seesLinkHeader ? 0 : EthernetHeader), 0);
        if (wire != 0 && (wire < length || wire > LongestSegmented)) throw Refuse(type, $"wire_len is {wire}; the packet has {length} bytes, a segmented one at most {LongestSegmented}", Errno.EINVAL);
        if (segments > MostSegments) throw Refuse(type, $"gso_segs is {segments}; the most is {MostSegments}", Errno.EINVAL);
    }

    /// <inheritdoc/>
    public override void Fill(RunState run, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> context)
    {
        run.Packet.Fill(packet);
        run.OpenRecord(0);
        byte* start = run.Packet.Origin, end = start + packet.Length;
        byte* network = start + Math.Min(EthernetHeader, packet.Length);
        run.LinkHeader = start;
        run.ChecksumLevel = -1;
        run.IsEncapsulated = false;
        if (run.Tunnel is { } tunnel) tunnel.IsSet = false;
        run.NetworkHeader = network;
        byte* data = seesLinkHeader ? start : network;
        run.SetPacket(data, end, data);

        var fields = new Span<byte>(run.Record + ContextView.FieldsOffset, Layout.Size);
        fields.Clear();
        Set(fields, Length, (uint)(end - data));
        Set(fields, WireLength, (uint)(end - data));
        Set(fields, Device, XdpInput.DefaultInterface);
        if (packet.Length >= EthernetHeader) FillFromHeaders(fields, packet);
        foreach (var (from, to) in Accepted)
        {
            // Zero means "as it is" for a device and a length; the rest starts at zero anyway.
            var given = from < context.Length ? context[from..Math.Min(to, context.Length)] : [];
            if (given.ContainsAnyExcept((byte)0)) given.CopyTo(fields[from..]);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(fields[Socket..], run.PacketSocket);

        // The kernel keeps it in 16 bits.
        Set(fields, SegmentSize, (ushort)Get(fields, SegmentSize));
    }

    /// <inheritdoc/>
    public override void Fill(RunState run, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> context, uint device, bool arrives)
    {
        Fill(run, packet, context);
        var fields = new Span<byte>(run.Record + ContextView.FieldsOffset, Layout.Size);
        if (context.Length < Device + sizeof(uint) || Get(context, Device) == 0) Set(fields, Device, device);
        if (arrives && (context.Length < Ingress + sizeof(uint) || Get(context, Ingress) == 0)) Set(fields, Ingress, device);
    }

    /// <summary>The frame with its Ethernet header; where the program did not see that, zeros stand for it.</summary>
    public override byte[] ReadPacket(RunState run)
    {
        int header = seesLinkHeader ? 0 : (int)(run.NetworkHeader - run.LinkHeader);
        var frame = new byte[header + (int)(run.DataEnd - run.Data)];
        new ReadOnlySpan<byte>(run.Data, (int)(run.DataEnd - run.Data)).CopyTo(frame.AsSpan(header));
        return frame;
    }

    /// <summary>What was given comes back with the fields that a test run sets, as the kernel hands it out; without that, what the program saw.</summary>
    public override byte[] ReadContext(RunState run, ReadOnlySpan<byte> input)
    {
        var fields = new ReadOnlySpan<byte>(run.Record + ContextView.FieldsOffset, Layout.Size);
        var context = new byte[Layout.Size];
        if (input.IsEmpty)
        {
            fields.CopyTo(context);
            context.AsSpan(Socket, sizeof(ulong)).Clear();
            return context;
        }

        input[..Math.Min(input.Length, context.Length)].CopyTo(context);
        foreach (var (from, to) in Accepted)
            if (from != SegmentSize) fields[from..to].CopyTo(context.AsSpan(from));
        return context;
    }

    private static void FillFromHeaders(Span<byte> fields, ReadOnlySpan<byte> packet)
    {
        ushort etherType = BinaryPrimitives.ReadUInt16BigEndian(packet[12..]);
        var network = packet[EthernetHeader..];

        // Lengths instead of types are IEEE 802.3 frames: ETH_P_802_2, or ETH_P_802_3 for raw IPX.
        ushort protocol = etherType >= 0x600 ? etherType : (ushort)(network.StartsWith((ReadOnlySpan<byte>)[0xff, 0xff]) ? 1 : 4);
        Set(fields, Protocol, BinaryPrimitives.ReverseEndianness(protocol));
        var destination = packet[..6];

        // The loopback device's address is zero, and so is what it takes for broadcast: ff:ff:ff:ff:ff:ff is multicast there.
        Set(fields, Type, (destination[0] & 1) != 0 ? PacketMulticast : destination.ContainsAnyExcept((byte)0) ? PacketOtherHost : PacketHost);
        if (etherType == EtherTypeIpv4)
        {
            Set(fields, Family, FamilyInet);
            if (network.Length < Ipv4Header) return;
            network[12..16].CopyTo(fields[Local4..]);
            network[16..20].CopyTo(fields[Remote4..]);
        }
        else if (etherType == EtherTypeIpv6)
        {
            Set(fields, Family, FamilyInet6);
            if (network.Length < Ipv6Header) return;
            network[8..24].CopyTo(fields[Local6..]);
            network[24..40].CopyTo(fields[Remote6..]);
        }
    }

    private static int At(string name) => Layout.Fields.First(field => field.Name == name).Offset;

    private static uint Get(ReadOnlySpan<byte> context, int offset) =>
        offset + 4 <= context.Length ? BinaryPrimitives.ReadUInt32LittleEndian(context[offset..]) : 0;

    private static void Set(Span<byte> fields, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(fields[offset..], value);
}
