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
    /// <summary>Where the kernel writes the machine code of all functions, one after the other.</summary>
    [FieldOffset(24)] public ulong NativeCode;
    [FieldOffset(104)] public uint FunctionAddressCount;
    [FieldOffset(108)] public uint FunctionLengthCount;
    /// <summary>Where it writes their addresses, 8 bytes each; zeros for who may not see them.</summary>
    [FieldOffset(112)] public ulong FunctionAddresses;
    /// <summary>Where it writes their lengths, 4 bytes each.</summary>
    [FieldOffset(120)] public ulong FunctionLengths;
    [FieldOffset(148)] public uint LineCount;
    [FieldOffset(152)] public ulong Lines;
    /// <summary>Where it writes the address of each line's machine code.</summary>
    [FieldOffset(160)] public ulong NativeLines;
    [FieldOffset(168)] public uint NativeLineCount;
    [FieldOffset(172)] public uint LineRecordSize;
    [FieldOffset(176)] public uint NativeLineRecordSize;
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
        info = default;
        return Fill(handle, ref info);
    }

    /// <summary>The same with fields that say what to write where; the kernel reads and overwrites them.</summary>
    public static Errno Fill<T>(BpfHandle handle, ref T info)
        where T : unmanaged
    {
        using var lease = handle.Use();
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
