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

/// <summary>The part of union bpf_attr that the BPF_*_GET_FD_BY_ID and BPF_*_GET_NEXT_ID commands read.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct ObjectIdAttributes
{
    [FieldOffset(0)] public int Id;
    /// <summary>Where the kernel writes the id after <see cref="Id"/>.</summary>
    [FieldOffset(4)] public int NextId;
    [FieldOffset(8)] public uint OpenFlags;
}

/// <summary>What is used of struct bpf_map_info.</summary>
[StructLayout(LayoutKind.Explicit, Size = 88)]
internal struct MapInfo
{
    [FieldOffset(0)] public uint Type;
    [FieldOffset(4)] public int Id;
    [FieldOffset(8)] public uint KeySize;
    [FieldOffset(12)] public uint ValueSize;
    [FieldOffset(16)] public uint MaxEntries;
    [FieldOffset(20)] public uint Flags;
    [FieldOffset(24)] public ObjectName Name;
    /// <summary>Zero when the map was made without type information.</summary>
    [FieldOffset(64)] public int BtfId;
    [FieldOffset(68)] public int KeyTypeId;
    [FieldOffset(72)] public int ValueTypeId;
    [FieldOffset(80)] public ulong Extra;
}

/// <summary>What is used of struct bpf_prog_info.</summary>
[StructLayout(LayoutKind.Explicit, Size = 232)]
internal struct ProgramInfo
{
    [FieldOffset(0)] public uint Type;
    [FieldOffset(4)] public int Id;
    /// <summary>Eight bytes, the first one lowest.</summary>
    [FieldOffset(8)] public ulong Tag;
    [FieldOffset(16)] public uint NativeBytes;
    [FieldOffset(20)] public uint TranslatedBytes;
    /// <summary>Where the kernel writes the machine code of all functions, one after the other.</summary>
    [FieldOffset(24)] public ulong NativeCode;
    /// <summary>Nanoseconds since the machine was started, sleep included.</summary>
    [FieldOffset(40)] public ulong LoadTime;
    [FieldOffset(48)] public int UserId;
    [FieldOffset(52)] public uint MapIdCount;
    /// <summary>Where the kernel writes the maps' ids, 4 bytes each.</summary>
    [FieldOffset(56)] public ulong MapIds;
    [FieldOffset(64)] public ObjectName Name;
    [FieldOffset(104)] public uint FunctionAddressCount;
    [FieldOffset(108)] public uint FunctionLengthCount;
    /// <summary>Where it writes their addresses, 8 bytes each; zeros for who may not see them.</summary>
    [FieldOffset(112)] public ulong FunctionAddresses;
    /// <summary>Where it writes their lengths, 4 bytes each.</summary>
    [FieldOffset(120)] public ulong FunctionLengths;
    [FieldOffset(128)] public int BtfId;
    [FieldOffset(132)] public uint FunctionRecordSize;
    /// <summary>Where it writes what is known of functions: the slot of the first instruction and the BTF type.</summary>
    [FieldOffset(136)] public ulong Functions;
    [FieldOffset(144)] public uint FunctionCount;
    [FieldOffset(148)] public uint LineCount;
    [FieldOffset(152)] public ulong Lines;
    /// <summary>Where it writes the address of each line's machine code.</summary>
    [FieldOffset(160)] public ulong NativeLines;
    [FieldOffset(168)] public uint NativeLineCount;
    [FieldOffset(172)] public uint LineRecordSize;
    [FieldOffset(176)] public uint NativeLineRecordSize;
    [FieldOffset(192)] public ulong RunNanoseconds;
    [FieldOffset(200)] public ulong RunCount;
    [FieldOffset(208)] public ulong RecursionMisses;
    /// <summary>Zero before Linux 5.16.</summary>
    [FieldOffset(216)] public uint VerifiedInstructions;
}

/// <summary>What is used of struct bpf_btf_info.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct BtfInfo
{
    /// <summary>Where the kernel writes the type information.</summary>
    [FieldOffset(0)] public ulong Data;
    [FieldOffset(8)] public uint Size;
    [FieldOffset(12)] public int Id;
    /// <summary>1 for the kernel's own and its modules'.</summary>
    [FieldOffset(28)] public uint IsKernel;
}

/// <summary>What is used of struct bpf_link_info; from offset 16 on each type has fields of its own.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct LinkInfo
{
    [FieldOffset(0)] public uint Type;
    [FieldOffset(4)] public int Id;
    [FieldOffset(8)] public int ProgramId;
    /// <summary>An interface, for XDP, TCX and netkit.</summary>
    [FieldOffset(16)] public int InterfaceIndex;
    /// <summary>Where the kernel writes the tracepoint's name, for raw tracepoints.</summary>
    [FieldOffset(16)] public ulong TracepointName;
    [FieldOffset(24)] public uint TracepointNameLength;
    [FieldOffset(16)] public ulong CgroupId;
    [FieldOffset(16)] public uint TracingAttachType;
    [FieldOffset(20)] public uint TargetObjectId;
    [FieldOffset(24)] public uint TargetTypeId;
    [FieldOffset(16)] public uint PerfEventType;
    /// <summary>Where the kernel writes a name, for perf events.</summary>
    [FieldOffset(24)] public ulong EventName;
    [FieldOffset(32)] public uint EventNameLength;
    [FieldOffset(36)] public uint EventOffset;
    [FieldOffset(16)] public int MapId;
    [FieldOffset(24)] public uint Count;
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
