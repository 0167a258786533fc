using System.Runtime.InteropServices;

namespace PSBpf.Linux.SystemCalls;

/// <summary>The part of union bpf_attr that BPF_BTF_LOAD reads.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct BtfLoadAttributes
{
    [FieldOffset(0)] public ulong Data;
    [FieldOffset(8)] public ulong LogBuffer;
    [FieldOffset(16)] public uint Size;
    [FieldOffset(20)] public uint LogSize;
    [FieldOffset(24)] public uint LogLevel;
}
