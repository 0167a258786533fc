using System.Runtime.InteropServices;

namespace PSBpf.Runtime.Maps;

/// <summary>What stands before key and value of a hash element: what a lookup reads first.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct HashElement
{
    /// <summary>Bytes.</summary>
    public const int Size = 32;

    /// <summary>What <see cref="Link"/> holds of an element that stands in the order of use.</summary>
    public const uint InOrder = uint.MaxValue - 1;

    /// <summary>The next element of the chain, or the chain's end mark.</summary>
    [FieldOffset(0)]
    public uint Next;

    /// <summary>The key's hash.</summary>
    [FieldOffset(4)]
    public uint Hash;

    /// <summary>Odd while the element is being written; changes whenever it is used anew.</summary>
    [FieldOffset(8)]
    public uint Sequence;

    /// <summary>Not 0 when a program looked it up since that was last asked, for LRU maps. Any run may set it at any time.</summary>
    [FieldOffset(12)]
    public uint Used;

    /// <summary>The next one on the free list or on the list of the retired; <see cref="InOrder"/> while it stands in the order of use.</summary>
    [FieldOffset(16)]
    public uint Link;

    /// <summary>For a retired element: the epoch cookie that must pass.</summary>
    [FieldOffset(24)]
    public long Cookie;

    /// <summary>For one in the order of use: its neighbour that came later.</summary>
    [FieldOffset(24)]
    public uint Newer;

    /// <summary>Its neighbour that came earlier.</summary>
    [FieldOffset(28)]
    public uint Older;
}
