using System.Runtime.CompilerServices;
using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// BPF_MAP_TYPE_HASH_OF_MAPS: a hash whose values are the places of maps in the engine's table. A program's lookup gives the
/// handle of the map; users give and take ids. Only users change it, so that one lock is enough for that.
/// </summary>
/// <typeparam name="TKey">The kind of keys.</typeparam>
internal sealed unsafe class HashOfMaps<TKey>(Engine engine, MapSpec spec) : HashMap<TKey>(engine, spec, perCpu: false, evicts: false, exposed: false)
    where TKey : struct, IHashKey
{
    private readonly Lock _changing = new();
    private bool _used;

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override ulong Lookup(byte* key, int cpu)
    {
        ulong value = base.Lookup(key, cpu);
        return value == 0 ? 0 : MapTable.HandleOf(*(uint*)value);
    }

    /// <inheritdoc/>
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu) => Errno.EINVAL;

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value)
    {
        uint place;
        var error = base.CopyValue(key, (byte*)&place);
        if (error != Errno.None) return error;
        *(int*)value = Engine.Maps.Find(MapTable.HandleOf(place))!.Id;
        return Errno.None;
    }

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags)
    {
        if (Engine.Maps.Hold(*(int*)value) is not { } map) return Errno.ENOENT;
        Errno error;
        RuntimeMap? old;
        lock (_changing)
        {
            old = Held(key);
            _used = true;
            uint place = MapTable.PlaceOf(map.Handle);
            error = InnerMaps.Fits(Spec.Inner!, map.Spec) ? base.Update(key, (byte*)&place, flags, 0) : Errno.EINVAL;
        }

        if (error != Errno.None) map.Release();
        else Retire(old);
        return error;
    }

    /// <inheritdoc/>
    public override MapBatches Batches => MapBatches.Lookup | MapBatches.Update | MapBatches.Delete;

    /// <inheritdoc/>
    public override Errno Delete(byte* key)
    {
        RuntimeMap? old;
        lock (_changing)
        {
            old = Held(key);
            if (old is not null) base.Delete(key);
        }

        Retire(old);
        return old is null ? Errno.ENOENT : Errno.None;
    }

    /// <inheritdoc/>
    public override Errno CopyBatch(byte* position, bool begun, byte* keys, byte* values, ref int count, bool deletes, bool locked) => CopyBatchByKeys(position, begun, keys, values, ref count, locked);

    /// <summary>Not for maps of maps.</summary>
    public override Errno TakeValue(byte* key, byte* value) => Errno.ENOTSUPP;

    /// <inheritdoc/>
    public override void Reclaim()
    {
        if (_used) ReleaseAll();
        base.Reclaim();
    }

    private void ReleaseAll()
    {
        var keys = new byte[2 * KeySize];
        fixed (byte* memory = keys)
        {
            byte* key = null;
            while (NextKey(key, memory + KeySize) == Errno.None)
            {
                key = memory;
                new ReadOnlySpan<byte>(memory + KeySize, KeySize).CopyTo(new Span<byte>(memory, KeySize));
                Held(key)?.Release();
            }
        }
    }

    private RuntimeMap? Held(byte* key)
    {
        uint place;
        return base.CopyValue(key, (byte*)&place) == Errno.None ? Engine.Maps.Find(MapTable.HandleOf(place)) : null;
    }

    private void Retire(RuntimeMap? map)
    {
        if (map is not null) Engine.Reclaimer.Retire(new ReplacedMap(map));
    }
}
