using System.Buffers.Binary;
using System.Net.Sockets;
using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>bpf_fib_lookup and bpf_check_mtu, over the environment's routes and devices.</summary>
internal static unsafe class RouteHelpers
{
    private const ulong LookupSize = 64;

    // BPF_FIB_LOOKUP_*: direct, output, skip neighbour, table id, source, mark.
    private const ulong KnownFlags = 63, SkipNeighbour = 4;

    private const byte FamilyInet = 2, FamilyInet6 = 10;

    // BPF_FIB_LKUP_RET_*.
    private const ulong Success = 0, NotForwarded = 4, NoNeighbour = 7, TooLong = 8;

    private const int EthernetHeader = 14, VlanHeader = 4, HardwareAddress = 6;

    public static ulong FibLookup(RunState run, ulong context, ulong parameters, ulong size, ulong flags, ulong r5)
    {
        if (size < LookupSize || (flags & ~KnownFlags) != 0) return Answer(Errno.EINVAL);
        var lookup = new Span<byte>((byte*)parameters, (int)LookupSize);
        var family = lookup[0] switch { FamilyInet => AddressFamily.InterNetwork, FamilyInet6 => AddressFamily.InterNetworkV6, _ => AddressFamily.Unknown };
        if (family == AddressFamily.Unknown) return Answer(Errno.EAFNOSUPPORT);
        if (!run.Engine.Interfaces.Contains(BinaryPrimitives.ReadUInt32LittleEndian(lookup[Fields.Device..]))) return Answer(Errno.ENODEV);
        var address = lookup.Slice(Fields.Destination, family == AddressFamily.InterNetwork ? 4 : 16);
        if (Find(run.Environment.Routes, family, address) is not { } route) return NotForwarded;
        if (route.Kind != RouteKind.Unicast) return route.Kind == RouteKind.Local ? NotForwarded : (ulong)route.Kind;

        var device = run.Environment.DeviceAt(route.Device);
        ushort length = BinaryPrimitives.ReadUInt16LittleEndian(lookup[Fields.Length..]);
        int mtu = device?.Mtu ?? ExecutionEnvironment.DefaultMtu;
        if (length > mtu)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(lookup[Fields.Length..], (ushort)mtu);
            return TooLong;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(lookup[Fields.Metric..], route.Metric);
        BinaryPrimitives.WriteUInt32LittleEndian(lookup[Fields.Device..], route.Device);
        if (route.Gateway is { } gateway && gateway.AddressFamily == family) gateway.TryWriteBytes(address, out _);
        if ((flags & SkipNeighbour) == 0)
        {
            if (route.NextHop is not { Count: HardwareAddress } next) return NoNeighbour;
            for (int index = 0; index < HardwareAddress; index++)
            {
                lookup[Fields.NextHop + index] = next[index];
                lookup[Fields.Source + index] = device is { Address.Count: HardwareAddress } ? device.Address[index] : (byte)0;
            }
        }

        lookup.Slice(Fields.Vlan, sizeof(uint)).Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(lookup[Fields.Length..], (ushort)Math.Min(mtu, ushort.MaxValue));

        // Where no length is said, a packet's own counts; frames of XDP are not asked.
        bool isXdp = run.Program.Type.Type == ProgramType.Xdp;
        return length == 0 && !isXdp && run.DataEnd - run.Data > mtu + EthernetHeader + VlanHeader ? TooLong : Success;
    }

    /// <summary>bpf_check_mtu: whether the packet, with so many bytes more, fits an interface.</summary>
    public static ulong CheckMtu(RunState run, ulong context, ulong device, ulong length, ulong difference, ulong flags)
    {
        const ulong segments = 1, fragmentationNeeded = 1;
        bool isXdp = run.Program.Type.Type == ProgramType.Xdp;
        if (isXdp ? flags != 0 : (flags & ~segments) != 0) return Answer(Errno.EINVAL);
        uint index = (uint)device;
        if (index == 0) index = isXdp ? XdpInput.DefaultInterface : SkbRecord.Device(run);
        if (!run.Engine.Interfaces.Contains(index)) return Answer(Errno.ENODEV);
        int mtu = run.Environment.DeviceAt(index)?.Mtu ?? ExecutionEnvironment.DefaultMtu;
        uint given = *(uint*)length;
        long packet = (given != 0 ? given + EthernetHeader : run.DataEnd - run.Data) + (int)difference;
        *(uint*)length = (uint)mtu;
        return packet <= mtu + EthernetHeader ? 0 : fragmentationNeeded;
    }

    private static Route? Find(IReadOnlyList<Route> routes, AddressFamily family, ReadOnlySpan<byte> address)
    {
        Route? best = null;
        for (int index = 0; index < routes.Count; index++)
        {
            var route = routes[index];
            if (route.Holds(family, address) && (best is null || route.Destination.PrefixLength > best.Destination.PrefixLength)) best = route;
        }

        return best;
    }

    private static ulong Answer(Errno error) => (ulong)-(long)error;

    /// <summary>Offsets in struct bpf_fib_lookup.</summary>
    private static class Fields
    {
        public const int Length = 6, Device = 8, Metric = 12, Destination = 32, Vlan = 48, Source = 52, NextHop = 58;
    }
}
