using System.Runtime.Versioning;
using PSBpf.Kernel;
using PSBpf.Linux.SystemCalls;
using PSBpf.Uapi;

namespace PSBpf.Linux.Maps;

/// <summary>The commands of bpf(2) on many entries.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe class MapBatchCall
{
    /// <summary>Issues one.</summary>
    /// <param name="map">The map; EBADF when it has been closed.</param>
    /// <param name="command">Which command.</param>
    /// <param name="position">Where a walk is; null for updates and deletions.</param>
    /// <param name="keys">The keys, or room for them.</param>
    /// <param name="values">The values, or room for them.</param>
    /// <param name="count">How many; then how many there were.</param>
    /// <param name="flags">Flags of the elements.</param>
    public static Errno Call(BpfHandle map, BpfCommand command, MapBatchPosition? position, ReadOnlySpan<byte> keys, ReadOnlySpan<byte> values, ref int count, MapUpdateFlags flags)
    {
        if (!map.TryUse(out var lease)) return Errno.EBADF;
        using (lease)
        fixed (byte* at = position?.Bytes, keyBytes = keys, valueBytes = values)
        {
            var attributes = new MapBatchAttributes
            {
                From = position is { HasBegun: true } ? (ulong)at : 0,
                To = (ulong)at,
                Keys = (ulong)keyBytes,
                Values = (ulong)valueBytes,
                Count = (uint)count,
                MapDescriptor = lease.Descriptor,
                ElementFlags = (ulong)flags,
            };
            var error = Bpf.Call(command, ref attributes, out _);
            count = (int)attributes.Count;
            if (position is not null && count > 0 && error is Errno.None or Errno.ENOENT) position!.HasBegun = true;
            return error;
        }
    }
}
