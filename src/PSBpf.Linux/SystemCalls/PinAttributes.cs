using System.Runtime.InteropServices;

namespace PSBpf.Linux.SystemCalls;

/// <summary>The part of union bpf_attr that BPF_OBJ_PIN and BPF_OBJ_GET read.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct PinAttributes
{
    /// <summary>Address of the path, which ends with a NUL.</summary>
    [FieldOffset(0)] public ulong Path;
    /// <summary>What to pin.</summary>
    [FieldOffset(8)] public int Descriptor;
    [FieldOffset(12)] public uint FileFlags;
}
