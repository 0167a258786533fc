using System.Runtime.CompilerServices;
using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// BPF_MAP_TYPE_DEVMAP: managed interfaces by index, as struct bpf_devmap_val. Programs read values and cannot change them. A
/// value has 8 bytes in memory, which change in one step.
/// </summary>
internal sealed unsafe class DevmapMap : RuntimeMap, IRedirectMap
{
    private const int Stride = 8;

    private readonly ulong* _values;
    private readonly uint _count;
    private readonly HeldPrograms _programs;

    public DevmapMap(Engine engine, MapSpec spec)
        : base(engine, spec)
    {
        _count = spec.MaxEntries;
        _values = (ulong*)Allocate((long)Stride * _count).Address;
        _programs = new HeldPrograms(engine, AttachType.XdpDevmap);
        Expose(new MemoryRegion
        {
            Start = (ulong)_values,
            Length = (ulong)Stride * _count,
            Stride = Stride,
            ValueStride = Stride,
            ValueSize = spec.ValueSize,
            Writable = false,
        });
    }

    /// <inheritdoc/>
    public ulong RedirectFlags => RedirectTarget.Broadcast | RedirectTarget.ExcludeIngress;

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public bool TryGetTarget(uint key, out uint target)
    {
        target = key < _count ? (uint)Volatile.Read(ref _values[key]) : 0;
        return target != 0;
    }

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override ulong Lookup(byte* key, int cpu)
    {
        uint index = *(uint*)key;
        return index < _count && (uint)Volatile.Read(ref _values[index]) != 0 ? (ulong)(_values + index) : 0;
    }

    /// <inheritdoc/>
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu) => Errno.EINVAL;

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value)
    {
        ulong address = Lookup(key, 0);
        if (address == 0) return Errno.ENOENT;
        ulong copy = Volatile.Read(ref *(ulong*)address);
        new ReadOnlySpan<byte>(&copy, ValueSize).CopyTo(new Span<byte>(value, ValueSize));
        return Errno.None;
    }

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags)
    {
        uint index = *(uint*)key;
        var error = ArrayRules.CheckUpdate(index, _count, flags);
        if (error != Errno.None) return error;
        var entry = DevmapValue.Read(value, ValueSize);
        if (entry.Device == 0 ? entry.Program > 0 : !Engine.Interfaces.Contains(entry.Device)) return Errno.EINVAL;
        lock (_programs)
        {
            error = _programs.Set(index, entry.Program);
            if (error == Errno.None) Volatile.Write(ref _values[index], entry.Packed);
        }

        return error;
    }

    /// <inheritdoc/>
    public override Errno Delete(byte* key)
    {
        uint index = *(uint*)key;
        if (index >= _count) return Errno.EINVAL;
        lock (_programs)
        {
            Volatile.Write(ref _values[index], 0);
            _programs.Set(index, 0);
        }

        return Errno.None;
    }

    /// <inheritdoc/>
    public override Errno NextKey(byte* key, byte* next) => ArrayRules.NextKey(key, next, _count);

    /// <inheritdoc/>
    public override void Reclaim()
    {
        _programs?.Clear(); // null when there was no memory for the map
        base.Reclaim();
    }
}
