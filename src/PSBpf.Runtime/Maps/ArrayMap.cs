using System.Runtime.CompilerServices;
using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>BPF_MAP_TYPE_ARRAY: all elements exist from the start, keys are indexes.</summary>
internal sealed unsafe class ArrayMap : RuntimeMap
{
    private readonly byte* _values;
    private readonly uint _stride, _count;
    private readonly ValueFields _fields;

    public ArrayMap(Engine engine, MapSpec spec)
        : base(engine, spec)
    {
        _stride = Round8(spec.ValueSize);
        _count = spec.MaxEntries;
        _fields = new ValueFields(spec);
        var block = Allocate((long)_stride * _count);
        _values = block.Address;
        Expose(new MemoryRegion
        {
            Start = (ulong)_values,
            Length = (ulong)_stride * _count,
            Stride = _stride,
            ValueStride = _stride,
            ValueSize = spec.ValueSize,
            Readable = ProgramsRead,
            Writable = ProgramsWrite,
        });
    }

    /// <summary>Bytes from one value to the next.</summary>
    public uint Stride => _stride;

    /// <inheritdoc/>
    public override MemoryRegion? ValueSlab => Regions is [var only] ? only : null;

    /// <inheritdoc/>
    public override ulong DirectValueAddress => (ulong)_values;

    /// <inheritdoc/>
    public override int TimerOffset => _fields.TimerOffset;

    /// <inheritdoc/>
    public override void CopyKeyOf(ulong value, byte* key) => *(uint*)key = (uint)((value - (ulong)_values) / _stride);

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override ulong Lookup(byte* key, int cpu)
    {
        uint index = *(uint*)key;
        return index < _count ? (ulong)_values + (ulong)index * _stride : 0;
    }

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu)
    {
        if ((flags & (ulong)MapUpdateFlags.Lock) != 0) return UpdateLocked(key, value, flags & ~(ulong)MapUpdateFlags.Lock);
        var error = ArrayRules.CheckUpdate(*(uint*)key, _count, flags);
        if (error != Errno.None) return error;
        if (_fields.IsEmpty) SmallCopy.Copy(value, (byte*)Lookup(key, cpu), ValueSize);
        else
        {
            ulong target = Lookup(key, cpu);
            _fields.CopyAround(value, (byte*)target, ValueSize);
            _fields.Free(Engine, target);
        }

        return Errno.None;
    }

    /// <inheritdoc/>
    public override bool HasLock => _fields.LockOffset >= 0;

    /// <inheritdoc/>
    public override Errno CopyValueLocked(byte* key, byte* value)
    {
        if (!HasLock) return Errno.EINVAL;
        ulong address = Lookup(key, 0);
        if (address == 0) return Errno.ENOENT;
        _fields.CopyLocked((byte*)address, value, (byte*)address, ValueSize);
        _fields.Clear(value);
        return Errno.None;
    }

    /// <inheritdoc/>
    public override MapBatches Batches => MapBatches.Lookup | MapBatches.Update;

    /// <inheritdoc/>
    public override Errno Delete(byte* key) => Errno.EINVAL;

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value)
    {
        ulong address = Lookup(key, 0);
        if (address == 0) return Errno.ENOENT;
        new ReadOnlySpan<byte>((byte*)address, ValueSize).CopyTo(new Span<byte>(value, ValueSize));
        _fields.Clear(value);
        return Errno.None;
    }

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags) => Update(key, value, flags, 0);

    /// <inheritdoc/>
    public override ulong NextElement(MapCursor* cursor, int cpu, out ulong key) => ArrayRules.NextElement(this, cursor, cpu, out key);

    /// <inheritdoc/>
    public override Errno NextKey(byte* key, byte* next) => ArrayRules.NextKey(key, next, _count);

    private Errno UpdateLocked(byte* key, byte* value, ulong flags)
    {
        var error = ArrayRules.CheckUpdate(*(uint*)key, _count, flags);
        if (error != Errno.None) return error;
        if (!HasLock) return Errno.EINVAL;
        ulong target = Lookup(key, 0);
        _fields.CopyLocked(value, (byte*)target, (byte*)target, ValueSize);
        _fields.Free(Engine, target);
        return Errno.None;
    }
}
