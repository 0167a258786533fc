using System.Runtime.CompilerServices;
using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>BPF_MAP_TYPE_CPUMAP: queues of virtual CPUs, as struct bpf_cpumap_val. A queue's size stands for the CPU whose index it has.</summary>
internal sealed unsafe class CpumapMap(Engine engine, MapSpec spec) : RedirectArrayMap(engine, spec, AttachType.XdpCpumap)
{
    private const uint LongestQueue = 16384;

    /// <inheritdoc/>
    public override ulong RedirectFlags => 0;

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override bool TryGetTarget(uint key, out uint target)
    {
        target = key;
        return key < Count && (uint)Volatile.Read(ref Values[key]) != 0;
    }

    /// <inheritdoc/>
    public override ulong Lookup(byte* key, int cpu) => 0;

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value)
    {
        uint index = *(uint*)key;
        ulong copy = index < Count ? Volatile.Read(ref Values[index]) : 0;
        return copy == 0 ? Errno.ENOENT : Copy(copy, value);
    }

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags)
    {
        uint index = *(uint*)key, size = *(uint*)value;
        int program = ValueSize >= 8 ? *(int*)(value + 4) : 0;
        var error = ArrayRules.CheckUpdate(index, Count, flags);
        if (error != Errno.None) return error;
        if (size > LongestQueue) return Errno.EOVERFLOW;
        if (index >= (uint)Engine.Cpus.Count) return Errno.ENODEV;
        return Replace(index, size == 0 ? 0 : program, size == 0 ? 0 : size | (ulong)(uint)program << 32);
    }
}
