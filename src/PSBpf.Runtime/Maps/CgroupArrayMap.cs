using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>BPF_MAP_TYPE_CGROUP_ARRAY: cgroups by index. In the kernel a value is a descriptor, here it is the cgroup's id; it cannot be read back.</summary>
internal sealed unsafe class CgroupArrayMap : RuntimeMap
{
    private readonly uint* _cgroups;
    private readonly uint _count;

    public CgroupArrayMap(Engine engine, MapSpec spec)
        : base(engine, spec)
    {
        _count = spec.MaxEntries;
        _cgroups = (uint*)Allocate((long)sizeof(uint) * _count).Address;
    }

    /// <summary>The id of the cgroup in a slot; 0 for none.</summary>
    public uint At(uint index) => Volatile.Read(ref _cgroups[index]);

    /// <inheritdoc/>
    public override ulong Lookup(byte* key, int cpu) => 0;

    /// <inheritdoc/>
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu) => Errno.EINVAL;

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value) => Errno.ENOTSUPP;

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags)
    {
        if (flags != (ulong)MapUpdateFlags.Any) return Errno.EINVAL;
        if (*(uint*)key >= _count) return Errno.E2BIG;
        if (*(int*)value <= 0) return Errno.EBADF;
        Volatile.Write(ref _cgroups[*(uint*)key], *(uint*)value);
        return Errno.None;
    }

    /// <inheritdoc/>
    public override Errno Delete(byte* key)
    {
        uint index = *(uint*)key;
        if (index >= _count) return Errno.E2BIG;
        return Interlocked.Exchange(ref _cgroups[index], 0) == 0 ? Errno.ENOENT : Errno.None;
    }

    /// <inheritdoc/>
    public override Errno NextKey(byte* key, byte* next) => ArrayRules.NextKey(key, next, _count);
}
