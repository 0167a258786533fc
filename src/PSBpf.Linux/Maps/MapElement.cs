using System.Runtime.Versioning;
using PSBpf.Linux.SystemCalls;
using PSBpf.Uapi;

namespace PSBpf.Linux.Maps;

/// <summary>The element commands of bpf(2).</summary>
[SupportedOSPlatform("linux")]
internal static unsafe class MapElement
{
    /// <summary>Issues one; an empty span becomes a null pointer, which is how queues and first keys are asked for.</summary>
    /// <param name="map">The map; EBADF when it has been closed.</param>
    /// <param name="command">Which command.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, or room for it or for the next key. Only update reads it, and only the others write it.</param>
    /// <param name="flags">Flags of the command.</param>
    public static Errno Call(BpfHandle map, BpfCommand command, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ulong flags)
    {
        if (!map.TryUse(out var lease)) return Errno.EBADF;
        using (lease)
        fixed (byte* keyBytes = key)
        fixed (byte* valueBytes = value)
        {
            var attributes = new MapElementAttributes
            {
                MapDescriptor = lease.Descriptor,
                Key = (ulong)keyBytes,
                Value = (ulong)valueBytes,
                Flags = flags,
            };
            return Bpf.Call(command, ref attributes, out _);
        }
    }
}
