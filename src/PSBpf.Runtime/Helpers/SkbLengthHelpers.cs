using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>Helpers that make packets of classifiers longer and shorter: room for headers, tails, tags of virtual networks.</summary>
internal static unsafe class SkbLengthHelpers
{
    // SKB_MAX_ALLOC: four pages less what the kernel keeps there for itself.
    private const int Longest = 4 * 4096 - 320;

    private const int EthernetHeader = 14, Ipv4Header = 20, Ipv6Header = 40, TagSize = 4, AddressesSize = 12;

    // EtherTypes in network order, as the record has them.
    private const uint Ipv4 = 0x0008, Ipv6 = 0xdd86, Tag = 0x0081, ServiceTag = 0xa888;

    // BPF_F_ADJ_ROOM_*.
    private const ulong FixedSegments = 1, EncapsulateIpv4 = 2, EncapsulateIpv6 = 4, EncapsulateGre = 8, EncapsulateUdp = 16, KeepChecksum = 32, EncapsulateEthernet = 64,
        UncoverIpv4 = 128, UncoverIpv6 = 256, InnerLink = 0xffUL << 56;

    private const ulong KnownRoom = FixedSegments | EncapsulateIpv4 | EncapsulateIpv6 | EncapsulateGre | EncapsulateUdp | KeepChecksum | EncapsulateEthernet | UncoverIpv4 | UncoverIpv6 | InnerLink;

    /// <summary>bpf_skb_change_tail.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong ChangeTail(RunState run, ulong context, ulong length, ulong flags, ulong r4, ulong r5)
    {
        long least = Math.Max(run.NetworkHeader - run.Data, 0);
        if (flags != 0 || (uint)length > Longest || (uint)length < least) return Answer(Errno.EINVAL);
        run.MoveEnd((int)((uint)length - (run.DataEnd - run.Data)));
        return 0;
    }

    /// <summary>bpf_skb_change_head: room for a link header in front, zeroed.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong ChangeHead(RunState run, ulong context, ulong room, ulong flags, ulong r4, ulong r5)
    {
        long length = run.DataEnd - run.Data;
        if (flags != 0 || length + (uint)room > Longest) return Answer(Errno.EINVAL);
        run.Insert(0, (int)room);

        // The link header begins at the new front, the network header stays where it was.
        run.LinkHeader = run.Data;
        run.NetworkHeader += (uint)room;
        return 0;
    }

    /// <summary>bpf_skb_adjust_room: room behind the link header or behind the network header, or less of it.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong AdjustRoom(RunState run, ulong context, ulong difference, ulong mode, ulong flags, ulong r5)
    {
        const uint network = 0, link = 1;
        const long most = 0xfff;
        int change = (int)difference;
        uint protocol = SkbRecord.Protocol(run);
        if ((flags & ~KnownRoom) != 0) return Answer(Errno.EINVAL);
        if (Math.Abs((long)change) > most) return Answer(Errno.EFAULT);
        if (protocol is not (Ipv4 or Ipv6) || (uint)mode is not (network or link)) return Answer(Errno.ENOTSUPP);
        int own = HeaderOf(protocol), least = own;
        int offset = (int)(run.NetworkHeader - run.LinkHeader) + ((uint)mode == network ? own : 0);
        if ((flags & (UncoverIpv4 | UncoverIpv6)) is var uncovered and not 0)
        {
            if (change >= 0 || uncovered == (UncoverIpv4 | UncoverIpv6)) return Answer(Errno.EINVAL);
            least = uncovered == UncoverIpv4 ? Ipv4Header : Ipv6Header;
        }

        long length = run.DataEnd - run.Data, behind = run.DataEnd - run.NetworkHeader;
        if (change < 0 ? -change >= behind || behind + change < least : length + change > Longest) return Answer(Errno.ENOTSUPP);
        var error = change < 0 ? Shrink(run, offset, -change, flags) : Grow(run, offset, change, flags);
        if (error == Errno.None && (flags & KeepChecksum) == 0) run.ChecksumLevel = -1;
        return Answer(error);
    }

    /// <summary>bpf_skb_change_proto: from IPv4 to IPv6 and back, 20 bytes more or less.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong ChangeProtocol(RunState run, ulong context, ulong protocol, ulong flags, ulong r4, ulong r5)
    {
        if (flags != 0) return Answer(Errno.EINVAL);
        uint from = SkbRecord.Protocol(run), to = (ushort)protocol;
        if (from == to || from is not (Ipv4 or Ipv6) || to is not (Ipv4 or Ipv6)) return Answer(Errno.ENOTSUPP);
        int offset = (int)(run.NetworkHeader - run.LinkHeader), change = HeaderOf(to) - HeaderOf(from);
        if (change > 0) run.Insert(offset, change);
        else if (run.DataEnd - run.Data < offset - change) return Answer(Errno.ENOMEM);
        else run.Cut(offset, -change);
        SkbRecord.Protocol(run) = to;
        SkbRecord.Hash(run) = 0;
        return 0;
    }

    /// <summary>bpf_skb_vlan_push: the tag stands beside the packet; one that stood there goes into it.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong PushVlan(RunState run, ulong context, ulong protocol, ulong tag, ulong r4, ulong r5)
    {
        if (SkbRecord.VlanPresent(run) != 0)
        {
            if (run.DataEnd - run.Data < AddressesSize) return Answer(Errno.ENOMEM);
            uint outer = SkbRecord.VlanProtocol(run);
            run.Insert(AddressesSize, TagSize);
            *(ushort*)(run.Data + AddressesSize) = (ushort)outer;
            *(ushort*)(run.Data + AddressesSize + 2) = BinaryPrimitives.ReverseEndianness((ushort)SkbRecord.VlanTag(run));
            SkbRecord.Protocol(run) = outer;
        }

        PutTag(run, (ushort)protocol is (ushort)ServiceTag or (ushort)Tag ? (ushort)protocol : Tag, (ushort)tag);
        return 0;
    }

    /// <summary>bpf_skb_vlan_pop: the tag beside the packet goes, and the next one in the packet takes its place.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong PopVlan(RunState run, ulong context, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        if (SkbRecord.VlanPresent(run) != 0)
        {
            SkbRecord.VlanPresent(run) = SkbRecord.VlanTag(run) = SkbRecord.VlanProtocol(run) = 0;
        }
        else
        {
            if (!IsTag(SkbRecord.Protocol(run))) return 0;
            if (!TakeTag(run, out _)) return Answer(Errno.ENOMEM);
        }

        uint next = SkbRecord.Protocol(run);
        if (!IsTag(next)) return 0;
        if (!TakeTag(run, out ushort tag)) return Answer(Errno.ENOMEM);
        PutTag(run, next, tag);
        return 0;
    }

    private static Errno Grow(RunState run, int offset, int bytes, ulong flags)
    {
        bool encapsulates = (flags & (EncapsulateIpv4 | EncapsulateIpv6)) != 0;
        uint protocol = SkbRecord.Protocol(run);
        if (encapsulates)
        {
            uint innerLink = (uint)(flags >> 56);
            if (Has(EncapsulateIpv4 | EncapsulateIpv6) || Has(EncapsulateGre | EncapsulateUdp) || (Has(EncapsulateEthernet) && innerLink < EthernetHeader)) return Errno.EINVAL;
            if (run.IsEncapsulated) return Errno.EALREADY;
            if (innerLink > bytes) return Errno.EINVAL;
        }

        run.Insert(offset, bytes);
        if (!encapsulates) return Errno.None;
        run.IsEncapsulated = true;
        if (protocol == Ipv4 && Has(EncapsulateIpv6)) SkbRecord.Protocol(run) = Ipv6;
        else if (protocol == Ipv6 && Has(EncapsulateIpv4)) SkbRecord.Protocol(run) = Ipv4;
        return Errno.None;

        bool Has(ulong all) => (flags & all) == all;
    }

    private static Errno Shrink(RunState run, int offset, int bytes, ulong flags)
    {
        if ((flags & ~(FixedSegments | UncoverIpv4 | UncoverIpv6 | KeepChecksum)) != 0) return Errno.EINVAL;
        if (run.DataEnd - run.Data < offset + bytes) return Errno.ENOMEM;
        run.Cut(offset, bytes);
        uint protocol = SkbRecord.Protocol(run);
        if (protocol == Ipv4 && (flags & UncoverIpv6) != 0) SkbRecord.Protocol(run) = Ipv6;
        else if (protocol == Ipv6 && (flags & UncoverIpv4) != 0) SkbRecord.Protocol(run) = Ipv4;
        return Errno.None;
    }

    private static void PutTag(RunState run, uint protocol, ushort tag)
    {
        SkbRecord.VlanPresent(run) = 1;
        SkbRecord.VlanTag(run) = tag;
        SkbRecord.VlanProtocol(run) = protocol;
    }

    // Takes the tag out of the packet; what follows it is the packet's protocol then.
    private static bool TakeTag(RunState run, out ushort tag)
    {
        tag = 0;
        if (run.DataEnd - run.Data < EthernetHeader + TagSize) return false;
        tag = BinaryPrimitives.ReverseEndianness(*(ushort*)(run.Data + AddressesSize + 2));
        ushort inner = *(ushort*)(run.Data + AddressesSize + TagSize);
        bool isType = BinaryPrimitives.ReverseEndianness(inner) >= 0x600;
        bool isRaw = !isType && run.DataEnd - run.Data >= EthernetHeader + TagSize + 2 && *(ushort*)(run.Data + EthernetHeader + TagSize) == 0xffff;
        SkbRecord.Protocol(run) = isType ? inner : BinaryPrimitives.ReverseEndianness((ushort)(isRaw ? 1 : 4));
        byte* network = run.NetworkHeader;
        run.Cut(AddressesSize, TagSize);
        run.NetworkHeader = network - run.Data < EthernetHeader ? run.Data + EthernetHeader : network;
        return true;
    }

    private static int HeaderOf(uint protocol) => protocol == Ipv4 ? Ipv4Header : Ipv6Header;

    private static bool IsTag(uint protocol) => protocol is Tag or ServiceTag;

    private static ulong Answer(Errno error) => (ulong)-(long)error;
}
