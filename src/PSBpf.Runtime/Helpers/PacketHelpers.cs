using System.Runtime.CompilerServices;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>Helpers that copy from and to packets and move their edges.</summary>
internal static unsafe class PacketHelpers
{
    private const ulong Invalid = unchecked((ulong)-(long)Errno.EINVAL), Faulty = unchecked((ulong)-(long)Errno.EFAULT);

    // Shorter than an Ethernet header a packet may not become; the 40 bytes are the kernel's struct xdp_frame in the headroom.
    private const int EthernetHeader = 14, FrameHeader = 40;

    [MethodImpl(HotCode.Optimized)]
    public static ulong SkbLoadBytes(RunState run, ulong context, ulong offset, ulong to, ulong size, ulong r5)
    {
        var target = new Span<byte>((byte*)to, (int)size);
        if ((uint)offset <= int.MaxValue && Copy(run, (uint)offset, target)) return 0;
        target.Clear();
        return Faulty;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong XdpGetBuffLen(RunState run, ulong context, ulong r2, ulong r3, ulong r4, ulong r5) => (ulong)(run.DataEnd - run.Data);

    [MethodImpl(HotCode.Optimized)]
    public static ulong XdpLoadBytes(RunState run, ulong context, ulong offset, ulong to, ulong size, ulong r5)
    {
        if ((uint)offset > 0xffff || (uint)size > 0xffff) return Faulty;
        return Copy(run, (uint)offset, new Span<byte>((byte*)to, (int)size)) ? 0 : Invalid;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong XdpStoreBytes(RunState run, ulong context, ulong offset, ulong from, ulong size, ulong r5)
    {
        if ((uint)offset > 0xffff || (uint)size > 0xffff) return Faulty;
        long length = run.DataEnd - run.Data;
        if ((uint)offset + (long)(uint)size > length) return Invalid;
        new ReadOnlySpan<byte>((byte*)from, (int)size).CopyTo(new Span<byte>(run.Data + (uint)offset, (int)size));
        return 0;
    }

    /// <summary>Moves the packet's start; metadata in front moves along.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong XdpAdjustHead(RunState run, ulong context, ulong delta, ulong r3, ulong r4, ulong r5)
    {
        long metadata = run.Data - run.DataMeta;
        byte* data = run.Data + (int)delta;
        if (data < run.Packet.Start + FrameHeader + metadata || data > run.DataEnd - EthernetHeader) return Invalid;
        if (data < run.Data) new Span<byte>(data - metadata, (int)(run.Data - data)).Clear();
        if (metadata > 0) new ReadOnlySpan<byte>(run.DataMeta, (int)metadata).CopyTo(new Span<byte>(data - metadata, (int)metadata));
        run.SetPacket(data, run.DataEnd, data - metadata);
        return 0;
    }

    /// <summary>Moves the start of the metadata in front of the packet; what is new of it is zero, so that runs do not depend on what ran before.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong XdpAdjustMeta(RunState run, ulong context, ulong delta, ulong r3, ulong r4, ulong r5)
    {
        const long longest = 255, step = 4;
        byte* metadata = run.DataMeta + (int)delta;
        long length = run.Data - metadata;
        if (metadata < run.Packet.Start + FrameHeader || length < 0) return Invalid;
        if (length > longest || length % step != 0) return unchecked((ulong)-(long)Errno.EACCES);
        if (metadata < run.DataMeta) new Span<byte>(metadata, (int)(run.DataMeta - metadata)).Clear();
        run.SetPacket(run.Data, run.DataEnd, metadata);
        return 0;
    }

    /// <summary>Moves the packet's end; what it grows by is zero.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong XdpAdjustTail(RunState run, ulong context, ulong delta, ulong r3, ulong r4, ulong r5)
    {
        byte* end = run.DataEnd + (int)delta;
        if (end > run.Packet.Limit || end < run.Data + EthernetHeader) return Invalid;
        if (end > run.DataEnd) new Span<byte>(run.DataEnd, (int)(end - run.DataEnd)).Clear();
        run.SetPacket(run.Data, end, run.DataMeta);
        return 0;
    }

    [MethodImpl(HotCode.Optimized)]
    private static bool Copy(RunState run, uint offset, Span<byte> target)
    {
        long length = run.DataEnd - run.Data;
        if (offset + (long)target.Length > length) return false;
        new ReadOnlySpan<byte>(run.Data + offset, target.Length).CopyTo(target);
        return true;
    }
}
