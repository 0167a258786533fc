using System.Net;

namespace PSBpf.Runtime.Environment;

/// <summary>A socket, as programs can tell.</summary>
/// <param name="Cookie">What bpf_get_socket_cookie gives, and what names it in maps of sockets; 0 for no socket.</param>
/// <param name="UserId">What bpf_get_socket_uid gives.</param>
public sealed record SocketIdentity(ulong Cookie, uint UserId)
{
    /// <summary>What it speaks.</summary>
    public SocketProtocol Protocol { get; init; }

    /// <summary>Its own address and port; null for one that is not bound.</summary>
    public IPEndPoint? Local { get; init; }

    /// <summary>What it is connected to; null for none.</summary>
    public IPEndPoint? Remote { get; init; }

    /// <summary>Its state; sockets of UDP are closed, or established when they are connected, as in the kernel.</summary>
    public SocketState State { get; init; } = SocketState.Closed;

    /// <summary>SO_MARK.</summary>
    public uint Mark { get; init; }

    /// <summary>SO_PRIORITY.</summary>
    public uint Priority { get; init; }

    /// <summary>Whether it shares its port (SO_REUSEPORT), as those of a REUSEPORT_SOCKARRAY do.</summary>
    public bool ReusesPort { get; init; }

    /// <summary>The interface that it is bound to: its ifindex; 0 for any.</summary>
    public uint Device { get; init; }

    /// <summary>The queue of an AF_XDP socket.</summary>
    public uint Queue { get; init; }
}

/// <summary>What a socket speaks.</summary>
public enum SocketProtocol
{
    /// <summary>Nothing that is said.</summary>
    None,

    /// <summary>TCP.</summary>
    Tcp,

    /// <summary>UDP.</summary>
    Udp,

    /// <summary>AF_XDP: whole frames.</summary>
    Xdp,
}

/// <summary>States of sockets (BPF_TCP_*), numbered as in the UAPI.</summary>
public enum SocketState
{
    /// <summary>BPF_TCP_ESTABLISHED.</summary>
    Established = 1,

    /// <summary>BPF_TCP_SYN_SENT.</summary>
    SynSent = 2,

    /// <summary>BPF_TCP_FIN_WAIT1.</summary>
    FinWait1 = 4,

    /// <summary>BPF_TCP_FIN_WAIT2.</summary>
    FinWait2 = 5,

    /// <summary>BPF_TCP_TIME_WAIT: what is left of a connection, no full socket.</summary>
    TimeWait = 6,

    /// <summary>BPF_TCP_CLOSE.</summary>
    Closed = 7,

    /// <summary>BPF_TCP_CLOSE_WAIT.</summary>
    CloseWait = 8,

    /// <summary>BPF_TCP_LISTEN.</summary>
    Listen = 10,

    /// <summary>BPF_TCP_NEW_SYN_RECV: what asks for a connection, no full socket.</summary>
    NewSynReceived = 12,
}
