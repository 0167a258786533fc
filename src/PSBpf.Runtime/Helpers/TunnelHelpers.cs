using System.Runtime.CompilerServices;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>
/// The tunnel that a packet takes: bpf_skb_set_tunnel_key, bpf_skb_get_tunnel_key, bpf_skb_set_tunnel_opt, bpf_skb_get_tunnel_opt. A packet of a test run came through none; what
/// a program sets is what it reads, with the two ends exchanged, since remote is the target of what leaves and the source of what came.
/// </summary>
internal static unsafe class TunnelHelpers
{
    // BPF_F_TUNINFO_IPV6, BPF_F_ZERO_CSUM_TX, BPF_F_DONT_FRAGMENT, BPF_F_SEQ_NUMBER, BPF_F_NO_TUNNEL_KEY; BPF_F_TUNINFO_FLAGS when it is read.
    private const ulong Ipv6 = 1, NoChecksum = 2, WholeOnly = 4, Numbered = 8, NoKey = 16, WithFlags = 16;

    // struct bpf_tunnel_key.
    private const int KeySize = 44, Id = 0, Remote = 4, Tos = 20, ExtensionOffset = 22, Label = 24, Local = 28, AddressSize = 16, ShortAddress = 4;

    private const int LongestOptions = 255;

    // IP_TUNNEL_*_BIT, which the field tunnel_flags has.
    private const ushort ChecksumBit = 1, KeyBit = 4, NumberBit = 8, WholeBit = 0x100, NoCacheBit = 0x2000, AllOptions = 0xd800;

    // The sizes that the structure had, one after the other.
    private static ReadOnlySpan<byte> Sizes => [KeySize, Local, Label, ExtensionOffset, Remote + ShortAddress];

    [MethodImpl(HotCode.Optimized)]
    public static ulong SetKey(RunState run, ulong context, ulong key, ulong size, ulong flags, ulong r5)
    {
        if ((flags & ~(Ipv6 | NoChecksum | WholeOnly | Numbered | NoKey)) != 0 || !IsKnown(size)) return Answer(Errno.EINVAL);
        Span<byte> given = stackalloc byte[KeySize];
        given.Clear();
        new ReadOnlySpan<byte>((byte*)key, (int)size).CopyTo(given);
        bool isIpv6 = (flags & Ipv6) != 0;
        if ((!isIpv6 && given.Slice(Label, sizeof(uint)).ContainsAnyExcept((byte)0)) || given.Slice(ExtensionOffset, sizeof(ushort)).ContainsAnyExcept((byte)0)) return Answer(Errno.EINVAL);
        int carried = isIpv6 ? AddressSize : ShortAddress;
        var tunnel = run.Tunnel ??= new Tunnel();
        tunnel.IsIpv6 = isIpv6;
        tunnel.Flags = (ushort)(NoCacheBit | ((flags & NoKey) != 0 ? 0 : KeyBit));
        if ((flags & NoChecksum) == 0) tunnel.Flags |= ChecksumBit;
        if ((flags & WholeOnly) != 0) tunnel.Flags |= WholeBit;
        if ((flags & Numbered) != 0) tunnel.Flags |= NumberBit;
        tunnel.Options = [];
        tunnel.Key = new byte[KeySize];
        given.Slice(Id, sizeof(uint)).CopyTo(tunnel.Key);
        given.Slice(Remote, carried).CopyTo(tunnel.Key.AsSpan(Local));
        given.Slice(Local, carried).CopyTo(tunnel.Key.AsSpan(Remote));
        given.Slice(Tos, 2).CopyTo(tunnel.Key.AsSpan(Tos));
        if (isIpv6) given.Slice(Label, sizeof(uint)).CopyTo(tunnel.Key.AsSpan(Label));
        tunnel.IsSet = true;
        return 0;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong GetKey(RunState run, ulong context, ulong key, ulong size, ulong flags, ulong r5)
    {
        var target = new Span<byte>((byte*)key, (int)size);
        var error = run.Tunnel is not { IsSet: true } tunnel || (flags & ~(Ipv6 | WithFlags)) != 0 ? Errno.EINVAL
            : tunnel.IsIpv6 != ((flags & Ipv6) != 0) ? Errno.EPROTO
            : IsKnown(size) ? Errno.None : Errno.EINVAL;
        target.Clear();
        if (error != Errno.None) return Answer(error);
        Span<byte> found = stackalloc byte[KeySize];
        run.Tunnel!.Key.CopyTo(found);
        if ((flags & WithFlags) != 0)
        {
            // In network order.
            found[ExtensionOffset] = (byte)(run.Tunnel.Flags >> 8);
            found[ExtensionOffset + 1] = (byte)run.Tunnel.Flags;
        }

        found[..target.Length].CopyTo(target);
        return 0;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong SetOptions(RunState run, ulong context, ulong options, ulong size, ulong r4, ulong r5)
    {
        if (run.Tunnel is not { IsSet: true } tunnel || size % sizeof(uint) != 0) return Answer(Errno.EINVAL);
        if (size > LongestOptions) return Answer(Errno.ENOMEM);
        tunnel.Options = new ReadOnlySpan<byte>((byte*)options, (int)size).ToArray();
        tunnel.Flags |= AllOptions;
        return 0;
    }

    /// <summary>Answers with the length of the options; the rest of the memory is zeroed.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong GetOptions(RunState run, ulong context, ulong options, ulong size, ulong r4, ulong r5)
    {
        var target = new Span<byte>((byte*)options, (int)size);
        target.Clear();
        if (run.Tunnel is not { IsSet: true } tunnel || (tunnel.Flags & AllOptions) == 0) return Answer(Errno.ENOENT);
        if ((int)size < tunnel.Options.Length) return Answer(Errno.ENOMEM);
        tunnel.Options.CopyTo(target);
        return (ulong)tunnel.Options.Length;
    }

    private static bool IsKnown(ulong size) => size <= KeySize && Sizes.Contains((byte)size);

    private static ulong Answer(Errno error) => (ulong)-(long)error;
}
