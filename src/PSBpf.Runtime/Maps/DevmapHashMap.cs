using System.Runtime.CompilerServices;
using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>BPF_MAP_TYPE_DEVMAP_HASH: managed interfaces by any number. Only users change it.</summary>
internal sealed unsafe class DevmapHashMap : HashMap<Key4>, IRedirectMap
{
    private readonly HeldPrograms _programs;

    public DevmapHashMap(Engine engine, MapSpec spec)
        : base(engine, spec, perCpu: false, evicts: false) =>
        _programs = new HeldPrograms(engine, AttachType.XdpDevmap);

    /// <inheritdoc/>
    public ulong RedirectFlags => RedirectTarget.Broadcast | RedirectTarget.ExcludeIngress;

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public bool TryGetTarget(uint key, out uint target)
    {
        ulong address = Lookup((byte*)&key, 0);
        target = address == 0 ? 0 : *(uint*)address;
        return address != 0;
    }

    /// <inheritdoc/>
    public ManagedProgram? ProgramOf(uint key) => _programs.Find(key);

    /// <inheritdoc/>
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu) => Errno.EINVAL;

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags)
    {
        var entry = DevmapValue.Read(value, ValueSize);
        if (flags > (ulong)MapUpdateFlags.Exist || entry.Device == 0) return Errno.EINVAL;
        lock (_programs)
        {
            // BPF_EXIST makes an entry all the same, in the kernel as well.
            ulong add = flags & (ulong)MapUpdateFlags.NoExist;
            bool isThere = Lookup(key, 0) != 0;
            if (add != 0 && isThere) return Errno.EEXIST;
            if (!Engine.Interfaces.Contains(entry.Device)) return Errno.EINVAL;
            var error = _programs.Check(entry.Program);
            if (error == Errno.None) error = base.Update(key, value, add, 0);
            if (error == Errno.None) _programs.Set(*(uint*)key, entry.Program);
            return error;
        }
    }

    /// <inheritdoc/>
    public override Errno Delete(byte* key)
    {
        lock (_programs)
        {
            _programs.Set(*(uint*)key, 0);
            return base.Delete(key);
        }
    }

    /// <inheritdoc/>
    public override Errno TakeValue(byte* key, byte* value) => Errno.ENOTSUPP;

    /// <inheritdoc/>
    public override MapBatches Batches => MapBatches.None;

    /// <inheritdoc/>
    public override void Reclaim()
    {
        _programs?.Clear(); // null when there was no memory for the map
        base.Reclaim();
    }
}
