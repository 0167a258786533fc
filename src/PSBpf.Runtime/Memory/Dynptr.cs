using PSBpf.Uapi;

namespace PSBpf.Runtime.Memory;

/// <summary>
/// What this engine keeps in the two words of a struct bpf_dynptr. Programs cannot read them; all zero is a dynptr of nothing. Of packets it holds no address,
/// since they move.
/// <code>
///  word 0: address of the first byte; for packets the context's
///  word 1: size (24 bits) | kind (4 bits, from 28) | read-only (bit 31)        low half
///          bytes to skip                                                      high half
/// </code>
/// </summary>
internal struct Dynptr
{
    /// <summary>Bytes of one.</summary>
    public const int Bytes = 16;

    /// <summary>The most bytes that one may have.</summary>
    public const uint LargestSize = (1 << 24) - 1;

    private const int KindShift = 28;
    private const uint ReadOnlyBit = 1u << 31, KindMask = 7;

    /// <summary>The address of the bytes; 0 for nothing.</summary>
    public ulong Data;

    private uint _size;
    private uint _offset;

    /// <summary>One that begins at the first byte.</summary>
    public Dynptr(DynptrKind kind, ulong address, uint size, bool isReadOnly)
    {
        Data = address;
        _size = size & LargestSize | (uint)kind << KindShift | (isReadOnly ? ReadOnlyBit : 0);
    }

    /// <summary>One of plain memory.</summary>
    public static Dynptr Local(ulong address, uint size) => new(DynptrKind.Local, address, size, isReadOnly: false);

    /// <summary>Whether it leads nowhere.</summary>
    public readonly bool IsNull => Data == 0;

    /// <summary>What the bytes are.</summary>
    public readonly DynptrKind Kind => (DynptrKind)(_size >> KindShift & KindMask);

    /// <summary>Whether the bytes may not be written.</summary>
    public readonly bool IsReadOnly => (_size & ReadOnlyBit) != 0;

    /// <summary>How many they are.</summary>
    public readonly uint Size => _size & LargestSize;

    /// <summary>How many are skipped of what it was made of.</summary>
    public readonly uint Offset => _offset;

    /// <summary>Whether the bytes are a packet's.</summary>
    public readonly bool IsPacket => Kind is DynptrKind.Packet or DynptrKind.Frame;

    /// <summary>Whether a range lies in it.</summary>
    public readonly bool Holds(uint offset, uint length) => length <= Size && offset <= Size - length;

    /// <summary>Narrows it down.</summary>
    public void Narrow(uint start, uint end)
    {
        _offset += start;
        _size = _size & ~LargestSize | (end - start);
    }
}
