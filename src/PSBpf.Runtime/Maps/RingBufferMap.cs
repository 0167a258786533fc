using System.Runtime.CompilerServices;
using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// BPF_MAP_TYPE_RINGBUF with the kernel's layout: every sample has an 8-byte header of length, busy and discard bits
/// and page offset, positions only grow, and a sample is contiguous. The kernel maps its data pages twice in a row for that;
/// here the area is twice as long, and a sample that begins before the middle may end behind it.
/// </summary>
internal sealed unsafe class RingBufferMap : RuntimeMap
{
    /// <summary>BPF_RINGBUF_BUSY_BIT: reserved, not yet committed.</summary>
    public const uint Busy = 1u << 31;

    /// <summary>BPF_RINGBUF_DISCARD_BIT: committed, but not to be read.</summary>
    public const uint Discarded = 1u << 30;

    /// <summary>BPF_RINGBUF_HDR_SZ.</summary>
    public const uint HeaderSize = 8;

    /// <summary>The page size that sizes must be multiples of; the same on every machine, so that objects load everywhere.</summary>
    public const uint PageSize = 4096;

    private const ulong NoWakeup = 1, ForceWakeup = 2;

    // Positions of consumer and producer on cache lines of their own, with the producers' the gate that they take turns at and the
    // oldest sample that may be busy; then the data, which starts on a page.
    private const int ConsumerOffset = 0, ProducerOffset = 128, GateOffset = ProducerOffset + 8, PendingOffset = ProducerOffset + 16, DataOffset = (int)PageSize;

    private readonly byte* _area;
    private readonly ulong _mask;
    private readonly object _wakeups = new();
    private long _dropped;
    private int _waiting;

    public RingBufferMap(Engine engine, MapSpec spec)
        : base(engine, spec)
    {
        _mask = spec.MaxEntries - 1;
        _area = Allocate(DataOffset + 2L * spec.MaxEntries).Address;
    }

    /// <summary>The size that a blueprint's becomes, as libbpf rounds it: a power of two of whole pages.</summary>
    public static uint RoundSize(uint size) => size is 0 or > 1u << 31 ? size : System.Numerics.BitOperations.RoundUpToPowerOf2(Math.Max(size, PageSize));

    /// <summary>Samples that did not fit.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Where the consumer is.</summary>
    public ulong ConsumerPosition
    {
        get => Volatile.Read(ref *(ulong*)(_area + ConsumerOffset));
        set => Volatile.Write(ref *(ulong*)(_area + ConsumerOffset), value);
    }

    /// <summary>Where the next sample will be.</summary>
    public ulong ProducerPosition => Volatile.Read(ref *(ulong*)(_area + ProducerOffset));

    /// <summary>The header at a position.</summary>
    public uint* HeaderAt(ulong position) => (uint*)(_area + DataOffset + (position & _mask));

    /// <summary>Reserves a sample (bpf_ringbuf_reserve).</summary>
    /// <returns>The address of its bytes; 0 when it does not fit.</returns>
    [MethodImpl(HotCode.Optimized)]
    public ulong Reserve(ulong size)
    {
        byte* area = _area;
        ulong mask = _mask;
        ulong length = (size + HeaderSize + 7) & ~7ul;
        if (size > uint.MaxValue / 4 || length > mask + 1) return Drop();
        ref int gate = ref *(int*)(area + GateOffset);
        SpinGate.Enter(ref gate);
        ulong position = *(ulong*)(area + ProducerOffset), end = position + length;
        ulong consumed = Volatile.Read(ref *(ulong*)(area + ConsumerOffset));

        // The oldest sample that is still busy limits the producer as the consumer does.
        ulong pending = Math.Max(*(ulong*)(area + PendingOffset), consumed);
        while (pending < position)
        {
            uint header = Volatile.Read(ref *HeaderAt(pending));
            if ((header & Busy) != 0) break;
            pending += ((header & ~(Busy | Discarded)) + HeaderSize + 7) & ~7ul;
        }

        *(ulong*)(area + PendingOffset) = pending;
        ulong sample = 0;
        if (end - consumed <= mask && end - pending <= mask)
        {
            uint* place = HeaderAt(position);
            place[0] = (uint)size | Busy;
            place[1] = (uint)(((byte*)place - area) / PageSize);
            Volatile.Write(ref *(ulong*)(area + ProducerOffset), end);
            sample = (ulong)place + HeaderSize;
        }

        SpinGate.Exit(ref gate);
        return sample != 0 ? sample : Drop();
    }

    /// <summary>Commits or discards a sample, and wakes the consumer as the flags and the kernel's rule say.</summary>
    [MethodImpl(HotCode.Optimized)]
    public void Commit(ulong sample, ulong flags, bool discard)
    {
        uint* header = (uint*)(sample - HeaderSize);
        uint length = *header & ~(Busy | Discarded);

        // A plain store: who goes to sleep drains it from here before looking a last time, see Wait.
        Volatile.Write(ref *header, discard ? length | Discarded : length);
        if ((flags & (NoWakeup | ForceWakeup)) == NoWakeup) return;

        // Who waits has consumed everything before this sample; anyone else will come by anyway.
        ulong offset = (ulong)((byte*)header - _area) - DataOffset;
        if ((flags & ForceWakeup) != 0 || (ConsumerPosition & _mask) == offset) Wake();
    }

    /// <summary>Copies a sample in (bpf_ringbuf_output).</summary>
    [MethodImpl(HotCode.Optimized)]
    public Errno Output(byte* data, ulong size, ulong flags)
    {
        if ((flags & ~(NoWakeup | ForceWakeup)) != 0) return Errno.EINVAL;
        ulong sample = Reserve(size);
        if (sample == 0) return Errno.EAGAIN;
        SmallCopy.Copy(data, (byte*)sample, (int)size);
        Commit(sample, flags, discard: false);
        return Errno.None;
    }

    /// <summary>bpf_ringbuf_query.</summary>
    public ulong Query(ulong what) => what switch
    {
        0 => ProducerPosition - ConsumerPosition,
        1 => _mask + 1,
        2 => ConsumerPosition,
        3 => ProducerPosition,
        _ => 0,
    };

    /// <summary>Whether the consumer would find something: a sample that is not busy.</summary>
    public bool HasSample
    {
        get
        {
            ulong position = ConsumerPosition;
            return position < ProducerPosition && (Volatile.Read(ref *HeaderAt(position)) & Busy) == 0;
        }
    }

    /// <summary>Whether somebody waits for a wake-up.</summary>
    public bool IsAwaited => Volatile.Read(ref _waiting) > 0;

    /// <summary>Waits for a wake-up while there is no sample.</summary>
    /// <returns>Whether there is one now; a wake-up may come for nothing.</returns>
    public bool Wait(TimeSpan timeout, CancellationToken cancellation)
    {
        using var registration = cancellation.Register(static ring => ((RingBufferMap)ring!).PulseWaiters(), this);
        lock (_wakeups)
        {
            // Counted before the last look, so that a producer that was not seen here sees the count. Its store and its look at
            // the count have no fence between them: this side has it for both, once per sleep instead of once per sample.
            Interlocked.Increment(ref _waiting);
            Interlocked.MemoryBarrierProcessWide();
            if (!HasSample && !cancellation.IsCancellationRequested) Monitor.Wait(_wakeups, timeout);
            Interlocked.Decrement(ref _waiting);
        }

        return HasSample;
    }

    /// <inheritdoc/>
    public override ulong Lookup(byte* key, int cpu) => 0;

    /// <inheritdoc/>
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu) => Errno.ENOTSUPP;

    /// <inheritdoc/>
    public override Errno Delete(byte* key) => Errno.ENOTSUPP;

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value) => Errno.ENOTSUPP;

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags) => Errno.ENOTSUPP;

    /// <inheritdoc/>
    public override Errno NextKey(byte* key, byte* next) => Errno.ENOTSUPP;

    private ulong Drop()
    {
        Interlocked.Increment(ref _dropped);
        return 0;
    }

    private void Wake()
    {
        if (IsAwaited) PulseWaiters();
    }

    private void PulseWaiters()
    {
        lock (_wakeups) Monitor.PulseAll(_wakeups);
    }
}
