using System.Runtime.CompilerServices;
using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// BPF_MAP_TYPE_USER_RINGBUF: users put records in, programs take them out. Laid out as <see cref="RingBufferMap"/>; what is behind the
/// consumer's position belongs to the writer.
/// </summary>
internal sealed unsafe class UserRingBufferMap : RuntimeMap
{
    /// <summary>The kernel's BPF_MAX_USER_RINGBUF_SAMPLES: the most records that are taken out by one call.</summary>
    public const ulong MostRecords = 128 << 10;

    private const uint Busy = RingBufferMap.Busy, Discarded = RingBufferMap.Discarded, HeaderSize = RingBufferMap.HeaderSize;

    // As with ring buffers each side has a cache line of its own; beside the consumer's position lies the dynptr of the record that a program has.
    private const int ConsumerOffset = 0, DynptrOffset = 16, ProducerOffset = 128, DataOffset = (int)RingBufferMap.PageSize;

    private readonly byte* _area;
    private readonly ulong _mask;
    private readonly Lock _writing = new();
    private int _draining;

    public UserRingBufferMap(Engine engine, MapSpec spec)
        : base(engine, spec)
    {
        _mask = spec.MaxEntries - 1;
        _area = Allocate(DataOffset + 2L * spec.MaxEntries).Address;
    }

    /// <summary>The dynptr of the record that a program has at this moment.</summary>
    public Dynptr* Current => (Dynptr*)(_area + DynptrOffset);

    /// <summary>Bytes between both positions.</summary>
    public long Backlog
    {
        get
        {
            ulong consumed = Consumer;
            return (long)(Producer - consumed);
        }
    }

    private ulong Consumer
    {
        get => Volatile.Read(ref *(ulong*)(_area + ConsumerOffset));
        set => Volatile.Write(ref *(ulong*)(_area + ConsumerOffset), value);
    }

    private ulong Producer => Volatile.Read(ref *(ulong*)(_area + ProducerOffset));

    /// <summary>A user's record.</summary>
    public Errno Write(ReadOnlySpan<byte> record)
    {
        ulong length = ((ulong)record.Length + HeaderSize + 7) & ~7ul;
        if (length > _mask + 1) return Errno.E2BIG;
        lock (_writing)
        {
            ulong position = Producer;
            if (position + length - Consumer > _mask + 1) return Errno.ENOSPC;
            uint* header = HeaderAt(position);
            *header = (uint)record.Length;
            record.CopyTo(new Span<byte>((byte*)header + HeaderSize, record.Length));
            Volatile.Write(ref *(ulong*)(_area + ProducerOffset), position + length);
            return Errno.None;
        }
    }

    /// <summary>A program begins to take records out; one at a time may.</summary>
    public bool TryBegin() => Interlocked.CompareExchange(ref _draining, 1, 0) == 0;

    /// <summary>It ends.</summary>
    public void End()
    {
        *Current = default;
        Volatile.Write(ref _draining, 0);
    }

    /// <summary>The next record, as <see cref="Current"/>; discarded ones are passed over.</summary>
    /// <param name="left">How many more may be looked at.</param>
    /// <returns>False when there is none.</returns>
    public bool TryNext(ref ulong left)
    {
        ulong position = Consumer;
        for (; left > 0 && position < Producer; Consumer = position)
        {
            left--;
            uint* header = HeaderAt(position);
            uint word = Volatile.Read(ref *header), length = word & ~(Busy | Discarded);
            if ((word & Discarded) == 0)
            {
                if ((word & Busy) != 0) return false;
                *Current = Dynptr.Local((ulong)header + HeaderSize, length);
                return true;
            }

            position += RoundedLength(length);
        }

        return false;
    }

    /// <summary>Gives the room of the present record back.</summary>
    public void Pass() => Consumer += RoundedLength(Current->Size);

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

    private static ulong RoundedLength(uint length) => ((ulong)length + HeaderSize + 7) & ~7ul;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint* HeaderAt(ulong position) => (uint*)(_area + DataOffset + (position & _mask));
}
