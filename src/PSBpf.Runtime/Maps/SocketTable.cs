using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// The sockets that environments named, each with memory in which programs read it: struct bpf_sock, struct bpf_tcp_sock and struct bpf_xdp_sock, as
/// the UAPI lays them out. A socket stays for as long as the engine, since maps and values may belong to it.
/// </summary>
internal sealed unsafe class SocketTable
{
    private const int Span = 512, TcpOffset = 128, XdpOffset = 256;
    private const uint FamilyInet = 2, FamilyInet6 = 10, FamilyXdp = 44;
    private const uint Stream = 1, Datagram = 2, Raw = 3, ProtocolTcp = 6, ProtocolUdp = 17;

    // What a connection begins with: TCP_INIT_CWND, TCP_INFINITE_SSTHRESH, TCP_MSS_DEFAULT.
    private const uint FirstWindow = 10, NoThreshold = 0x7fffffff, DefaultSegment = 536;

    private readonly ConcurrentDictionary<ulong, Entry> _byCookie = new();
    private readonly ConcurrentDictionary<ulong, Entry> _byAddress = new();
    private readonly Lock _adding = new();

    /// <summary>Makes sockets known, or known anew.</summary>
    public void Add(IEnumerable<SocketIdentity> sockets)
    {
        foreach (var socket in sockets)
        {
            if (socket.Cookie == 0) continue;
            lock (_adding)
            {
                if (!_byCookie.TryGetValue(socket.Cookie, out var entry))
                {
                    entry = new Entry(socket);
                    Write(entry);
                    _byAddress[entry.Address] = entry;
                    _byCookie[socket.Cookie] = entry;
                }
                else if (entry.Socket != socket)
                {
                    entry.Socket = socket;
                    Write(entry);
                }
            }
        }
    }

    /// <summary>Where a socket lies; 0 for one that nobody named.</summary>
    public ulong AddressOf(ulong cookie) => _byCookie.TryGetValue(cookie, out var entry) ? entry.Address : 0;

    /// <summary>The socket that an address belongs to, whichever of its structures it is; null for none.</summary>
    public SocketIdentity? At(ulong address) => _byAddress.TryGetValue(BaseOf(address), out var entry) ? entry.Socket : null;

    /// <summary>The struct bpf_sock of a socket's structure.</summary>
    public static ulong BaseOf(ulong address) => address & ~(Span - 1ul);

    /// <summary>The struct bpf_tcp_sock of it.</summary>
    public static ulong TcpOf(ulong address) => BaseOf(address) + TcpOffset;

    /// <summary>The struct bpf_xdp_sock of it.</summary>
    public static ulong XdpOf(ulong address) => BaseOf(address) + XdpOffset;

    /// <summary>Whether an access lies inside of one structure.</summary>
    public bool Holds(ulong address, uint size)
    {
        if (!_byAddress.ContainsKey(BaseOf(address))) return false;
        ulong offset = address & (Span - 1), end = offset + size;
        return end <= (ulong)ContextLayouts.Socket.Size || (offset >= TcpOffset && end <= TcpOffset + (ulong)ContextLayouts.TcpSocket.Size)
            || (offset >= XdpOffset && end <= XdpOffset + (ulong)ContextLayouts.XdpSocket.Size);
    }

    private static void Write(Entry entry)
    {
        var socket = entry.Socket;
        byte* sock = (byte*)entry.Address;
        var end = socket.Local ?? socket.Remote;
        Set(ContextLayouts.Socket, sock, "bound_dev_if", socket.Device);
        Set(ContextLayouts.Socket, sock, "family", socket.Protocol == SocketProtocol.Xdp ? FamilyXdp : end is null ? 0 : end.AddressFamily == AddressFamily.InterNetworkV6 ? FamilyInet6 : FamilyInet);
        Set(ContextLayouts.Socket, sock, "type", socket.Protocol switch { SocketProtocol.Tcp => Stream, SocketProtocol.Udp => Datagram, SocketProtocol.Xdp => Raw, _ => 0 });
        Set(ContextLayouts.Socket, sock, "protocol", socket.Protocol switch { SocketProtocol.Tcp => ProtocolTcp, SocketProtocol.Udp => ProtocolUdp, _ => 0 });
        Set(ContextLayouts.Socket, sock, "mark", socket.Mark);
        Set(ContextLayouts.Socket, sock, "priority", socket.Priority);
        SetAddress(sock, "src", socket.Local);
        SetAddress(sock, "dst", socket.Remote);
        Set(ContextLayouts.Socket, sock, "src_port", (uint)(socket.Local?.Port ?? 0));
        Set(ContextLayouts.Socket, sock, "dst_port", (ushort)IPAddress.HostToNetworkOrder((short)(socket.Remote?.Port ?? 0)));
        Set(ContextLayouts.Socket, sock, "state", (uint)socket.State);
        Set(ContextLayouts.Socket, sock, "rx_queue_mapping", uint.MaxValue);
        Set(ContextLayouts.TcpSocket, sock + TcpOffset, "snd_cwnd", FirstWindow);
        Set(ContextLayouts.TcpSocket, sock + TcpOffset, "snd_ssthresh", NoThreshold);
        Set(ContextLayouts.TcpSocket, sock + TcpOffset, "mss_cache", DefaultSegment);
        Set(ContextLayouts.XdpSocket, sock + XdpOffset, "queue_id", socket.Queue);
    }

    private static void SetAddress(byte* sock, string side, IPEndPoint? end)
    {
        var four = new Span<byte>(sock + At(ContextLayouts.Socket, side + "_ip4"), 4);
        var six = new Span<byte>(sock + At(ContextLayouts.Socket, side + "_ip6"), 16);
        four.Clear();
        six.Clear();
        if (end is null) return;
        if (end.AddressFamily != AddressFamily.InterNetworkV6)
        {
            end.Address.TryWriteBytes(four, out _);
            return;
        }

        // Where IPv4's address would be, sockets of IPv6 have the kernel's LOOPBACK4_IPV6, unless they take any address.
        end.Address.TryWriteBytes(six, out _);
        if (six.ContainsAnyExcept((byte)0)) ((ReadOnlySpan<byte>)[127, 0, 0, 6]).CopyTo(four);
    }

    private static void Set(ContextLayout layout, byte* start, string field, uint value) => *(uint*)(start + At(layout, field)) = value;

    private static int At(ContextLayout layout, string field) => layout.Fields.First(known => known.Name == field).Offset;

    private sealed class Entry
    {
        // Aligned, so that the socket of an address is found without a search.
        private readonly NativeBlock _memory = new(2 * Span);

        public Entry(SocketIdentity socket)
        {
            Socket = socket;
            Address = ((ulong)_memory.Address + Span - 1) & ~(Span - 1ul);
        }

        public SocketIdentity Socket { get; set; }

        public ulong Address { get; }
    }
}
