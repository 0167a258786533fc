using PSBpf.Objects;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// BPF_MAP_TYPE_LRU_HASH and BPF_MAP_TYPE_LRU_PERCPU_HASH: a full map gives up the entry that was used least recently.
/// The order is exact, where the kernel's is approximate; users' lookups do not count as use, as there.
/// </summary>
internal sealed unsafe class LruHashMap : HashMap
{
    private readonly Lock _order = new();
    private readonly bool _perCpu;
    private uint _newest = ElementPool.None, _oldest = ElementPool.None;

    // One stripe: eviction removes an element of any bucket.
    public LruHashMap(Engine engine, MapSpec spec, bool perCpu)
        : base(engine, spec, perCpu ? engine.Cpus.Count : 1, locks: 1) => _perCpu = perCpu;

    /// <inheritdoc/>
    public override int UserValueSize => _perCpu ? (int)Round8(Spec.ValueSize) * Engine.Cpus.Count : ValueSize;

    /// <inheritdoc/>
    protected override bool UpdatesInPlace => _perCpu;

    /// <inheritdoc/>
    protected override void OnUse(uint index)
    {
        lock (_order)
        {
            // It may have been removed since it was found.
            if (_newest == index || !IsListed(index)) return;
            Unlist(index);
            List(index);
        }
    }

    /// <inheritdoc/>
    protected override void OnInsert(uint index)
    {
        lock (_order) List(index);
    }

    /// <inheritdoc/>
    protected override void OnRemove(uint index)
    {
        lock (_order) Unlist(index);
    }

    /// <inheritdoc/>
    protected override bool Evict()
    {
        uint victim = _oldest;
        if (victim == ElementPool.None) return false;
        Remove(victim);
        return true;
    }

    private bool IsListed(uint index) => _newest == index || Elements[index]->Newer != ElementPool.None;

    private void List(uint index)
    {
        Elements[index]->Newer = ElementPool.None;
        Elements[index]->Older = _newest;
        if (_newest != ElementPool.None) Elements[_newest]->Newer = index;
        else _oldest = index;
        _newest = index;
    }

    private void Unlist(uint index)
    {
        uint newer = Elements[index]->Newer, older = Elements[index]->Older;
        if (newer != ElementPool.None) Elements[newer]->Older = older;
        else _newest = older;
        if (older != ElementPool.None) Elements[older]->Newer = newer;
        else _oldest = newer;
        Elements[index]->Newer = ElementPool.None;
    }
}
