using System.Collections.Concurrent;
using System.Numerics;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// The masks of processors (struct bpf_cpumask) that programs made. Programs hold an address that nothing lies at and that no other mask ever gets, so that one
/// that is gone is known as such. A pointer field of a map's value holds a reference, until another pointer takes its place or the value goes.
/// </summary>
internal sealed unsafe class MaskTable(int processors)
{
    /// <summary>More cannot be made: the function that makes one may fail.</summary>
    public const int Most = 1 << 16;

    private const ulong First = 0xffff_88a1_0000_0000;
    private const int Distance = 64;

    private readonly ConcurrentDictionary<ulong, CpuMask> _masks = new();
    private readonly ConcurrentDictionary<ulong, byte> _fields = new();
    private long _made;

    /// <summary>How many there are.</summary>
    public int Count => _masks.Count;

    /// <summary>Makes an empty one with one reference.</summary>
    /// <returns>Its address; 0 when there are too many.</returns>
    public ulong Create()
    {
        if (_masks.Count >= Most) return 0;
        ulong address = First + (ulong)Interlocked.Increment(ref _made) * Distance;
        _masks[address] = new CpuMask(processors);
        return address;
    }

    /// <summary>The mask at an address. One that is gone meanwhile is empty, and nobody sees what is done to it.</summary>
    public CpuMask At(ulong address) => _masks.TryGetValue(address, out var mask) ? mask : new CpuMask(processors);

    /// <summary>Counts a reference.</summary>
    public void AddReference(ulong address) => Interlocked.Increment(ref At(address).References);

    /// <summary>Drops a reference; other addresses are no concern of this table.</summary>
    public void Release(ulong address)
    {
        if (_masks.TryGetValue(address, out var mask) && Interlocked.Decrement(ref mask.References) == 0) _masks.TryRemove(address, out _);
    }

    /// <summary>bpf_kptr_xchg: puts a pointer into a field of a map's value, with its reference.</summary>
    /// <returns>What was in it.</returns>
    public ulong Exchange(ulong field, ulong address)
    {
        if (_masks.ContainsKey(address)) _fields[field] = 0;
        return Interlocked.Exchange(ref *(ulong*)field, address);
    }

    /// <summary>A value goes or is written anew: what its field holds is let go.</summary>
    public void Free(ulong field)
    {
        ulong held = Interlocked.Exchange(ref *(ulong*)field, 0);
        if (_fields.TryRemove(field, out _)) Release(held);
    }

    /// <summary>Memory goes, with all fields in it.</summary>
    public void FreeAll(ulong start, ulong length)
    {
        if (_fields.IsEmpty) return;
        foreach (ulong field in _fields.Keys)
            if (field - start < length) Free(field);
    }
}

/// <summary>A mask of processors. Bits change one by one and atomically, masks as a whole do not.</summary>
internal sealed class CpuMask
{
    private const int WordBits = 64;

    private readonly ulong[] _words;
    private readonly int _processors;

    /// <summary>How many hold it.</summary>
    public int References = 1;

    public CpuMask(int processors)
    {
        _processors = processors;
        _words = new ulong[(processors + WordBits - 1) / WordBits];
    }

    /// <summary>The words, lowest processor first; bits beyond the last processor are zero.</summary>
    public Span<ulong> Words => _words;

    /// <summary>How many processors are in it.</summary>
    public int Weight
    {
        get
        {
            int weight = 0;
            foreach (ulong word in _words) weight += BitOperations.PopCount(word);
            return weight;
        }
    }

    /// <summary>The processors of a word that there are.</summary>
    public ulong Possible(int word) => _processors - word * WordBits >= WordBits ? ulong.MaxValue : (1UL << (_processors - word * WordBits)) - 1;

    /// <summary>Puts one in.</summary>
    /// <returns>Whether it was in before.</returns>
    public bool Add(uint processor) => processor < (uint)_processors && (Interlocked.Or(ref _words[processor / WordBits], BitOf(processor)) & BitOf(processor)) != 0;

    /// <summary>Takes one out.</summary>
    /// <returns>Whether it was in.</returns>
    public bool Remove(uint processor) => processor < (uint)_processors && (Interlocked.And(ref _words[processor / WordBits], ~BitOf(processor)) & BitOf(processor)) != 0;

    /// <summary>Whether one is in.</summary>
    public bool Contains(uint processor) => processor < (uint)_processors && (Volatile.Read(ref _words[processor / WordBits]) & BitOf(processor)) != 0;

    private static ulong BitOf(uint processor) => 1UL << (int)(processor % WordBits);
}
