using System.Runtime.CompilerServices;
using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>BPF_MAP_TYPE_PERCPU_ARRAY: an array for each virtual CPU, each with cache lines of its own.</summary>
internal sealed unsafe class PerCpuArrayMap : RuntimeMap
{
    private readonly byte* _values;
    private readonly uint _stride, _count;
    private readonly ulong _cpuStride;
    private readonly int _cpus;

    public PerCpuArrayMap(Engine engine, MapSpec spec)
        : base(engine, spec)
    {
        _stride = Round8(spec.ValueSize);
        _count = spec.MaxEntries;
        _cpus = engine.Cpus.Count;
        const ulong lines = 2 * NativeBlock.Alignment;
        _cpuStride = ((ulong)_stride * _count + lines - 1) & ~(lines - 1);
        var block = Allocate((long)_cpuStride * _cpus);
        _values = block.Address;
        ValueSlab = RegionOf((ulong)_values, _cpuStride * (ulong)(_cpus - 1) + (ulong)_stride * _count);
        for (int cpu = 0; cpu < _cpus; cpu++)
        {
            Expose(RegionOf((ulong)_values + (ulong)cpu * _cpuStride, (ulong)_stride * _count));
        }
    }

    /// <inheritdoc/>
    public override MemoryRegion? ValueSlab { get; }

    /// <summary>Address of the first CPU's first value.</summary>
    public ulong FirstValue => (ulong)_values;

    /// <summary>Bytes from one value to the next.</summary>
    public uint Stride => _stride;

    /// <summary>Bytes from a CPU's values to those of the next.</summary>
    public ulong CpuStride => _cpuStride;

    /// <inheritdoc/>
    public override int UserValueSize => (int)_stride * _cpus;

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override ulong Lookup(byte* key, int cpu)
    {
        uint index = *(uint*)key;
        return index < _count ? (ulong)_values + (ulong)cpu * _cpuStride + (ulong)index * _stride : 0;
    }

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override ulong LookupOn(byte* key, uint cpu) => cpu < (uint)_cpus ? Lookup(key, (int)cpu) : 0;

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu)
    {
        var error = ArrayRules.CheckUpdate(*(uint*)key, _count, flags);
        if (error != Errno.None) return error;
        SmallCopy.Copy(value, (byte*)Lookup(key, cpu), ValueSize);
        return Errno.None;
    }

    private MemoryRegion RegionOf(ulong start, ulong length) => new()
    {
        Start = start,
        Length = length,
        Stride = _stride,
        ValueStride = _stride,
        ValueSize = Spec.ValueSize,
        Readable = ProgramsRead,
        Writable = ProgramsWrite,
    };

    /// <inheritdoc/>
    public override MapBatches Batches => MapBatches.Lookup | MapBatches.Update;

    /// <inheritdoc/>
    public override Errno Delete(byte* key) => Errno.EINVAL;

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value)
    {
        if (Lookup(key, 0) == 0) return Errno.ENOENT;
        for (int cpu = 0; cpu < _cpus; cpu++)
            new ReadOnlySpan<byte>((byte*)Lookup(key, cpu), (int)_stride).CopyTo(new Span<byte>(value + (long)cpu * _stride, (int)_stride));
        return Errno.None;
    }

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags)
    {
        var error = ArrayRules.CheckUpdate(*(uint*)key, _count, flags);
        if (error != Errno.None) return error;
        for (int cpu = 0; cpu < _cpus; cpu++)
            new ReadOnlySpan<byte>(value + (long)cpu * _stride, ValueSize).CopyTo(new Span<byte>((byte*)Lookup(key, cpu), ValueSize));
        return Errno.None;
    }

    /// <inheritdoc/>
    public override ulong NextElement(MapCursor* cursor, int cpu, out ulong key) => ArrayRules.NextElement(this, cursor, cpu, out key);

    /// <inheritdoc/>
    public override Errno NextKey(byte* key, byte* next) => ArrayRules.NextKey(key, next, _count);
}
