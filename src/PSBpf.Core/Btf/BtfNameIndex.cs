using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace PSBpf.Btf;

/// <summary>
/// Finds types by name without reading them: one pass over the records, two numbers for each type. Names count without what
/// follows the last <c>___</c> between two other characters, since CO-RE compares them so.
/// </summary>
internal sealed class BtfNameIndex
{
    private const uint FirstHash = 2166136261, HashFactor = 16777619;

    private readonly BtfImage _image;
    private readonly int[] _buckets;
    private readonly int[] _next;

    public BtfNameIndex(BtfImage image)
    {
        _image = image;
        int count = image.Count - image.FirstId;
        _buckets = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(count, 2))];
        _next = new int[count];
        Fill();
    }

    // Once over a hundred thousand names in a process that has just started: nothing in here may be code that is still to be optimised.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fill()
    {
        ReadOnlySpan<byte> data = _image.Data.Span, strings = _image.Strings;
        ReadOnlySpan<int> offsets = _image.Offsets;
        uint firstString = _image.FirstString;
        // Backwards, so that each chain is ascending. 0 ends a chain: void has no name, and indices are kept one higher.
        for (int index = offsets.Length - 1; index >= 0; index--)
        {
            if (offsets[index] == 0) continue;
            uint offset = BinaryPrimitives.ReadUInt32LittleEndian(data[offsets[index]..]);
            if (offset == 0) continue;
            uint hash = FirstHash;
            int underscores = 0;
            if (offset >= firstString)
            {
                for (uint at = offset - firstString; at < (uint)strings.Length && strings[(int)at] is > 0 and var character && underscores < 3; at++)
                {
                    hash = (hash ^ character) * HashFactor;
                    underscores = character == '_' ? underscores + 1 : 0;
                }
            }

            // Of the base, or perhaps with a flavour: both are rare.
            if (offset < firstString || underscores == 3)
            {
                ReadOnlySpan<byte> name = _image.NameBytes(index + _image.FirstId);
                if (name.IsEmpty) continue;
                hash = Hash(Essential(name));
            }

            ref int bucket = ref _buckets[Slot(hash)];
            _next[index] = bucket;
            bucket = index + 1;
        }
    }

    /// <summary>Ids of the types with a name, ascending; flavours of it count too.</summary>
    public Matches Find(string name) => new(this, Essential(Encoding.UTF8.GetBytes(name)).ToArray());

    /// <summary>A name without its flavour.</summary>
    public static ReadOnlySpan<byte> Essential(ReadOnlySpan<byte> name)
    {
        if (name.IndexOf("___"u8) < 0) return name;
        for (int at = name.Length - 5; at >= 0; at--)
            if (name[at + 1] == '_' && name[at + 2] == '_' && name[at + 3] == '_' && name[at] != '_' && name[at + 4] != '_') return name[..(at + 1)];
        return name;
    }

    // FNV-1a.
    private static uint Hash(ReadOnlySpan<byte> name)
    {
        uint hash = FirstHash;
        foreach (byte character in name) hash = (hash ^ character) * HashFactor;
        return hash;
    }

    private uint Slot(uint hash) => (hash ^ hash >> 15) & (uint)(_buckets.Length - 1);

    /// <summary>What <see cref="Find"/> found.</summary>
    public struct Matches(BtfNameIndex index, byte[] name)
    {
        private int _at = index._buckets[index.Slot(Hash(name))];

        public int Current { get; private set; }

        public readonly Matches GetEnumerator() => this;

        public bool MoveNext()
        {
            while (_at != 0)
            {
                Current = _at - 1 + index._image.FirstId;
                _at = index._next[_at - 1];
                if (Essential(index._image.NameBytes(Current)).SequenceEqual(name)) return true;
            }

            return false;
        }
    }
}
