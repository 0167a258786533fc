using System.Runtime.CompilerServices;
using System.Text;

namespace PSBpf.Btf;

/// <summary>
/// Finds types by name without reading them: one pass over the records, two numbers for each type. Names count without what
/// follows the last <c>___</c> between two other characters, since CO-RE compares them so.
/// </summary>
internal sealed class BtfNameIndex
{
    private readonly BtfImage _image;
    private readonly int[] _buckets;
    private readonly int[] _next;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public BtfNameIndex(BtfImage image)
    {
        _image = image;
        int count = image.Count - image.FirstId;
        _buckets = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(count, 2))];
        _next = new int[count];
        // Backwards, so that each chain is ascending. 0 ends a chain: void has no name, and indices are kept one higher.
        for (int index = count - 1; index >= 0; index--)
        {
            ReadOnlySpan<byte> name = image.NameBytes(index + image.FirstId);
            if (name.IsEmpty) continue;
            ref int bucket = ref Bucket(Essential(name));
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

    private ref int Bucket(ReadOnlySpan<byte> name)
    {
        // FNV-1a.
        uint hash = 2166136261;
        foreach (byte character in name) hash = (hash ^ character) * 16777619;
        return ref _buckets[(hash ^ hash >> 15) & (uint)(_buckets.Length - 1)];
    }

    /// <summary>What <see cref="Find"/> found.</summary>
    public struct Matches(BtfNameIndex index, byte[] name)
    {
        private int _at = index.Bucket(name);

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
