using System.Runtime.CompilerServices;
using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// BPF_MAP_TYPE_DEVMAP: managed interfaces by index, as struct bpf_devmap_val. Programs read values and cannot change them. A
/// value has 8 bytes in memory, which change in one step.
/// </summary>
internal sealed unsafe class DevmapMap : RedirectArrayMap
{
    public DevmapMap(Engine engine, MapSpec spec)
        : base(engine, spec, AttachType.XdpDevmap)
    {
        Expose(new MemoryRegion
        {
            Start = (ulong)Values,
            Length = (ulong)Stride * Count,
            Stride = Stride,
            ValueStride = Stride,
            ValueSize = spec.ValueSize,
            Writable = false,
        });
    }

    /// <inheritdoc/>
    public override ulong RedirectFlags => RedirectTarget.Broadcast | RedirectTarget.ExcludeIngress;

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override bool TryGetTarget(uint key, out uint target)
    {
        target = key < Count ? (uint)Volatile.Read(ref Values[key]) : 0;
        return target != 0;
    }

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override ulong Lookup(byte* key, int cpu)
    {
        uint index = *(uint*)key;
        return index < Count && (uint)Volatile.Read(ref Values[index]) != 0 ? (ulong)(Values + index) : 0;
    }

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value)
    {
        ulong address = Lookup(key, 0);
        return address == 0 ? Errno.ENOENT : Copy(Volatile.Read(ref *(ulong*)address), value);
    }

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags)
    {
        uint index = *(uint*)key;
        var error = ArrayRules.CheckUpdate(index, Count, flags);
        if (error != Errno.None) return error;
        var entry = DevmapValue.Read(value, ValueSize);
        if (entry.Device == 0 ? entry.Program > 0 : !Engine.Interfaces.Contains(entry.Device)) return Errno.EINVAL;
        return Replace(index, entry.Program, entry.Packed);
    }
}
