using System.Runtime.CompilerServices;
using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// The hash maps: BPF_MAP_TYPE_HASH here, per-CPU and LRU ones in derived classes. Lookups take no lock. An update
/// puts a new element in the place of the old one, under the lock of the bucket's stripe.
/// </summary>
internal unsafe class HashMap : RuntimeMap
{
    private const uint EndOfChain = ElementPool.None;
    private const int LockCount = 64;

    private readonly Lock[] _locks;
    private readonly uint* _heads;
    private readonly uint _bucketMask;
    private readonly uint _valueOffset;
    private readonly uint _seed;
    private readonly int _values;
    private readonly uint _valueStride;
    private int _count;

    public HashMap(Engine engine, MapSpec spec)
        : this(engine, spec, values: 1, locks: LockCount)
    {
    }

    /// <summary>For derived types.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="spec">The checked blueprint.</param>
    /// <param name="values">Values per element.</param>
    /// <param name="locks">Stripes of buckets that are locked apart.</param>
    protected HashMap(Engine engine, MapSpec spec, int values, int locks)
        : base(engine, spec)
    {
        _values = values;
        _valueStride = Round8(spec.ValueSize);
        _valueOffset = HashElement.Size + Round8(spec.KeySize);
        uint stride = _valueOffset + _valueStride * (uint)values;
        uint buckets = Math.Min(System.Numerics.BitOperations.RoundUpToPowerOf2(spec.MaxEntries), 1u << 30);
        _bucketMask = buckets - 1;
        _seed = spec.Flags.HasFlag(MapFlags.ZeroSeed) ? 0 : engine.Environment.NextRandom();
        _locks = new Lock[Math.Min(locks, (int)buckets)];
        for (int index = 0; index < _locks.Length; index++) _locks[index] = new Lock();

        uint capacity = spec.MaxEntries + Math.Clamp(spec.MaxEntries / 4, 32, 4096);
        var slab = Allocate((long)stride * capacity);
        _heads = (uint*)Allocate((long)buckets * sizeof(uint)).Address;
        new Span<uint>(_heads, (int)buckets).Fill(EndOfChain);
        Elements = new ElementPool(engine.Cpus.Epochs, slab.Address, stride, capacity);
        Expose(new MemoryRegion
        {
            Start = (ulong)slab.Address,
            Length = (ulong)stride * capacity,
            Stride = stride,
            ValueOffset = _valueOffset,
            ValueStride = _valueStride,
            Values = (uint)values,
            ValueSize = spec.ValueSize,
            Readable = ProgramsRead,
            Writable = ProgramsWrite,
        });
    }

    /// <inheritdoc/>
    public override int UserValueSize => _values == 1 ? ValueSize : _values * (int)_valueStride;

    /// <summary>The elements.</summary>
    protected ElementPool Elements { get; }

    /// <inheritdoc/>
    public override ulong Lookup(byte* key, int cpu)
    {
        uint index = Find(key, HashOf(key));
        if (index == ElementPool.None) return 0;
        OnUse(index);
        return (ulong)ValueOf(index, _values == 1 ? 0 : cpu);
    }

    /// <inheritdoc/>
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu) => Change(key, value, flags, cpu);

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags) => Change(key, value, flags, AllCpus);

    /// <inheritdoc/>
    public override Errno Delete(byte* key)
    {
        uint hash = HashOf(key);
        lock (LockOf(hash))
        {
            uint index = Search(key, hash);
            if (index == ElementPool.None) return Errno.ENOENT;
            Remove(index);
            return Errno.None;
        }
    }

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value)
    {
        uint hash = HashOf(key);
        while (true)
        {
            uint index = Find(key, hash);
            if (index == ElementPool.None) return Errno.ENOENT;
            uint sequence = Volatile.Read(ref Elements[index]->Sequence);
            if (!Holds(index, key, hash)) continue;
            new ReadOnlySpan<byte>(ValueOf(index, 0), UserValueSize).CopyTo(new Span<byte>(value, UserValueSize));
            if (IsUnchanged(index, sequence)) return Errno.None;
        }
    }

    /// <inheritdoc/>
    public override Errno NextKey(byte* key, byte* next)
    {
        while (true)
        {
            // An unknown key stands for the start, as in the kernel.
            uint bucket = 0, node = Volatile.Read(ref _heads[0]);
            if (key != null)
            {
                uint hash = HashOf(key);
                uint index = Find(key, hash);
                if (index != ElementPool.None)
                {
                    bucket = hash & _bucketMask;
                    node = Volatile.Read(ref Elements[index]->Next);
                }
            }

            while (node == EndOfChain)
            {
                if (++bucket > _bucketMask) return Errno.ENOENT;
                node = Volatile.Read(ref _heads[bucket]);
            }

            uint sequence = Volatile.Read(ref Elements[node]->Sequence);
            new ReadOnlySpan<byte>(KeyOf(node), KeySize).CopyTo(new Span<byte>(next, KeySize));
            if (IsUnchanged(node, sequence)) return Errno.None;
        }
    }

    /// <summary>Stands for every CPU's value.</summary>
    protected const int AllCpus = -1;

    /// <summary>A program looked the element up.</summary>
    protected virtual void OnUse(uint index)
    {
    }

    /// <summary>The element is about to be linked, under the lock.</summary>
    protected virtual void OnInsert(uint index)
    {
    }

    /// <summary>The element was unlinked, under the lock.</summary>
    protected virtual void OnRemove(uint index)
    {
    }

    /// <summary>Makes room in a full map, under the lock.</summary>
    /// <returns>False when the map stays full.</returns>
    protected virtual bool Evict() => false;

    /// <summary>Whether an update of an existing element writes its value in place rather than replacing the element.</summary>
    protected virtual bool UpdatesInPlace => false;

    /// <summary>Unlinks and retires an element, under its lock.</summary>
    protected void Remove(uint index)
    {
        Volatile.Write(ref LinkTo(index), Elements[index]->Next);
        OnRemove(index);
        Interlocked.Decrement(ref _count);
        Elements.Retire(index);
    }

    private Errno Change(byte* key, byte* value, ulong flags, int cpu)
    {
        if (flags > (ulong)MapUpdateFlags.Exist) return Errno.EINVAL;
        uint hash = HashOf(key);
        var spin = new SpinWait();
        while (true)
        {
            lock (LockOf(hash))
            {
                uint old = Search(key, hash);
                if (old != ElementPool.None && flags == (ulong)MapUpdateFlags.NoExist) return Errno.EEXIST;
                if (old == ElementPool.None && flags == (ulong)MapUpdateFlags.Exist) return Errno.ENOENT;
                if (old != ElementPool.None && UpdatesInPlace)
                {
                    WriteValue(old, value, cpu, fresh: false);
                    OnUse(old);
                    return Errno.None;
                }

                if (old == ElementPool.None && !CountOneMore()) return Errno.E2BIG;
                uint index = Elements.Take(steal: Engine.Cpus.IsRunning);
                if (index != ElementPool.None)
                {
                    Fill(index, key, hash, value, cpu);
                    Link(index, old, hash);
                    return Errno.None;
                }

                if (old == ElementPool.None) Interlocked.Decrement(ref _count);
            }

            spin.SpinOnce();
        }
    }

    private bool CountOneMore()
    {
        while (Interlocked.Increment(ref _count) > Spec.MaxEntries)
        {
            Interlocked.Decrement(ref _count);
            if (!Evict()) return false;
        }

        return true;
    }

    private void Fill(uint index, byte* key, uint hash, byte* value, int cpu)
    {
        var element = Elements[index];
        element->Hash = hash;
        new ReadOnlySpan<byte>(key, KeySize).CopyTo(new Span<byte>(KeyOf(index), KeySize));
        WriteValue(index, value, cpu, fresh: true);
    }

    // A new element goes to the head of its chain. One that replaces another takes its place in one step: a reader on its
    // way through the chain meets the one or the other, never both and never none.
    private void Link(uint index, uint old, uint hash)
    {
        var element = Elements[index];
        ref uint place = ref old == ElementPool.None ? ref _heads[hash & _bucketMask] : ref LinkTo(old);
        element->Next = old == ElementPool.None ? place : Elements[old]->Next;
        Volatile.Write(ref element->Sequence, element->Sequence + 1);
        OnInsert(index);
        Volatile.Write(ref place, index);
        if (old == ElementPool.None) return;
        OnRemove(old);
        Elements.Retire(old);
    }

    // A program that makes a per-CPU element sets its own CPU's value; the others start as zero.
    private void WriteValue(uint index, byte* value, int cpu, bool fresh)
    {
        if (_values == 1 || cpu >= 0)
        {
            if (fresh && _values > 1) new Span<byte>(ValueOf(index, 0), UserValueSize).Clear();
            new ReadOnlySpan<byte>(value, ValueSize).CopyTo(new Span<byte>(ValueOf(index, Math.Max(cpu, 0) % _values), ValueSize));
            return;
        }

        for (int each = 0; each < _values; each++)
            new ReadOnlySpan<byte>(value + (long)each * _valueStride, ValueSize).CopyTo(new Span<byte>(ValueOf(index, each), ValueSize));
    }

    private uint Find(byte* key, uint hash)
    {
        uint index = Search(key, hash);
        if (index != ElementPool.None || !Elements.HasStolen) return index;

        // An element used anew under the reader's feet may have led it past what it looks for: now nothing moves.
        lock (LockOf(hash)) return Search(key, hash);
    }

    private uint Search(byte* key, uint hash)
    {
        uint node = Volatile.Read(ref _heads[hash & _bucketMask]);
        while (node != EndOfChain && !Holds(node, key, hash)) node = Volatile.Read(ref Elements[node]->Next);
        return node;
    }

    // Whether what was copied since the sequence was read is whole: nobody began or finished to use the element anew.
    private bool IsUnchanged(uint index, uint sequence)
    {
        Interlocked.MemoryBarrier();
        return (sequence & 1) == 0 && Volatile.Read(ref Elements[index]->Sequence) == sequence;
    }

    private ref uint LinkTo(uint index)
    {
        ref uint link = ref _heads[Elements[index]->Hash & _bucketMask];
        while (link != index) link = ref Elements[link]->Next;
        return ref link;
    }

    private bool Holds(uint index, byte* key, uint hash)
    {
        if (Elements[index]->Hash != hash) return false;
        byte* own = KeyOf(index);
        return KeySize switch
        {
            4 => *(uint*)own == *(uint*)key,
            8 => *(ulong*)own == *(ulong*)key,
            _ => new ReadOnlySpan<byte>(own, KeySize).SequenceEqual(new ReadOnlySpan<byte>(key, KeySize)),
        };
    }

    private uint HashOf(byte* key)
    {
        const ulong multiplier = 0x9e37_79b9_7f4a_7c15;
        ulong hash = _seed ^ (ulong)KeySize * multiplier;
        int offset = 0;
        for (; offset + 8 <= KeySize; offset += 8) hash = Mix(hash ^ *(ulong*)(key + offset));
        if (offset < KeySize)
        {
            ulong tail = 0;
            for (int shift = 0; offset < KeySize; offset++, shift += 8) tail |= (ulong)key[offset] << shift;
            hash = Mix(hash ^ tail);
        }

        return (uint)(hash >> 32);

        static ulong Mix(ulong value)
        {
            ulong high = Math.BigMul(value, multiplier, out ulong low);
            return high ^ low;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* KeyOf(uint index) => (byte*)Elements[index] + HashElement.Size;

    private byte* ValueOf(uint index, int cpu) => (byte*)Elements[index] + _valueOffset + (nint)cpu * (nint)_valueStride;

    private Lock LockOf(uint hash) => _locks[(hash & _bucketMask) % (uint)_locks.Length];
}
