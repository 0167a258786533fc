using System.Runtime.InteropServices;

namespace PSBpf.Runtime.Maps;

/// <summary>What stands before key and value of a hash element.</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
internal struct HashElement
{
    /// <summary>Bytes.</summary>
    public const int Size = 32;

    /// <summary>The next element of the chain, or the chain's end mark.</summary>
    public uint Next;

    /// <summary>The key's hash.</summary>
    public uint Hash;

    /// <summary>Odd while the element is being written; changes whenever it is used anew.</summary>
    public uint Sequence;

    /// <summary>The next one on the free list or on the list of the retired.</summary>
    public uint Link;

    /// <summary>For a retired element: the epoch cookie that must pass.</summary>
    public long Cookie;

    /// <summary>Neighbour that was used more recently, for LRU maps.</summary>
    public uint Newer;

    /// <summary>Neighbour that was used less recently.</summary>
    public uint Older;
}
