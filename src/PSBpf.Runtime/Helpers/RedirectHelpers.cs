using System.Runtime.CompilerServices;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>bpf_redirect and its relatives: the run keeps where the packet is to go, the answer is the verdict to return.</summary>
internal static class RedirectHelpers
{
    private const ulong XdpAborted = 0, XdpRedirect = 4, ClassifierShot = 2, ClassifierRedirect = 7;

    // Verdicts that bpf_redirect_map can be told to answer with when there is no entry; BPF_F_INGRESS.
    private const ulong VerdictMask = 3, Ingress = 1;

    private const ulong Invalid = unchecked((ulong)-(long)Errno.EINVAL);

    [MethodImpl(HotCode.Optimized)]
    public static ulong Redirect(RunState run, ulong device, ulong flags, ulong r3, ulong r4, ulong r5)
    {
        bool xdp = run.Program.Type.Type == ProgramType.Xdp;
        if (xdp ? flags != 0 : (flags & ~Ingress) != 0) return xdp ? XdpAborted : ClassifierShot;
        run.Redirected = new Redirection(null, (uint)device, flags);
        return xdp ? XdpRedirect : ClassifierRedirect;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong RedirectMap(RunState run, ulong map, ulong key, ulong flags, ulong r4, ulong r5)
    {
        var targets = run.MapOf(map);
        if (targets is not IRedirectMap redirects)
            throw run.Fault(run.Instruction, $"passes a map of type {targets.Spec.Type} where one of interfaces, CPUs or sockets is needed");
        if ((flags & ~(VerdictMask | redirects.RedirectFlags)) != 0) return XdpAborted;
        if (!redirects.TryGetTarget((uint)key, out uint target) && (flags & RedirectTarget.Broadcast) == 0) return flags & VerdictMask;
        run.Redirected = new Redirection(targets, target, flags) { Key = (uint)key };
        return XdpRedirect;
    }

    /// <summary>bpf_clone_redirect: a copy of the packet goes out by an interface of the engine, at once.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong CloneRedirect(RunState run, ulong context, ulong device, ulong flags, ulong r4, ulong r5)
    {
        if ((flags & ~Ingress) != 0 || !run.Engine.Interfaces.Contains((uint)device)) return Invalid;
        run.Redirected = new Redirection(null, (uint)device, flags);
        return 0;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong RedirectNeighbour(RunState run, ulong device, ulong parameters, ulong size, ulong flags, ulong r5)
    {
        // struct bpf_redir_neigh: a family and an address.
        const ulong parameterSize = 20;
        if ((size != 0 && size < parameterSize) || flags != 0) return ClassifierShot;
        run.Redirected = new Redirection(null, (uint)device, flags);
        return ClassifierRedirect;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong RedirectPeer(RunState run, ulong device, ulong flags, ulong r3, ulong r4, ulong r5)
    {
        if (flags != 0) return ClassifierShot;
        run.Redirected = new Redirection(null, (uint)device, flags);
        return ClassifierRedirect;
    }
}
