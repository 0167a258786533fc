using System.Runtime.CompilerServices;
using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>BPF_MAP_TYPE_CPUMAP: queues of virtual CPUs, as struct bpf_cpumap_val. A queue's size stands for the CPU whose index it has.</summary>
internal sealed unsafe class CpumapMap : RuntimeMap, IRedirectMap
{
    private const uint LongestQueue = 16384;

    private readonly ulong* _values;
    private readonly uint _count;
    private readonly HeldPrograms _programs;

    public CpumapMap(Engine engine, MapSpec spec)
        : base(engine, spec)
    {
        _count = spec.MaxEntries;
        _values = (ulong*)Allocate((long)sizeof(ulong) * _count).Address;
        _programs = new HeldPrograms(engine, AttachType.XdpCpumap);
    }

    /// <inheritdoc/>
    public ulong RedirectFlags => 0;

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public bool TryGetTarget(uint key, out uint target)
    {
        target = key;
        return key < _count && (uint)Volatile.Read(ref _values[key]) != 0;
    }

    /// <inheritdoc/>
    public override ulong Lookup(byte* key, int cpu) => 0;

    /// <inheritdoc/>
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu) => Errno.EINVAL;

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value)
    {
        uint index = *(uint*)key;
        ulong copy = index < _count ? Volatile.Read(ref _values[index]) : 0;
        if (copy == 0) return Errno.ENOENT;
        new ReadOnlySpan<byte>(&copy, ValueSize).CopyTo(new Span<byte>(value, ValueSize));
        return Errno.None;
    }

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags)
    {
        uint index = *(uint*)key, size = *(uint*)value;
        int program = ValueSize >= 8 ? *(int*)(value + 4) : 0;
        var error = ArrayRules.CheckUpdate(index, _count, flags);
        if (error != Errno.None) return error;
        if (size > LongestQueue) return Errno.EOVERFLOW;
        if (index >= (uint)Engine.Cpus.Count) return Errno.ENODEV;
        lock (_programs)
        {
            error = _programs.Set(index, size == 0 ? 0 : program);
            if (error == Errno.None) Volatile.Write(ref _values[index], size == 0 ? 0 : size | (ulong)(uint)program << 32);
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
