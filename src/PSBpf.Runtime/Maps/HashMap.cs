using System.Runtime.CompilerServices;
using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>Makes hash maps, with code for the size of their keys.</summary>
internal static class HashMap
{
    /// <summary>Makes BPF_MAP_TYPE_HASH and its relatives.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="spec">The checked blueprint.</param>
    /// <param name="perCpu">Whether every element has a value for each virtual CPU, which updates write in place.</param>
    /// <param name="evicts">Whether a full map gives up an entry that was not used for long.</param>
    public static RuntimeMap Create(Engine engine, MapSpec spec, bool perCpu, bool evicts) => spec.KeySize switch
    {
        4 => new HashMap<Key4>(engine, spec, perCpu, evicts),
        8 => new HashMap<Key8>(engine, spec, perCpu, evicts),
        16 => new HashMap<Key16>(engine, spec, perCpu, evicts),
        _ => new HashMap<KeyBytes>(engine, spec, perCpu, evicts),
    };

    /// <summary>Makes BPF_MAP_TYPE_SOCKHASH.</summary>
    public static RuntimeMap CreateOfSockets(Engine engine, MapSpec spec) => spec.KeySize switch
    {
        4 => new SockhashMap<Key4>(engine, spec),
        8 => new SockhashMap<Key8>(engine, spec),
        16 => new SockhashMap<Key16>(engine, spec),
        _ => new SockhashMap<KeyBytes>(engine, spec),
    };

    /// <summary>Makes BPF_MAP_TYPE_HASH_OF_MAPS.</summary>
    public static RuntimeMap CreateOfMaps(Engine engine, MapSpec spec) => spec.KeySize switch
    {
        4 => new HashOfMaps<Key4>(engine, spec),
        8 => new HashOfMaps<Key8>(engine, spec),
        16 => new HashOfMaps<Key16>(engine, spec),
        _ => new HashOfMaps<KeyBytes>(engine, spec),
    };
}

/// <summary>
/// The hash maps: BPF_MAP_TYPE_HASH, per-CPU and LRU ones. Lookups take no lock. An update prepares a new element and puts it
/// in the place of the old one, inside of the bucket's gate. The other part of the class has the changes.
/// </summary>
/// <typeparam name="TKey">The kind of keys.</typeparam>
internal unsafe partial class HashMap<TKey> : RuntimeMap
    where TKey : struct, IHashKey
{
    private readonly HashBucket* _buckets;
    private readonly uint _maxEntries, _bucketMask, _stride, _valueOffset, _valueStride;
    private readonly byte* _slab;
    private readonly HashSecret _secret;
    private readonly int _keySize, _values;
    private readonly nint _cpuStride;
    private readonly bool _isPerCpu;
    private readonly ValueFields _fields;
    private readonly ElementPool _elements;
    private readonly UseOrder? _order;
    private int _count;

    public HashMap(Engine engine, MapSpec spec, bool perCpu, bool evicts, bool exposed = true)
        : base(engine, spec)
    {
        _keySize = KeySize;
        _maxEntries = spec.MaxEntries;
        _values = perCpu ? engine.Cpus.Count : 1;
        _isPerCpu = perCpu;
        _fields = new ValueFields(spec);
        _valueStride = Round8(spec.ValueSize);
        _cpuStride = perCpu ? (nint)_valueStride : 0;
        _valueOffset = HashElement.Size + Round8(spec.KeySize);
        _stride = _valueOffset + _valueStride * (uint)_values;
        uint buckets = Math.Min(System.Numerics.BitOperations.RoundUpToPowerOf2(spec.MaxEntries), 1u << 30);
        _bucketMask = buckets - 1;
        _secret = new HashSecret(spec.Flags.HasFlag(MapFlags.ZeroSeed) ? 0 : engine.Environment.NextRandom());

        uint capacity = spec.MaxEntries + ElementPool.Spare(spec.MaxEntries, _stride);
        var slab = Allocate((long)_stride * capacity);
        _slab = slab.Address;
        _buckets = (HashBucket*)Allocate((long)buckets * sizeof(HashBucket)).Address;
        new Span<HashBucket>(_buckets, (int)buckets).Fill(new HashBucket { Head = ElementPool.None });
        _elements = new ElementPool(engine.Cpus.Epochs, slab.Address, _stride, capacity);
        _order = evicts ? new UseOrder(_elements) : null;
        if (!exposed) return;
        Expose(new MemoryRegion
        {
            Start = (ulong)slab.Address,
            Length = (ulong)_stride * capacity,
            Stride = _stride,
            ValueOffset = _valueOffset,
            ValueStride = _valueStride,
            Values = (uint)_values,
            ValueSize = spec.ValueSize,
            Readable = ProgramsRead,
            Writable = ProgramsWrite,
        });
    }

    /// <inheritdoc/>
    public override int UserValueSize => _isPerCpu ? _values * (int)_valueStride : ValueSize;

    /// <inheritdoc/>
    public override int TimerOffset => _fields.TimerOffset;

    /// <inheritdoc/>
    public override void CopyKeyOf(ulong value, byte* key) => SmallCopy.Copy((byte*)value - _valueOffset + HashElement.Size, key, _keySize);

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override ulong Lookup(byte* key, int cpu)
    {
        uint hash = TKey.Hash(key, _keySize, in _secret);
        uint index = Search(key, hash);
        if (index == ElementPool.None)
        {
            if (!_elements.HasStolen || (index = SearchAgain(key, hash)) == ElementPool.None) return 0;
        }

        var element = ElementAt(index);
        if (_order is not null && element->Used == 0) element->Used = 1;
        return (ulong)element + _valueOffset + (ulong)(cpu * _cpuStride);
    }

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override ulong LookupOn(byte* key, uint cpu) => cpu < (uint)_values ? Lookup(key, (int)cpu) : 0;

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value)
    {
        uint hash = TKey.Hash(key, _keySize, in _secret);
        while (true)
        {
            uint index = Find(key, hash);
            if (index == ElementPool.None) return Errno.ENOENT;
            var element = ElementAt(index);
            uint sequence = Volatile.Read(ref element->Sequence);
            if (element->Hash != hash || !TKey.Equal(KeyOf(element), key, _keySize)) continue;
            SmallCopy.Copy(ValueOf(element, 0), value, UserValueSize);
            if (!_isPerCpu) _fields.Clear(value);
            if (IsUnchanged(element, sequence)) return Errno.None;
        }
    }

    /// <inheritdoc/>
    public override Errno NextKey(byte* key, byte* next)
    {
        while (true)
        {
            // An unknown key stands for the start, as in the kernel.
            uint bucket = 0, node = Volatile.Read(ref _buckets[0].Head);
            if (key != null)
            {
                uint hash = TKey.Hash(key, _keySize, in _secret);
                uint index = Find(key, hash);
                if (index != ElementPool.None)
                {
                    bucket = hash & _bucketMask;
                    node = Volatile.Read(ref ElementAt(index)->Next);
                }
            }

            while (node == ElementPool.None)
            {
                if (++bucket > _bucketMask) return Errno.ENOENT;
                node = Volatile.Read(ref _buckets[bucket].Head);
            }

            var element = ElementAt(node);
            uint sequence = Volatile.Read(ref element->Sequence);
            SmallCopy.Copy(KeyOf(element), next, _keySize);
            if (IsUnchanged(element, sequence)) return Errno.None;
        }
    }

    private uint Find(byte* key, uint hash)
    {
        uint index = Search(key, hash);
        return index != ElementPool.None || !_elements.HasStolen ? index : SearchAgain(key, hash);
    }

    // An element used anew under the reader's feet may have led it past what it looks for: now nothing moves.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint SearchAgain(byte* key, uint hash)
    {
        var bucket = BucketOf(hash);
        SpinGate.Enter(ref bucket->Gate);
        uint index = Search(key, hash);
        SpinGate.Exit(ref bucket->Gate);
        return index;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Search(byte* key, uint hash)
    {
        uint node = Volatile.Read(ref BucketOf(hash)->Head);
        while (node != ElementPool.None)
        {
            var element = ElementAt(node);
            if (element->Hash == hash && TKey.Equal(KeyOf(element), key, _keySize)) break;
            node = Volatile.Read(ref element->Next);
        }

        return node;
    }

    // Whether what was copied since the sequence was read is whole: nobody began or finished to use the element anew.
    private static bool IsUnchanged(HashElement* element, uint sequence)
    {
        Volatile.ReadBarrier();
        return (sequence & 1) == 0 && Volatile.Read(ref element->Sequence) == sequence;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private HashBucket* BucketOf(uint hash) => _buckets + (hash & _bucketMask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private HashElement* ElementAt(uint index) => (HashElement*)(_slab + (ulong)index * _stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* KeyOf(HashElement* element) => (byte*)element + HashElement.Size;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* ValueOf(HashElement* element, int cpu) => (byte*)element + _valueOffset + cpu * _cpuStride;
}
