using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PSBpf.Uapi;

namespace PSBpf.Linux.SystemCalls;

/// <summary>The part of union bpf_attr that BPF_OBJ_GET_INFO_BY_FD reads.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct ObjectInfoAttributes
{
    [FieldOffset(0)] public int Descriptor;
    [FieldOffset(4)] public uint InfoLength;
    [FieldOffset(8)] public ulong Info;
}

/// <summary>The part of union bpf_attr that the BPF_*_GET_FD_BY_ID commands read.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct ObjectIdAttributes
{
    [FieldOffset(0)] public int Id;
    [FieldOffset(8)] public uint OpenFlags;
}

/// <summary>What is used of struct bpf_map_info.</summary>
[StructLayout(LayoutKind.Explicit, Size = 88)]
internal struct MapInfo
{
    [FieldOffset(4)] public int Id;
    [FieldOffset(8)] public uint KeySize;
    [FieldOffset(12)] public uint ValueSize;
    [FieldOffset(16)] public uint MaxEntries;
    /// <summary>Zero when the map was made without type information.</summary>
    [FieldOffset(64)] public int BtfId;
}

/// <summary>What is used of struct bpf_prog_info.</summary>
[StructLayout(LayoutKind.Explicit, Size = 232)]
internal struct ProgramInfo
{
    [FieldOffset(4)] public int Id;
    [FieldOffset(16)] public uint NativeBytes;
    [FieldOffset(20)] public uint TranslatedBytes;
    /// <summary>Zero before Linux 5.16.</summary>
    [FieldOffset(216)] public uint VerifiedInstructions;
}

/// <summary>BPF_OBJ_GET_INFO_BY_FD.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe class ObjectInfo
{
    /// <summary>Asks the kernel about an object; older kernels leave what they do not know zero.</summary>
    public static Errno Get<T>(BpfHandle handle, out T info)
        where T : unmanaged
    {
        using var lease = handle.Use();
        info = default;
        fixed (T* pointer = &info)
        {
            var attributes = new ObjectInfoAttributes
            {
                Descriptor = lease.Descriptor,
                InfoLength = (uint)sizeof(T),
                Info = (ulong)pointer,
            };
            return Bpf.Call(BpfCommand.ObjectGetInfo, ref attributes, out _);
        }
    }
}
