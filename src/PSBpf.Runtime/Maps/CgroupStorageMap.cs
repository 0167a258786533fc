using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// BPF_MAP_TYPE_CGROUP_STORAGE and its per-CPU relative. A value comes into being where a program is attached to a cgroup, which the engine
/// does not have; a test run has one of its own, as in the kernel, which begins as zeros and which no user sees.
/// </summary>
internal sealed unsafe class CgroupStorageMap : RuntimeMap
{
    private readonly byte* _values;
    private readonly uint _stride;

    public CgroupStorageMap(Engine engine, MapSpec spec)
        : base(engine, spec)
    {
        // Runs at the same time are on different processors.
        _stride = Round8(spec.ValueSize);
        long length = (long)_stride * engine.Cpus.Count;
        _values = Allocate(length).Address;
        Expose(new MemoryRegion
        {
            Start = (ulong)_values, Length = (ulong)length, Stride = _stride, ValueStride = _stride, ValueSize = spec.ValueSize, Readable = ProgramsRead, Writable = ProgramsWrite,
        });
    }

    /// <inheritdoc/>
    public override int UserValueSize => Spec.Type == MapType.PerCpuCgroupStorage ? (int)_stride * Engine.Cpus.Count : ValueSize;

    /// <summary>What bpf_get_local_storage gives in a test run.</summary>
    public ulong ValueOn(int cpu) => (ulong)_values + (ulong)cpu * _stride;

    /// <summary>A test run begins.</summary>
    public void Clear(int cpu) => new Span<byte>((byte*)ValueOn(cpu), ValueSize).Clear();

    /// <inheritdoc/>
    public override ulong Lookup(byte* key, int cpu) => 0;

    /// <inheritdoc/>
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu) =>
        flags > (ulong)MapUpdateFlags.Exist || flags == (ulong)MapUpdateFlags.NoExist ? Errno.EINVAL : Errno.ENOENT;

    /// <inheritdoc/>
    public override Errno Delete(byte* key) => Errno.EINVAL;

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value) => Errno.ENOENT;

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags) => Update(key, value, flags, 0);

    /// <inheritdoc/>
    public override Errno NextKey(byte* key, byte* next) => Errno.ENOENT;
}
