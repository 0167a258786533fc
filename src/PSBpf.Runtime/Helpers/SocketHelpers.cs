using System.Runtime.CompilerServices;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>The socket that a packet belongs to.</summary>
internal static class SocketHelpers
{
    // overflowuid(5): what stands for the owner where there is none.
    private const ulong NoUser = 65534;

    [MethodImpl(HotCode.Optimized)]
    public static ulong GetSocketCookie(RunState run, ulong context, ulong r2, ulong r3, ulong r4, ulong r5) => run.Environment.Socket?.Cookie ?? 0;

    [MethodImpl(HotCode.Optimized)]
    public static ulong GetSocketUid(RunState run, ulong context, ulong r2, ulong r3, ulong r4, ulong r5) => run.Environment.Socket?.UserId ?? NoUser;

    [MethodImpl(HotCode.Optimized)]
    public static ulong GetNetworkNamespaceCookie(RunState run, ulong context, ulong r2, ulong r3, ulong r4, ulong r5) => run.Environment.NetworkNamespaceCookie;
}
