using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>What routers and schedulers read of packets: congestion marks, times to be sent at, realms.</summary>
internal static unsafe class SkbMarkHelpers
{
    // EtherTypes in network order, as the record has them.
    private const uint Ipv4 = 0x0008, Ipv6 = 0xdd86;

    private const int Ipv4Header = 20, Ipv6Header = 40;

    // RFC 3168: the two low bits of the traffic class.
    private const int Capable = 3, Congested = 3;

    // enum BPF_SKB_CLOCK_*.
    private const uint Realtime = 0, Tai = 2;

    /// <summary>bpf_skb_ecn_set_ce: 1 when the packet says that there is congestion, 0 when its ends do not want to know.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong SetCongestion(RunState run, ulong context, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        byte* header = run.NetworkHeader;
        uint protocol = SkbRecord.Protocol(run);
        int length = protocol == Ipv4 ? Ipv4Header : Ipv6Header;
        if (protocol is not (Ipv4 or Ipv6) || header < run.Data || run.DataEnd - header < length) return 0;
        if (protocol == Ipv6)
        {
            // The traffic class begins in the middle of the first byte.
            if ((header[1] >> 4 & Capable) == 0) return 0;
            header[1] |= Congested << 4;
            return 1;
        }

        int mark = header[1] & Capable;
        if (mark == 0) return 0;
        if (mark == Congested) return 1;
        header[1] |= Congested;

        // RFC 1624: the sum of the header's words, of which one became greater, stays the same.
        int sum = BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(header + 10, 2)) + ushort.MaxValue - (Congested - mark);
        BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(header + 10, 2), (ushort)(sum + (sum >= ushort.MaxValue ? 1 : 0)));
        return 1;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong SetTimestamp(RunState run, ulong context, ulong time, ulong clock, ulong r4, ulong r5)
    {
        if (SkbRecord.Protocol(run) is not (Ipv4 or Ipv6)) return Answer(Errno.EOPNOTSUPP);
        if ((uint)clock > Tai || ((uint)clock != Realtime && time == 0)) return Answer(Errno.EINVAL);
        SkbRecord.Timestamp(run) = time;
        SkbRecord.TimestampClock(run) = (byte)clock;
        return 0;
    }

    /// <summary>bpf_get_route_realm: packets of the engine were not routed yet.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong GetRouteRealm(RunState run, ulong context, ulong r2, ulong r3, ulong r4, ulong r5) => 0;

    private static ulong Answer(Errno error) => (ulong)-(long)error;
}
