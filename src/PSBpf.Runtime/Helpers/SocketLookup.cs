using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using PSBpf.Runtime.Environment;

namespace PSBpf.Runtime.Helpers;

/// <summary>Which socket of the environment a packet goes to, as the kernel decides: a connection before who listens, an address before any address, a device before any device.</summary>
internal static class SocketLookup
{
    // struct bpf_sock_tuple: both addresses, then both ports, the packet's source first.
    private const int Tuple4 = 12, Tuple6 = 36;

    private const int Connection = 64, OwnAddress = 32, OwnRemote = 8, OwnDevice = 4, OwnFamily = 1;

    /// <summary>Finds it.</summary>
    /// <param name="environment">The world.</param>
    /// <param name="protocol">TCP or UDP.</param>
    /// <param name="tuple">A struct bpf_sock_tuple of 12 or 36 bytes.</param>
    /// <param name="device">Where the packet came in.</param>
    public static SocketIdentity? Find(ExecutionEnvironment environment, SocketProtocol protocol, ReadOnlySpan<byte> tuple, uint device)
    {
        if (tuple.Length is not (Tuple4 or Tuple6)) return null;
        int length = tuple.Length == Tuple4 ? 4 : 16;
        SocketIdentity? best = null;
        int most = -1;
        for (int index = 0; index < environment.Sockets.Count; index++)
        {
            var socket = environment.Sockets[index];
            int score = socket.Protocol == protocol ? Score(socket, tuple[..length], tuple[length..(2 * length)], tuple[(2 * length)..], device) : -1;
            if (score > most) (best, most) = (socket, score);
        }

        return best;
    }

    private static int Score(SocketIdentity socket, ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination, ReadOnlySpan<byte> ports, uint device)
    {
        ushort sourcePort = BinaryPrimitives.ReadUInt16BigEndian(ports), destinationPort = BinaryPrimitives.ReadUInt16BigEndian(ports[2..]);
        if (socket.Local is not { } local || local.Port != destinationPort || (socket.Device != 0 && socket.Device != device)) return -1;
        int score = socket.Device != 0 ? OwnDevice : 0;
        var family = destination.Length == 4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        if (local.AddressFamily == family) score += OwnFamily;
        if (IsAny(local.Address, family))
        {
            // Who is connected has an address of its own.
        }
        else if (Equal(local.Address, destination)) score += OwnAddress;
        else return -1;

        bool connected = socket.Remote is not null;
        if (socket.Protocol == SocketProtocol.Tcp && !connected) return socket.State == SocketState.Listen ? score : -1;
        if (!connected) return score;
        if (!Equal(socket.Remote!.Address, source) || socket.Remote.Port != sourcePort) return -1;
        return score + (socket.Protocol == SocketProtocol.Tcp ? Connection : OwnRemote);
    }

    // A socket of IPv6 that takes any address takes packets of IPv4 as well.
    private static bool IsAny(IPAddress address, AddressFamily family) =>
        address.Equals(IPAddress.IPv6Any) || (address.Equals(IPAddress.Any) && family == AddressFamily.InterNetwork);

    private static bool Equal(IPAddress address, ReadOnlySpan<byte> bytes)
    {
        Span<byte> own = stackalloc byte[16];
        return address.TryWriteBytes(own, out int length) && own[..length].SequenceEqual(bytes);
    }
}
