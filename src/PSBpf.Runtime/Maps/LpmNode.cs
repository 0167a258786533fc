using System.Runtime.InteropServices;

namespace PSBpf.Runtime.Maps;

/// <summary>What stands before the prefix and the value of a trie's node. It begins as every element of an <see cref="ElementPool"/> does.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LpmNode
{
    /// <summary>Bytes.</summary>
    public const int Size = HashElement.Size + 16;

    /// <summary>What the pool keeps.</summary>
    public HashElement Element;

    /// <summary>The nodes whose next bit is 0 and 1.</summary>
    public fixed uint Children[2];

    /// <summary>Bits of the prefix.</summary>
    public uint Length;

    /// <summary>Not 0 for a node that only joins two others and has no value.</summary>
    public uint Joins;
}
