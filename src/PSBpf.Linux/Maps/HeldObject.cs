using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PSBpf.Linux.SystemCalls;
using PSBpf.Uapi;

namespace PSBpf.Linux.Maps;

/// <summary>
/// Maps whose values are maps or programs. bpf(2) takes a file descriptor and gives back an id; descriptors mean
/// nothing outside this class, so values are ids in both directions.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class HeldObject
{
    /// <summary>The command that opens what a map of this type holds, by id; null when it holds plain bytes.</summary>
    public static BpfCommand? CommandFor(MapType type) => type switch
    {
        MapType.ArrayOfMaps or MapType.HashOfMaps => BpfCommand.MapGetDescriptorById,
        MapType.ProgArray => BpfCommand.ProgramGetDescriptorById,
        _ => null,
    };

    /// <summary>BPF_MAP_UPDATE_ELEM with the id of what is to be held; ENOENT when nothing has it.</summary>
    public static Errno Update(LinuxMap map, BpfCommand command, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, MapUpdateFlags flags)
    {
        var attributes = new ObjectIdAttributes { Id = BinaryPrimitives.ReadInt32LittleEndian(value) };
        var error = Bpf.Open(command, ref attributes, out var handle);
        if (handle is null) return error;

        using (handle)
        {
            using var lease = handle.Use();
            var descriptor = lease.Descriptor;
            return MapElement.Call(map.Handle, BpfCommand.MapUpdateElement, key, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in descriptor)), (ulong)flags);
        }
    }
}
