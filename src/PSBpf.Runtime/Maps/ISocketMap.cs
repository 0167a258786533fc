using PSBpf.Runtime.Environment;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>A map whose entries are sockets.</summary>
internal unsafe interface ISocketMap
{
    /// <summary>The socket of a key; null for none.</summary>
    SocketIdentity? Find(byte* key);

    /// <summary>Puts a socket in.</summary>
    Errno Store(byte* key, SocketIdentity socket, ulong flags);
}

/// <summary>What all maps of sockets have in common: users name sockets by their cookies.</summary>
internal static unsafe class SocketRules
{
    /// <summary>The socket that a user's value of 4 or 8 bytes names; in the kernel it would be a descriptor.</summary>
    public static Errno Read(Engine engine, byte* value, int size, out SocketIdentity? socket)
    {
        ulong cookie = size == sizeof(ulong) ? *(ulong*)value : *(uint*)value;
        socket = null;
        if (cookie > int.MaxValue && size == sizeof(ulong)) return Errno.EINVAL;
        socket = engine.Sockets.At(engine.Sockets.AddressOf(cookie));
        return socket is null ? Errno.EBADF : Errno.None;
    }

    /// <summary>Gives a user the cookie of an entry, which takes 8 bytes.</summary>
    public static Errno Write(Engine engine, ulong address, byte* value, int size)
    {
        if (size != sizeof(ulong)) return Errno.ENOSPC;
        if (engine.Sockets.At(address) is not { } socket || address == 0) return Errno.ENOENT;
        *(ulong*)value = socket.Cookie;
        return Errno.None;
    }

    /// <summary>Whether a socket may be in a SOCKMAP or a SOCKHASH: one of TCP that listens or is connected, or one of UDP.</summary>
    public static Errno CheckForwarding(SocketIdentity socket) => socket switch
    {
        { Protocol: SocketProtocol.Tcp, State: SocketState.Established or SocketState.Listen } or { Protocol: SocketProtocol.Udp } => Errno.None,
        _ => Errno.EOPNOTSUPP,
    };

    /// <summary>The same of a REUSEPORT_SOCKARRAY: one that waits for packets or connections at a port that it shares.</summary>
    public static Errno CheckWaiting(SocketIdentity socket) => socket switch
    {
        { Protocol: SocketProtocol.Tcp, State: SocketState.Listen, ReusesPort: true } or { Protocol: SocketProtocol.Udp, Local: not null, ReusesPort: true } => Errno.None,
        { Protocol: SocketProtocol.Tcp or SocketProtocol.Udp } => Errno.EINVAL,
        _ => Errno.ENOTSUPP,
    };

    /// <summary>The same of an XSKMAP.</summary>
    public static Errno CheckFrames(SocketIdentity socket) => socket.Protocol == SocketProtocol.Xdp ? Errno.None : Errno.EOPNOTSUPP;
}
