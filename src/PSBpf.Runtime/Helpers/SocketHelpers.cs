using System.Runtime.CompilerServices;
using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>The environment's sockets: the one that a packet belongs to, those that are looked up, and what they are.</summary>
internal static unsafe class SocketHelpers
{
    // overflowuid(5): what stands for the owner where there is none.
    private const ulong NoUser = 65534;

    // BPF_F_CURRENT_NETNS; other namespaces have no sockets.
    private const ulong CurrentNamespace = ulong.MaxValue;

    [MethodImpl(HotCode.Optimized)]
    public static ulong GetSocketCookie(RunState run, ulong context, ulong r2, ulong r3, ulong r4, ulong r5) => run.Environment.Socket?.Cookie ?? 0;

    [MethodImpl(HotCode.Optimized)]
    public static ulong GetSocketUid(RunState run, ulong context, ulong r2, ulong r3, ulong r4, ulong r5) => run.Environment.Socket?.UserId ?? NoUser;

    [MethodImpl(HotCode.Optimized)]
    public static ulong GetNetworkNamespaceCookie(RunState run, ulong context, ulong r2, ulong r3, ulong r4, ulong r5) => run.Environment.NetworkNamespaceCookie;

    /// <summary>bpf_sk_lookup_tcp.</summary>
    public static ulong LookupTcp(RunState run, ulong context, ulong tuple, ulong size, ulong space, ulong flags) =>
        Look(run, SocketProtocol.Tcp, tuple, size, space, flags) is { } socket && IsFull(socket) ? run.Engine.Sockets.AddressOf(socket.Cookie) : 0;

    /// <summary>bpf_sk_lookup_udp.</summary>
    public static ulong LookupUdp(RunState run, ulong context, ulong tuple, ulong size, ulong space, ulong flags) =>
        Look(run, SocketProtocol.Udp, tuple, size, space, flags) is { } socket ? run.Engine.Sockets.AddressOf(socket.Cookie) : 0;

    /// <summary>bpf_skc_lookup_tcp: also what is no full socket.</summary>
    public static ulong LookupCommon(RunState run, ulong context, ulong tuple, ulong size, ulong space, ulong flags) =>
        Look(run, SocketProtocol.Tcp, tuple, size, space, flags) is { } socket ? run.Engine.Sockets.AddressOf(socket.Cookie) : 0;

    /// <summary>bpf_sk_release: sockets are the environment's, and stay.</summary>
    public static ulong Release(RunState run, ulong socket, ulong r2, ulong r3, ulong r4, ulong r5) => 0;

    /// <summary>bpf_sk_fullsock.</summary>
    public static ulong FullSocket(RunState run, ulong socket, ulong r2, ulong r3, ulong r4, ulong r5) => IsFull(SocketOf(run, socket)) ? SocketTable.BaseOf(socket) : 0;

    /// <summary>bpf_tcp_sock.</summary>
    public static ulong TcpSocket(RunState run, ulong socket, ulong r2, ulong r3, ulong r4, ulong r5) =>
        SocketOf(run, socket) is { Protocol: SocketProtocol.Tcp } known && IsFull(known) ? SocketTable.TcpOf(socket) : 0;

    /// <summary>bpf_get_listener_sock.</summary>
    public static ulong Listener(RunState run, ulong socket, ulong r2, ulong r3, ulong r4, ulong r5) =>
        SocketOf(run, socket).State == SocketState.Listen ? SocketTable.BaseOf(socket) : 0;

    /// <summary>The socket of a pointer that a program passes.</summary>
    public static SocketIdentity SocketOf(RunState run, ulong address) =>
        run.Engine.Sockets.At(address) ?? throw run.Fault(run.Instruction, $"passes 0x{address:x}, which is no socket");

    private static SocketIdentity? Look(RunState run, SocketProtocol protocol, ulong tuple, ulong size, ulong space, ulong flags)
    {
        if (flags != 0 || space != CurrentNamespace || size > int.MaxValue) return null;
        uint device = run.Program.Type.Type == ProgramType.Xdp ? XdpInput.DefaultInterface : SkbRecord.Device(run);
        return SocketLookup.Find(run.Environment, protocol, new ReadOnlySpan<byte>((byte*)tuple, (int)size), device);
    }

    private static bool IsFull(SocketIdentity socket) => socket.State is not (SocketState.TimeWait or SocketState.NewSynReceived);
}
