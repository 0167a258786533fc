using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// The storage of a map, which programs and users share. Programs call it inside of a run and get real addresses;
/// users reach it through <see cref="KernelMap"/>, which copies. It is freed when nobody refers to it and every run that
/// could have seen it has ended.
/// </summary>
internal abstract unsafe class RuntimeMap : IReclaimable
{
    private readonly List<MemoryRegion> _regions = [];
    private readonly List<NativeBlock> _blocks = [];
    private int _references = 1;
    private int _users;
    private long _bytes;

    protected RuntimeMap(Engine engine, MapSpec spec)
    {
        Engine = engine;
        Spec = spec;
        KeySize = (int)spec.KeySize;
        ValueSize = (int)spec.ValueSize;
        Handle = engine.Maps.Add(this, out int id);
        Id = id;
    }

    /// <summary>The engine.</summary>
    public Engine Engine { get; }

    /// <summary>The blueprint, with sizes as rounded.</summary>
    public MapSpec Spec { get; }

    /// <summary>Id, unique in the engine.</summary>
    public int Id { get; }

    /// <summary>What a program's register holds that refers to this map: no address.</summary>
    public ulong Handle { get; }

    /// <summary>Key size in bytes.</summary>
    public int KeySize { get; }

    /// <summary>Value size in bytes.</summary>
    public int ValueSize { get; }

    /// <summary>Bytes of a value as users see it.</summary>
    public virtual int UserValueSize => ValueSize;

    /// <summary>Bytes of native memory.</summary>
    public long MemoryBytes => Volatile.Read(ref _bytes);

    /// <summary>Whether users may no longer change it.</summary>
    public bool IsFrozen { get; set; }

    /// <summary>Where the first value lies, for maps whose values programs address directly; else 0.</summary>
    public virtual ulong DirectValueAddress => 0;

    /// <summary>Where a value's timer lies; −1 when it has none.</summary>
    public virtual int TimerOffset => -1;

    /// <summary>Whether anybody can change it who is no program.</summary>
    public bool HasUsers => Volatile.Read(ref _users) > 0;

    /// <summary>Copies the key of a value, for maps whose values have timers.</summary>
    /// <param name="value">The value's address.</param>
    /// <param name="key">Where to.</param>
    public virtual void CopyKeyOf(ulong value, byte* key) => throw new InvalidOperationException($"Values of a {Spec.Type} do not know their keys.");

    /// <summary>The value of a key for a program; 0 when there is none.</summary>
    public abstract ulong Lookup(byte* key, int cpu);

    /// <summary>A program's update; per-CPU maps change the value of <paramref name="cpu"/>.</summary>
    public abstract Errno Update(byte* key, byte* value, ulong flags, int cpu);

    /// <summary>Deletes a key.</summary>
    public abstract Errno Delete(byte* key);

    /// <summary>A user's lookup: copies <see cref="UserValueSize"/> bytes.</summary>
    public abstract Errno CopyValue(byte* key, byte* value);

    /// <summary>The same under the value's bpf_spin_lock (BPF_F_LOCK).</summary>
    public virtual Errno CopyValueLocked(byte* key, byte* value) => Errno.EINVAL;

    /// <summary>Whether values have a bpf_spin_lock.</summary>
    public virtual bool HasLock => false;

    /// <summary>A user's update, of all CPUs' values where there are several.</summary>
    public abstract Errno UpdateAll(byte* key, byte* value, ulong flags);

    /// <summary>BPF_MAP_LOOKUP_AND_DELETE_ELEM: copies the value and deletes the entry, in one step.</summary>
    public virtual Errno TakeValue(byte* key, byte* value) => Errno.ENOTSUPP;

    /// <summary>The same under the value's bpf_spin_lock (BPF_F_LOCK).</summary>
    public virtual Errno TakeValueLocked(byte* key, byte* value) => Errno.EINVAL;

    /// <summary>Which commands on many entries it takes.</summary>
    public virtual MapBatches Batches => MapBatches.None;

    /// <summary>A user's lookup of many entries: by keys in their order, where the type has no better way.</summary>
    /// <param name="position">Where the walk is: room for a key, at least 4 bytes.</param>
    /// <param name="begun">Whether it is past its start.</param>
    /// <param name="keys">Room for keys.</param>
    /// <param name="values">Room for values.</param>
    /// <param name="count">How many there is room for; then how many there are.</param>
    /// <param name="deletes">Whether they are deleted.</param>
    /// <param name="locked">Whether values are copied under their locks.</param>
    public virtual Errno CopyBatch(byte* position, bool begun, byte* keys, byte* values, ref int count, bool deletes, bool locked) =>
        CopyBatchByKeys(position, begun, keys, values, ref count, locked);

    /// <summary>The same by keys, for all types that have no better way.</summary>
    protected Errno CopyBatchByKeys(byte* position, bool begun, byte* keys, byte* values, ref int count, bool locked)
    {
        int room = count;
        count = 0;
        byte* previous = begun ? position : null;
        byte* next = stackalloc byte[KeySize];
        while (count < room)
        {
            var error = NextKey(previous, next);
            if (error != Errno.None) return error;
            byte* value = values + (nint)count * UserValueSize;
            error = locked ? CopyValueLocked(next, value) : CopyValue(next, value);
            if (error is not (Errno.None or Errno.ENOENT)) return error;
            SmallCopy.Copy(next, position, KeySize);
            previous = position;
            if (error == Errno.None) SmallCopy.Copy(next, keys + (nint)count++ * KeySize, KeySize);
        }

        return Errno.None;
    }

    /// <summary>bpf_map_lookup_percpu_elem: the value of a key on one CPU; 0 when there is none.</summary>
    public virtual ulong LookupOn(byte* key, uint cpu) => 0;

    /// <summary>bpf_map_push_elem.</summary>
    public virtual Errno Push(byte* value, ulong flags) => Errno.EOPNOTSUPP;

    /// <summary>bpf_map_pop_elem: takes the next value out; without one the memory is zeroed.</summary>
    public virtual Errno Pop(byte* value) => Errno.EOPNOTSUPP;

    /// <summary>bpf_map_peek_elem: copies the next value; a Bloom filter says whether it may hold this one.</summary>
    public virtual Errno Peek(byte* value) => Errno.EOPNOTSUPP;

    /// <summary>The key after <paramref name="key"/>; the first for null.</summary>
    public abstract Errno NextKey(byte* key, byte* next);

    /// <summary>Counts a user who can change it: a descriptor, a pin. Who adds one has a reference.</summary>
    public void AddUser() => Interlocked.Increment(ref _users);

    /// <summary>With the last user the map is abandoned.</summary>
    public void RemoveUser()
    {
        if (Interlocked.Decrement(ref _users) != 0) return;
        if (TimerOffset >= 0) Engine.Timers.FreeAll(this);
        Abandon();
    }

    /// <summary>Gives a program one element after the other.</summary>
    /// <param name="cursor">Where the walk is; it does not move while the program has the key.</param>
    /// <param name="cpu">Whose value of a per-CPU map.</param>
    /// <param name="key">Address of the key.</param>
    /// <returns>Address of the value; 0 at the end, and for maps that are not walked through.</returns>
    public virtual ulong NextElement(MapCursor* cursor, int cpu, out ulong key)
    {
        key = 0;
        return 0;
    }

    /// <summary>Users can no longer reach it; programs still may.</summary>
    public virtual void Abandon()
    {
    }

    /// <summary>Counts a reference: a user's, a program's.</summary>
    /// <returns>False when the storage is already retired.</returns>
    public bool TryAddReference()
    {
        int references = Volatile.Read(ref _references);
        while (references > 0)
        {
            int seen = Interlocked.CompareExchange(ref _references, references + 1, references);
            if (seen == references) return true;
            references = seen;
        }

        return false;
    }

    /// <summary>Drops a reference; with the last one the storage is retired.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0) Engine.Reclaimer.Retire(this);
    }

    /// <inheritdoc/>
    public virtual void Reclaim()
    {
        if (TimerOffset >= 0) Engine.Timers.FreeAll(this);
        foreach (var region in _regions)
        {
            Engine.Masks.FreeAll(region.Start, region.Length);
            Engine.Regions.Remove(region);
        }

        foreach (var block in _blocks) block.Free();
        Engine.Account.Return(_bytes);
        Engine.Maps.Remove(this);
    }

    /// <summary>Rounds up to a multiple of 8, as values and keys are laid out.</summary>
    protected static uint Round8(uint size) => (size + 7) & ~7u;

    /// <summary>Takes native memory on the map's account.</summary>
    protected NativeBlock Allocate(long bytes)
    {
        Charge(bytes);
        try
        {
            var block = new NativeBlock(bytes);
            _blocks.Add(block);
            return block;
        }
        catch
        {
            Release();
            throw;
        }
    }

    /// <summary>Counts memory on the map's account.</summary>
    protected void Charge(long bytes)
    {
        try
        {
            Engine.Account.Take(Spec.Name, bytes);
            Interlocked.Add(ref _bytes, bytes);
        }
        catch
        {
            Release();
            throw;
        }
    }

    /// <summary>Lets programs touch values, within what the map's flags allow.</summary>
    protected void Expose(MemoryRegion region)
    {
        _regions.Add(region);
        Engine.Regions.Add(region);
    }

    /// <summary>Memory with nothing but its values and what pads them: what is inside may be another element, but never anything else. Null where there is none.</summary>
    public virtual MemoryRegion? ValueSlab => null;

    /// <summary>Its regions, in the order in which they were exposed.</summary>
    protected IReadOnlyList<MemoryRegion> Regions => _regions;

    /// <summary>Whether a region is one of this map's.</summary>
    public bool Holds(MemoryRegion region) => _regions.Contains(region);

    /// <summary>Whether programs may read values.</summary>
    protected bool ProgramsRead => !Spec.Flags.HasFlag(MapFlags.WriteOnlyProgram);

    /// <summary>Whether programs may write values.</summary>
    protected bool ProgramsWrite => !Spec.Flags.HasFlag(MapFlags.ReadOnlyProgram);
}
