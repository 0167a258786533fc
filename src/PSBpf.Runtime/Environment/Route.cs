using System.Net;
using System.Net.Sockets;

namespace PSBpf.Runtime.Environment;

/// <summary>A row of the routing table that bpf_fib_lookup looks into.</summary>
/// <param name="Destination">Where packets go to.</param>
/// <param name="Device">The interface that they leave by: its ifindex.</param>
public sealed record Route(IPNetwork Destination, uint Device)
{
    /// <summary>The next hop; null when the destination is on the link itself.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>The hardware address of the next hop, 6 bytes; null when nobody knows it yet.</summary>
    public IReadOnlyList<byte>? NextHop { get; init; }

    /// <summary>What bpf_fib_lookup tells as rt_metric.</summary>
    public uint Metric { get; init; }

    /// <summary>What becomes of packets.</summary>
    public RouteKind Kind { get; init; }

    /// <summary>Whether it is for addresses of a family and holds one.</summary>
    internal bool Holds(AddressFamily family, ReadOnlySpan<byte> address)
    {
        if (Destination.BaseAddress.AddressFamily != family) return false;
        Span<byte> own = stackalloc byte[16];
        Destination.BaseAddress.TryWriteBytes(own, out int length);
        int bits = Destination.PrefixLength, whole = bits / 8;
        return length == address.Length && own[..whole].SequenceEqual(address[..whole])
            && (bits % 8 == 0 || (own[whole] ^ address[whole]) >> (8 - bits % 8) == 0);
    }
}

/// <summary>What a route does with packets.</summary>
public enum RouteKind
{
    /// <summary>Forwards them.</summary>
    Unicast,

    /// <summary>Drops them silently.</summary>
    Blackhole,

    /// <summary>Drops them and says that the destination cannot be reached.</summary>
    Unreachable,

    /// <summary>Drops them and says that it is forbidden.</summary>
    Prohibit,

    /// <summary>They are for this machine.</summary>
    Local,
}
