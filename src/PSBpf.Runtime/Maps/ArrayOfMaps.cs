using System.Runtime.CompilerServices;
using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// BPF_MAP_TYPE_ARRAY_OF_MAPS: maps by index. A program's lookup gives the handle of the map; users give and take ids.
/// Programs read slots without a lock; what was in one stays until every run that could have read it has ended.
/// </summary>
internal sealed unsafe class ArrayOfMaps : RuntimeMap
{
    private readonly Lock _changing = new();
    private readonly ulong* _handles;
    private readonly uint _count;

    public ArrayOfMaps(Engine engine, MapSpec spec)
        : base(engine, spec)
    {
        _handles = (ulong*)Allocate((long)sizeof(ulong) * spec.MaxEntries).Address;
        _count = spec.MaxEntries;
    }

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override ulong Lookup(byte* key, int cpu)
    {
        uint index = *(uint*)key;
        return index < _count ? Volatile.Read(ref _handles[index]) : 0;
    }

    /// <inheritdoc/>
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu) => Errno.EINVAL;

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value)
    {
        if (Engine.Maps.Find(Lookup(key, 0)) is not { } map) return Errno.ENOENT;
        *(int*)value = map.Id;
        return Errno.None;
    }

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags)
    {
        if (flags != (ulong)MapUpdateFlags.Any) return Errno.EINVAL;
        if (*(uint*)key >= _count) return Errno.E2BIG;
        if (Engine.Maps.Hold(*(int*)value) is not { } map) return Errno.ENOENT;
        if (!InnerMaps.Fits(Spec.Inner!, map.Spec))
        {
            map.Release();
            return Errno.EINVAL;
        }

        Replace(*(uint*)key, map);
        return Errno.None;
    }

    /// <inheritdoc/>
    public override MapBatches Batches => MapBatches.Lookup | MapBatches.Update | MapBatches.Delete;

    /// <inheritdoc/>
    public override Errno Delete(byte* key)
    {
        uint index = *(uint*)key;
        if (index >= _count) return Errno.E2BIG;
        return Replace(index, null) ? Errno.None : Errno.ENOENT;
    }

    /// <inheritdoc/>
    public override Errno NextKey(byte* key, byte* next) => ArrayRules.NextKey(key, next, _count);

    /// <inheritdoc/>
    public override void Reclaim()
    {
        for (uint index = 0; index < _count; index++) Engine.Maps.Find(_handles[index])?.Release();
        base.Reclaim();
    }

    private bool Replace(uint index, RuntimeMap? map)
    {
        ulong old;
        lock (_changing)
        {
            old = _handles[index];
            Volatile.Write(ref _handles[index], map?.Handle ?? 0);
        }

        if (Engine.Maps.Find(old) is not { } replaced) return false;
        Engine.Reclaimer.Retire(new ReplacedMap(replaced));
        return true;
    }
}

/// <summary>A map that was inside of another one: runs that looked it up may still use it.</summary>
internal sealed class ReplacedMap(RuntimeMap map) : IReclaimable
{
    /// <inheritdoc/>
    public void Reclaim() => map.Release();
}
