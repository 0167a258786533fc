using System.Runtime.InteropServices;

namespace PSBpf.Linux.SystemCalls;

/// <summary>The part of union bpf_attr that BPF_MAP_CREATE reads.</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
internal struct MapCreateAttributes
{
    [FieldOffset(0)] public uint Type;
    [FieldOffset(4)] public uint KeySize;
    [FieldOffset(8)] public uint ValueSize;
    [FieldOffset(12)] public uint MaxEntries;
    [FieldOffset(16)] public uint Flags;
    [FieldOffset(20)] public int InnerMapDescriptor;
    [FieldOffset(24)] public uint NumaNode;
    [FieldOffset(28)] public ObjectName Name;
    [FieldOffset(48)] public int BtfDescriptor;
    [FieldOffset(52)] public int BtfKeyTypeId;
    [FieldOffset(56)] public int BtfValueTypeId;
    [FieldOffset(64)] public ulong Extra;
}

/// <summary>The part of union bpf_attr that commands on many entries read.</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal struct MapBatchAttributes
{
    [FieldOffset(0)] public ulong From;
    [FieldOffset(8)] public ulong To;
    [FieldOffset(16)] public ulong Keys;
    [FieldOffset(24)] public ulong Values;
    [FieldOffset(32)] public uint Count;
    [FieldOffset(36)] public int MapDescriptor;
    [FieldOffset(40)] public ulong ElementFlags;
    [FieldOffset(48)] public ulong Flags;
}

/// <summary>The part of union bpf_attr that the element commands and BPF_MAP_FREEZE read.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal unsafe struct MapElementAttributes
{
    [FieldOffset(0)] public int MapDescriptor;
    [FieldOffset(8)] public ulong Key;
    /// <summary>For BPF_MAP_GET_NEXT_KEY the next key.</summary>
    [FieldOffset(16)] public ulong Value;
    [FieldOffset(24)] public ulong Flags;
}
