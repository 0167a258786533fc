using System.Runtime.CompilerServices;
using PSBpf.Kernel;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// The perf buffer of one CPU, with the records and the accounting of space that perf has: a record is a struct perf_event_header of 8 bytes,
/// the sample's length in 4 and the sample, padded to a multiple of 8; after a loss the next record needs room for one that tells
/// of it (PERF_RECORD_LOST, 24 bytes). The CPU's program is the only producer and needs no lock, unless it overwrites.
/// </summary>
internal sealed unsafe class PerfCpuBuffer : IReclaimable
{
    /// <summary>PERF_RECORD_SAMPLE and PERF_RECORD_LOST.</summary>
    public const uint SampleRecord = 9, LostRecord = 2;

    private const uint HeaderSize = 8, LengthSize = 4, LostSize = 24, LongestRecord = ushort.MaxValue & ~7u;
    private const int PageSize = 4096;

    // Records after which their room is given back: each time the producer's processor has to fetch the position anew.
    private const int Batch = 32;

    // The consumer's line, then the producer's, then the data; a record that starts before the end may reach behind it. Whatever changes
    // with each record is here: a field of this object would share a line with those that the other side reads.
    private const int TailOffset = 0, DeliveredOffset = TailOffset + 8, HeadOffset = 128, LostOffset = HeadOffset + 8, PendingLostOffset = HeadOffset + 16, AcceptedOffset = HeadOffset + 24,
        UnwokenOffset = HeadOffset + 32, SignalOffset = HeadOffset + 40, GateOffset = HeadOffset + 44, SeenTailOffset = HeadOffset + 48, DataOffset = 256;

    private readonly Engine _engine;
    private readonly NativeBlock _block;
    private readonly byte* _area;
    private readonly ulong _mask;
    private readonly long _bytes;
    private readonly int _wakeupEvents;
    private readonly bool _overwrite;
    private readonly PerfWakeup _wakeup;
    private readonly PerfCopy? _copy;

    public PerfCpuBuffer(Engine engine, string name, int cpu, PerfBufferOptions options, PerfWakeup wakeup)
    {
        _engine = engine;
        Cpu = cpu;
        _wakeup = wakeup;
        _wakeupEvents = options.WakeupEvents;
        _overwrite = options.Overwrite;
        _mask = (ulong)options.Pages * PageSize - 1;
        _bytes = DataOffset + (long)_mask + 1 + LongestRecord + HeaderSize;
        engine.Account.Take(name, _bytes);
        try
        {
            _block = new NativeBlock(_bytes);
        }
        catch
        {
            engine.Account.Return(_bytes);
            throw;
        }

        _area = _block.Address;
        if (_overwrite) _copy = new PerfCopy((int)_mask + 1);
    }

    /// <summary>Whose it is.</summary>
    public int Cpu { get; }

    /// <summary>Whether something can be consumed.</summary>
    public bool HasSample => _copy is { IsEmpty: false } || Head != Tail;

    /// <summary>What became of its samples.</summary>
    public PerfBufferCounts Counts
    {
        get
        {
            // In this order, so that a sample that comes meanwhile can only be missing everywhere.
            long delivered = Volatile.Read(ref Word(DeliveredOffset)), lost = Volatile.Read(ref Word(LostOffset)), accepted = Volatile.Read(ref Word(AcceptedOffset));
            return _overwrite
                ? new PerfBufferCounts(Cpu, accepted, delivered, lost, accepted - lost - delivered)
                : new PerfBufferCounts(Cpu, accepted + lost, delivered, lost, accepted - delivered);
        }
    }

    private ulong Tail
    {
        get => Volatile.Read(ref *(ulong*)(_area + TailOffset));
        set => Volatile.Write(ref *(ulong*)(_area + TailOffset), value);
    }

    private ulong Head => Volatile.Read(ref *(ulong*)(_area + HeadOffset));

    /// <summary>Writes a sample; only the CPU's own run does.</summary>
    [MethodImpl(HotCode.Optimized)]
    public Errno Output(byte* data, uint size, byte* packet, uint packetSize)
    {
        ulong record = HeaderSize + (LengthSize + (ulong)size + packetSize + 7 & ~7ul);
        if (record > LongestRecord) return Errno.E2BIG;
        byte* area = _area;
        if (_overwrite) return Overwrite(data, size, packet, packetSize, (uint)record);
        ulong head = *(ulong*)(area + HeadOffset);
        ulong lost = *(ulong*)(area + PendingLostOffset);
        ulong need = lost == 0 ? record : record + LostSize;
        if (need > _mask - (head - *(ulong*)(area + SeenTailOffset)) && need > _mask - (head - SeeTail()))
        {
            *(ulong*)(area + PendingLostOffset) = lost + 1;
            Volatile.Write(ref Word(LostOffset), Word(LostOffset) + 1);
            return Errno.ENOSPC;
        }

        if (lost != 0)
        {
            byte* told = At(head);
            *(uint*)told = LostRecord;
            *(uint*)(told + 4) = LostSize << 16;
            *(ulong*)(told + HeaderSize) = 0;
            *(ulong*)(told + HeaderSize + 8) = lost;
            *(ulong*)(area + PendingLostOffset) = 0;
            head += LostSize;
        }

        Write(At(head), data, size, packet, packetSize, (uint)record);

        // Counted before it can be taken: what waits is never less than nothing.
        Volatile.Write(ref Word(AcceptedOffset), Word(AcceptedOffset) + 1);
        Volatile.Write(ref *(ulong*)(area + HeadOffset), head + record);
        Signal();
        return Errno.None;
    }

    /// <summary>Hands samples over, oldest first. One reader at a time.</summary>
    /// <returns>False when the consumer has had enough.</returns>
    public bool Consume(PerfSampleConsumer consumer, ref int samples) => _copy is { } copy ? ConsumeCopy(copy, consumer, ref samples) : ConsumeInPlace(consumer, ref samples);

    /// <summary>Whether enough samples came since the last time this was asked.</summary>
    public bool TakeSignal()
    {
        ref int signal = ref *(int*)(_area + SignalOffset);
        return Volatile.Read(ref signal) != 0 && Interlocked.Exchange(ref signal, 0) != 0;
    }

    /// <inheritdoc/>
    public void Reclaim()
    {
        _block.Free();
        _engine.Account.Return(_bytes);
    }

    private Errno Overwrite(byte* data, uint size, byte* packet, uint packetSize, uint record)
    {
        if (record > _mask) return Errno.ENOSPC;
        ref int gate = ref *(int*)(_area + GateOffset);
        SpinGate.Enter(ref gate);
        ulong head = *(ulong*)(_area + HeadOffset), tail = *(ulong*)(_area + TailOffset);
        long lost = 0;
        for (; head + record - tail > _mask + 1; lost++) tail += RecordSize(At(tail));
        if (lost > 0)
        {
            Tail = tail;
            Volatile.Write(ref Word(LostOffset), Word(LostOffset) + lost);
        }

        Write(At(head), data, size, packet, packetSize, record);
        Volatile.Write(ref Word(AcceptedOffset), Word(AcceptedOffset) + 1);
        Volatile.Write(ref *(ulong*)(_area + HeadOffset), head + record);
        SpinGate.Exit(ref gate);
        Signal();
        return Errno.None;
    }

    private bool ConsumeInPlace(PerfSampleConsumer consumer, ref int samples)
    {
        ulong position = Tail, head = Head;
        int held = 0;
        bool more = true;
        try
        {
            while (more && position < head)
            {
                byte* record = At(position);
                position += RecordSize(record);
                if (*(uint*)record == SampleRecord)
                {
                    samples++;
                    try
                    {
                        more = consumer(Cpu, Sample(record));
                    }
                    finally
                    {
                        CountDelivered();
                    }
                }

                if (++held < Batch && position < head) continue;
                Tail = position;
                held = 0;
                if (position == head) head = Head;
            }
        }
        finally
        {
            // Also when the consumer throws: it has had the sample.
            Tail = position;
        }

        return more;
    }

    // What is overwritten under the reader could not be handed out: everything is copied first, and programs go on.
    private bool ConsumeCopy(PerfCopy copy, PerfSampleConsumer consumer, ref int samples)
    {
        if (copy.IsEmpty) Fill(copy);
        while (!copy.IsEmpty)
        {
            var record = copy.Next();
            samples++;
            try
            {
                if (!consumer(Cpu, record.Slice((int)(HeaderSize + LengthSize), BitConverter.ToInt32(record[(int)HeaderSize..])))) return false;
            }
            finally
            {
                CountDelivered();
            }
        }

        return true;
    }

    private void Fill(PerfCopy copy)
    {
        ref int gate = ref *(int*)(_area + GateOffset);
        SpinGate.Enter(ref gate);
        ulong position = *(ulong*)(_area + TailOffset), head = *(ulong*)(_area + HeadOffset);
        copy.Clear();
        while (position < head)
        {
            byte* record = At(position);
            uint size = RecordSize(record);
            copy.Add(new ReadOnlySpan<byte>(record, (int)size));
            position += size;
        }

        Tail = position;
        SpinGate.Exit(ref gate);
    }

    // Fetches the consumer's line, which is worth doing only when there seems to be no room.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong SeeTail() => *(ulong*)(_area + SeenTailOffset) = Tail;

    private void CountDelivered() => Volatile.Write(ref Word(DeliveredOffset), Word(DeliveredOffset) + 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(byte* record, byte* data, uint size, byte* packet, uint packetSize, uint total)
    {
        *(uint*)record = SampleRecord;
        *(uint*)(record + 4) = total << 16 | 1;
        *(ulong*)(record + total - 8) = 0;
        *(uint*)(record + HeaderSize) = total - HeaderSize - LengthSize;
        byte* sample = record + HeaderSize + LengthSize;
        SmallCopy.Copy(data, sample, (int)size);
        if (packetSize > 0) Unsafe.CopyBlockUnaligned(sample + size, packet, packetSize);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Signal()
    {
        ref int unwoken = ref *(int*)(_area + UnwokenOffset);
        if (++unwoken < _wakeupEvents) return;
        unwoken = 0;

        // A plain store: who goes to sleep has the fence for both sides, see PerfWakeup.
        Volatile.Write(ref *(int*)(_area + SignalOffset), 1);
        _wakeup.Pulse();
    }

    private static uint RecordSize(byte* record) => *(uint*)(record + 4) >> 16;

    private static ReadOnlySpan<byte> Sample(byte* record) => new(record + HeaderSize + LengthSize, *(int*)(record + HeaderSize));

    private byte* At(ulong position) => _area + DataOffset + (position & _mask);

    private ref long Word(int offset) => ref *(long*)(_area + offset);
}
