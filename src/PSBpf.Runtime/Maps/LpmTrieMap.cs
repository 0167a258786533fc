using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// BPF_MAP_TYPE_LPM_TRIE: prefixes of bits, and lookups that find the longest one that fits. A key is a length in bits (u32) and
/// the bits, most significant first. Lookups take no lock; who changes the trie is alone. The other part of the class has the changes.
/// </summary>
/// <remarks>
/// Each node has a longer prefix than its parent, which a reader relies on: one that a node used anew leads astray comes to an end
/// all the same, and looks again once it sees that nodes were used anew at all.
/// </remarks>
internal sealed unsafe partial class LpmTrieMap : RuntimeMap
{
    /// <summary>Bytes of the length in front of a key's bits.</summary>
    public const int PrefixSize = 4;

    private const uint None = ElementPool.None;

    private readonly byte* _slab;
    private readonly uint* _root;
    private readonly uint _stride, _longest, _valueOffset;
    private readonly int _bytes;
    private readonly ElementPool _nodes;
    private int _gate;
    private uint _count;
    private int _changes;

    public LpmTrieMap(Engine engine, MapSpec spec)
        : base(engine, spec)
    {
        _bytes = KeySize - PrefixSize;
        _longest = (uint)_bytes * 8;
        _valueOffset = LpmNode.Size + Round8((uint)_bytes);
        _stride = _valueOffset + Round8(spec.ValueSize);

        // Besides every entry at most one node that joins two.
        uint capacity = 2 * spec.MaxEntries + ElementPool.Spare(spec.MaxEntries, _stride);
        var slab = Allocate((long)_stride * capacity);
        _slab = slab.Address;
        _root = (uint*)Allocate(sizeof(uint)).Address;
        *_root = None;
        _nodes = new ElementPool(engine.Cpus.Epochs, _slab, _stride, capacity);
        Expose(new MemoryRegion
        {
            Start = (ulong)_slab,
            Length = (ulong)_stride * capacity,
            Stride = _stride,
            ValueOffset = _valueOffset,
            ValueStride = Round8(spec.ValueSize),
            ValueSize = spec.ValueSize,
            Readable = ProgramsRead,
            Writable = ProgramsWrite,
        });
    }

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override ulong Lookup(byte* key, int cpu)
    {
        uint node = _nodes.HasStolen ? FindSurely(key) : Find(key);
        return node == None ? 0 : (ulong)NodeAt(node) + _valueOffset;
    }

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value)
    {
        while (true)
        {
            uint index = _nodes.HasStolen ? FindSurely(key) : Find(key);
            if (index == None) return Errno.ENOENT;
            var node = NodeAt(index);
            uint sequence = Volatile.Read(ref node->Element.Sequence);
            if (node->Joins != 0 || MatchLength(node, key) < node->Length) continue;
            SmallCopy.Copy((byte*)node + _valueOffset, value, ValueSize);
            if (IsUnchanged(node, sequence)) return Errno.None;
        }
    }

    /// <summary>The prefix after another, the more specific ones first (the kernel's order); an unknown one stands for the start.</summary>
    public override Errno NextKey(byte* key, byte* next)
    {
        SpinGate.Enter(ref _gate);
        uint index = *_root == None ? None : key == null || *(uint*)key > _longest ? FirstUnder(*_root) : After(key);
        if (index != None)
        {
            *(uint*)next = NodeAt(index)->Length;
            SmallCopy.Copy(BitsOf(NodeAt(index)), next + PrefixSize, _bytes);
        }

        SpinGate.Exit(ref _gate);
        return index == None ? Errno.ENOENT : Errno.None;
    }

    // Once nodes were used anew under readers, what was found counts if nobody changed the trie meanwhile.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint FindSurely(byte* key)
    {
        for (int attempt = 0; attempt < 8; attempt++)
        {
            int changes = Volatile.Read(ref _changes);
            uint node = Find(key);
            Volatile.ReadBarrier();
            if ((changes & 1) == 0 && changes == Volatile.Read(ref _changes)) return node;
        }

        SpinGate.Enter(ref _gate);
        uint found = Find(key);
        SpinGate.Exit(ref _gate);
        return found;
    }

    [MethodImpl(HotCode.Optimized)]
    private uint Find(byte* key)
    {
        uint length = *(uint*)key;
        if (length > _longest) return None;
        uint found = None;
        uint index = Volatile.Read(ref *_root);
        long above = -1;
        while (index != None)
        {
            var node = NodeAt(index);
            uint own = node->Length;
            if (own <= above) break;
            uint match = MatchLength(node, key);
            if (match == _longest && node->Joins == 0) return index;
            if (match < own) break;
            if (node->Joins == 0) found = index;
            if (own >= _longest) break;
            above = own;
            index = Volatile.Read(ref node->Children[BitAt(key + PrefixSize, own)]);
        }

        return found;
    }

    // How many bits a node's prefix and a key have in common, at most the length of the shorter.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint MatchLength(LpmNode* node, byte* key)
    {
        uint limit = Math.Min(node->Length, *(uint*)key);
        byte* left = BitsOf(node), right = key + PrefixSize;
        if (_bytes == 4)
        {
            uint differing = BinaryPrimitives.ReverseEndianness(*(uint*)left ^ *(uint*)right);
            return Math.Min((uint)BitOperations.LeadingZeroCount(differing), limit);
        }

        return MatchBytes(left, right, limit);
    }

    [MethodImpl(HotCode.Optimized)]
    private uint MatchBytes(byte* left, byte* right, uint limit)
    {
        int at = 0;
        for (; at + 8 <= _bytes; at += 8)
        {
            ulong differing = *(ulong*)(left + at) ^ *(ulong*)(right + at);
            if (differing != 0) return Math.Min((uint)(at * 8 + BitOperations.LeadingZeroCount(BinaryPrimitives.ReverseEndianness(differing))), limit);
            if ((at + 8) * 8 >= limit) return limit;
        }

        for (; at < _bytes; at++)
            if (left[at] != right[at]) return Math.Min((uint)(at * 8 + BitOperations.LeadingZeroCount((uint)(left[at] ^ right[at])) - 24), limit);
        return limit;
    }

    private static bool IsUnchanged(LpmNode* node, uint sequence)
    {
        Volatile.ReadBarrier();
        return (sequence & 1) == 0 && Volatile.Read(ref node->Element.Sequence) == sequence;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint BitAt(byte* bits, uint index) => (uint)bits[index / 8] >> (int)(7 - index % 8) & 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private LpmNode* NodeAt(uint index) => (LpmNode*)(_slab + (ulong)index * _stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* BitsOf(LpmNode* node) => (byte*)node + LpmNode.Size;
}
