using System.Runtime.InteropServices;

namespace PSBpf.Runtime.Memory;

/// <summary>A dynptr as it lies on a program's stack, as the kernel lays it out: an address, the number of bytes with the kind above them, and how far it was moved on.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Dynptr
{
    /// <summary>Bytes of one.</summary>
    public const int Bytes = 16;

    // DYNPTR_MAX_SIZE, DYNPTR_TYPE_SHIFT, DYNPTR_RDONLY_BIT.
    private const uint SizeMask = 0xff_ffff, KindMask = 7, ReadOnlyBit = 1u << 31;
    private const int KindShift = 28;

    /// <summary>The first byte; 0 for a dynptr of nothing.</summary>
    public ulong Data;

    private readonly uint _size;

    /// <summary>How far it was moved on.</summary>
    public uint Offset;

    private Dynptr(ulong data, uint size)
    {
        Data = data;
        _size = size;
    }

    /// <summary>How many bytes there are.</summary>
    public readonly uint Size => _size & SizeMask;

    /// <summary>Of what kind the memory is (enum bpf_dynptr_type).</summary>
    public readonly DynptrMemory Kind => (DynptrMemory)(_size >> KindShift & KindMask);

    /// <summary>Whether nothing may be written.</summary>
    public readonly bool IsReadOnly => (_size & ReadOnlyBit) != 0;

    /// <summary>A dynptr of plain memory.</summary>
    public static Dynptr Local(ulong data, uint size) => new(data, size | (uint)DynptrMemory.Local << KindShift);

    /// <summary>Whether bytes from an offset on lie inside.</summary>
    public readonly bool Holds(uint offset, uint length) => length <= Size && offset <= Size - length;
}

/// <summary>What a dynptr is of (enum bpf_dynptr_type).</summary>
internal enum DynptrMemory
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Plain memory.</summary>
    Local,

    /// <summary>A ring buffer's record.</summary>
    RingBuffer,
}
