using System.Runtime.CompilerServices;
using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>Helpers that write packets of classifiers, and the marks beside them.</summary>
internal static unsafe class SkbHelpers
{
    // BPF_F_RECOMPUTE_CSUM and BPF_F_INVALIDATE_HASH; BPF_F_HDR_FIELD_MASK and the flags of bpf_l4_csum_replace.
    private const ulong RecomputeChecksum = 1, InvalidateHash = 2, FieldMask = 15, PseudoHeader = 16, MangledZero = 32, EnforceMangled = 64, Ipv6 = 128;

    private const ushort MangledChecksum = 0xffff;

    private const ulong LargestPacketType = 3;

    [MethodImpl(HotCode.Optimized)]
    public static ulong StoreBytes(RunState run, ulong context, ulong offset, ulong from, ulong size, ulong flags)
    {
        if ((flags & ~(RecomputeChecksum | InvalidateHash)) != 0) return Answer(Errno.EINVAL);
        if (!Holds(run, (uint)offset, (uint)size)) return Answer(Errno.EFAULT);
        new ReadOnlySpan<byte>((byte*)from, (int)size).CopyTo(new Span<byte>(run.Data + (uint)offset, (int)size));
        if ((flags & InvalidateHash) != 0) SkbRecord.Hash(run) = 0;
        return 0;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong LoadBytesRelative(RunState run, ulong context, ulong offset, ulong to, ulong size, ulong header)
    {
        const uint link = 0, network = 1;
        var target = new Span<byte>((byte*)to, (int)size);
        byte* start = (uint)header == link ? run.LinkHeader : run.NetworkHeader;
        if ((uint)offset <= ushort.MaxValue && (uint)header <= network && start + (uint)offset + (uint)size <= run.DataEnd)
        {
            new ReadOnlySpan<byte>(start + (uint)offset, target.Length).CopyTo(target);
            return 0;
        }

        target.Clear();
        return Answer(Errno.EFAULT);
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong ReplaceNetworkChecksum(RunState run, ulong context, ulong offset, ulong from, ulong to, ulong flags)
    {
        if ((flags & ~FieldMask) != 0) return Answer(Errno.EINVAL);
        if (!IsField(run, (uint)offset)) return Answer(Errno.EFAULT);
        return Replace((ushort*)(run.Data + (uint)offset), from, to, flags & FieldMask) ? 0 : Answer(Errno.EINVAL);
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong ReplaceTransportChecksum(RunState run, ulong context, ulong offset, ulong from, ulong to, ulong flags)
    {
        if ((flags & ~(FieldMask | PseudoHeader | MangledZero | EnforceMangled | Ipv6)) != 0) return Answer(Errno.EINVAL);
        if (!IsField(run, (uint)offset)) return Answer(Errno.EFAULT);
        var field = (ushort*)(run.Data + (uint)offset);
        bool mangles = (flags & MangledZero) != 0;
        if (mangles && (flags & EnforceMangled) == 0 && *field == 0) return 0;
        if (!Replace(field, from, to, flags & FieldMask)) return Answer(Errno.EINVAL);
        if (mangles && *field == 0) *field = MangledChecksum;
        return 0;
    }

    /// <summary>bpf_csum_update: there is no checksum from hardware to update.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong UpdateChecksum(RunState run, ulong context, ulong sum, ulong r3, ulong r4, ulong r5) => Answer(Errno.ENOTSUPP);

    [MethodImpl(HotCode.Optimized)]
    public static ulong ChecksumLevel(RunState run, ulong context, ulong level, ulong r3, ulong r4, ulong r5)
    {
        const int highest = 3;
        switch (level)
        {
            case 0:
                return run.ChecksumLevel >= 0 ? (ulong)run.ChecksumLevel : Answer(Errno.EACCES);
            case 1:
                run.ChecksumLevel = Math.Min(run.ChecksumLevel + 1, highest);
                return 0;
            case 2:
                if (run.ChecksumLevel >= 0) run.ChecksumLevel--;
                return 0;
            case 3:
                run.ChecksumLevel = -1;
                return 0;
            default:
                return Answer(Errno.EINVAL);
        }
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong PullData(RunState run, ulong context, ulong size, ulong r3, ulong r4, ulong r5) =>
        (uint)size <= run.DataEnd - run.Data ? 0 : Answer(Errno.ENOMEM);

    [MethodImpl(HotCode.Optimized)]
    public static ulong ChangeType(RunState run, ulong context, ulong type, ulong r3, ulong r4, ulong r5)
    {
        if ((uint)type > LargestPacketType || SkbRecord.PacketType(run) > LargestPacketType) return Answer(Errno.EINVAL);
        SkbRecord.PacketType(run) = (uint)type;
        return 0;
    }

    /// <summary>The packet's hash; made of its bytes where there is none yet, the same in every run.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong GetHash(RunState run, ulong context, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        const int hashed = 64;
        ref uint hash = ref SkbRecord.Hash(run);
        if (hash != 0) return hash;
        uint sum = 2166136261;
        for (byte* at = run.NetworkHeader; at < run.DataEnd && at < run.NetworkHeader + hashed; at++) sum = (sum ^ *at) * 16777619;
        return hash = sum == 0 ? 1 : sum;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong SetHash(RunState run, ulong context, ulong hash, ulong r3, ulong r4, ulong r5)
    {
        SkbRecord.Hash(run) = (uint)hash;
        return 0;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong InvalidateHashOf(RunState run, ulong context, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        SkbRecord.Hash(run) = 0;
        return 0;
    }

    private static bool Holds(RunState run, uint offset, uint size) => offset <= int.MaxValue && offset + (long)size <= run.DataEnd - run.Data;

    private static bool IsField(RunState run, uint offset) => offset <= ushort.MaxValue && (offset & 1) == 0 && Holds(run, offset, sizeof(ushort));

    // Sums are one's complement, so that it does not matter in which order bytes lie (RFC 1624).
    private static bool Replace(ushort* field, ulong from, ulong to, ulong size)
    {
        ulong old, added;
        switch (size)
        {
            case 0 when from == 0:
                (old, added) = (0, (uint)to);
                break;
            case 2:
                (old, added) = ((ushort)from, (ushort)to);
                break;
            case 4:
                (old, added) = ((uint)from, (uint)to);
                break;
            default:
                return false;
        }

        ulong sum = (ushort)~*field + added;
        if (size != 0) sum += (uint)~old;
        while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
        *field = (ushort)~sum;
        return true;
    }

    private static ulong Answer(Errno error) => (ulong)-(long)error;
}
