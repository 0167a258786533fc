using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>Sockets in maps: where data is sent on to, which the run keeps as <see cref="RunState.Redirected"/>, and putting a context's socket in.</summary>
internal static unsafe class SocketMapHelpers
{
    // SK_DROP and SK_PASS; BPF_F_INGRESS.
    private const ulong Drop = 0, Pass = 1, Ingress = 1;

    /// <summary>bpf_sk_redirect_map and bpf_msg_redirect_map: the key is a number.</summary>
    public static ulong RedirectByIndex(RunState run, ulong context, ulong map, ulong key, ulong flags, ulong r5)
    {
        uint index = (uint)key;
        return Redirect(run, map, &index, flags);
    }

    /// <summary>bpf_sk_redirect_hash and bpf_msg_redirect_hash: the key is memory.</summary>
    public static ulong RedirectByKey(RunState run, ulong context, ulong map, ulong key, ulong flags, ulong r5) => Redirect(run, map, (void*)key, flags);

    /// <summary>bpf_sock_map_update and bpf_sock_hash_update: the context's socket goes in.</summary>
    public static ulong UpdateWithOwn(RunState run, ulong context, ulong map, ulong key, ulong flags, ulong r5)
    {
        var sockets = SocketsOf(run, map);
        return Answer(run.Environment.Socket is { } own ? sockets.Store((byte*)key, own, flags) : Errno.EINVAL);
    }

    /// <summary>bpf_sk_select_reuseport.</summary>
    public static ulong Select(RunState run, ulong context, ulong map, ulong key, ulong flags, ulong r5)
    {
        if (flags != 0) return Answer(Errno.EINVAL);
        if (SocketsOf(run, map).Find((byte*)key) is not { } socket) return Answer(Errno.ENOENT);
        run.Redirected = new Redirection(run.MapOf(map), (uint)socket.Cookie, 0);
        return 0;
    }

    private static ulong Redirect(RunState run, ulong map, void* key, ulong flags)
    {
        if ((flags & ~Ingress) != 0 || SocketsOf(run, map).Find((byte*)key) is not { } socket) return Drop;

        // Data goes to who has somebody to send it to.
        if (socket.Protocol == SocketProtocol.Tcp && socket.State != SocketState.Established) return Drop;
        run.Redirected = new Redirection(run.MapOf(map), (uint)socket.Cookie, flags);
        return Pass;
    }

    private static ulong Answer(Errno error) => (ulong)-(long)error;

    private static ISocketMap SocketsOf(RunState run, ulong map) => run.MapOf(map) as ISocketMap
        ?? throw run.Fault(run.Instruction, $"passes a map of type {run.MapOf(map).Spec.Type} where one of sockets is needed");
}
