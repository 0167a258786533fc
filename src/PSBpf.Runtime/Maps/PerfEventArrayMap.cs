using System.Runtime.CompilerServices;
using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// BPF_MAP_TYPE_PERF_EVENT_ARRAY. In the kernel a slot holds a perf event, whose descriptor user space writes there; here a
/// reader's buffer of one CPU, which opening the reader puts there. What was in a slot stays until every run that could have read it has ended.
/// </summary>
internal sealed unsafe class PerfEventArrayMap : RuntimeMap
{
    /// <summary>BPF_F_CURRENT_CPU.</summary>
    public const uint CurrentCpu = uint.MaxValue;

    private readonly Lock _changing = new();
    private readonly PerfCpuBuffer?[] _slots;

    public PerfEventArrayMap(Engine engine, MapSpec spec)
        : base(engine, spec)
    {
        Charge((long)sizeof(nint) * spec.MaxEntries);
        _slots = new PerfCpuBuffer?[spec.MaxEntries];
    }

    /// <summary>How many CPUs can have a buffer.</summary>
    public int BufferCount => (int)Math.Min((uint)Engine.Cpus.Count, Spec.MaxEntries);

    /// <summary>Writes a sample.</summary>
    /// <param name="cpu">The CPU that the program runs on.</param>
    /// <param name="index">The slot, or <see cref="CurrentCpu"/>.</param>
    /// <param name="data">What the program passes.</param>
    /// <param name="size">Its bytes.</param>
    /// <param name="packet">Bytes of the packet, which follow.</param>
    /// <param name="packetSize">How many.</param>
    [MethodImpl(HotCode.Optimized)]
    public Errno Output(int cpu, uint index, byte* data, uint size, byte* packet, uint packetSize)
    {
        if (index == CurrentCpu) index = (uint)cpu;
        var slots = _slots;
        if (index >= (uint)slots.Length) return Errno.E2BIG;
        if (Volatile.Read(ref slots[index]) is not { } buffer) return Errno.ENOENT;

        // A perf event takes what its own CPU writes and nothing else, so that nobody else is at a buffer's end.
        return buffer.Cpu == cpu ? buffer.Output(data, size, packet, packetSize) : Errno.EOPNOTSUPP;
    }

    /// <summary>Whether a slot holds an event of the CPU.</summary>
    /// <param name="cpu">The CPU that the program runs on.</param>
    /// <param name="index">The slot, or <see cref="CurrentCpu"/>.</param>
    public Errno Find(int cpu, uint index)
    {
        if (index == CurrentCpu) index = (uint)cpu;
        if (index >= (uint)_slots.Length) return Errno.E2BIG;
        return Volatile.Read(ref _slots[index]) is not { } buffer ? Errno.ENOENT : buffer.Cpu == cpu ? Errno.None : Errno.EINVAL;
    }

    /// <summary>Puts a reader's buffers into their slots.</summary>
    public void Attach(PerfCpuBuffer[] buffers)
    {
        lock (_changing)
            foreach (var buffer in buffers) Volatile.Write(ref _slots[buffer.Cpu], buffer);
    }

    /// <summary>Takes them out, where they still are, and frees them when no run can be at them any more.</summary>
    public void Detach(PerfCpuBuffer[] buffers)
    {
        lock (_changing)
        {
            foreach (var buffer in buffers)
                if (_slots[buffer.Cpu] == buffer) Volatile.Write(ref _slots[buffer.Cpu], null);
        }

        foreach (var buffer in buffers) Engine.Reclaimer.Retire(buffer);
    }

    /// <inheritdoc/>
    public override ulong Lookup(byte* key, int cpu) => 0;

    /// <inheritdoc/>
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu) => Errno.EINVAL;

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value) => Errno.ENOTSUPP;

    /// <summary>No number is the descriptor of a perf event here.</summary>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags)
    {
        if (flags != (ulong)MapUpdateFlags.Any) return Errno.EINVAL;
        return *(uint*)key >= (uint)_slots.Length ? Errno.E2BIG : Errno.EBADF;
    }

    /// <summary>Empties a slot: programs on its CPU get ENOENT from now on; what the buffer holds can still be read.</summary>
    public override Errno Delete(byte* key)
    {
        uint index = *(uint*)key;
        if (index >= (uint)_slots.Length) return Errno.E2BIG;
        lock (_changing)
        {
            if (_slots[index] is null) return Errno.ENOENT;
            Volatile.Write(ref _slots[index], null);
            return Errno.None;
        }
    }

    /// <inheritdoc/>
    public override Errno NextKey(byte* key, byte* next) => ArrayRules.NextKey(key, next, Spec.MaxEntries);
}
