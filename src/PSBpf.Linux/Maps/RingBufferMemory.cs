using System.Runtime.Versioning;
using PSBpf.Linux.SystemCalls;
using PSBpf.Uapi;

namespace PSBpf.Linux.Maps;

/// <summary>What lies at the consumer's position of a ring buffer.</summary>
internal enum RingBufferHead
{
    /// <summary>Nothing.</summary>
    Empty,

    /// <summary>A record that a program has reserved and not yet committed.</summary>
    Busy,

    /// <summary>A record that was given up.</summary>
    Discarded,

    /// <summary>A sample.</summary>
    Sample,
}

/// <summary>
/// A BPF_MAP_TYPE_RINGBUF as mmap(2) shows it (Documentation of the map type in the UAPI): a page with the consumer's
/// position, which user space writes; a page with the producers' position; the data, mapped twice in a row so that no
/// record is ever split. Each record is 8 bytes of header (length, busy and discard bits, page offset) and its
/// sample, rounded up to 8 bytes.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class RingBufferMemory : IDisposable
{
    private const uint BusyBit = 1u << 31;
    private const uint DiscardBit = 1u << 30;
    private const uint HeaderBytes = 8;

    private readonly MappedMemory _consumer;
    private readonly MappedMemory _producer;
    private readonly ulong _mask;
    private readonly int _page = Environment.SystemPageSize;

    private RingBufferMemory(MappedMemory consumer, MappedMemory producer, uint dataBytes)
    {
        _consumer = consumer;
        _producer = producer;
        _mask = dataBytes - 1;
    }

    public static Errno TryMap(int descriptor, uint dataBytes, out RingBufferMemory? memory)
    {
        memory = null;
        var page = Environment.SystemPageSize;
        var error = MappedMemory.TryMap(descriptor, 0, (nuint)page, writable: true, out var consumer);
        if (consumer is null) return error;

        error = MappedMemory.TryMap(descriptor, page, (nuint)page + 2 * (nuint)dataBytes, writable: false, out var producer);
        if (producer is null)
        {
            consumer.Dispose();
            return error;
        }

        memory = new RingBufferMemory(consumer, producer, dataBytes);
        return Errno.None;
    }

    /// <summary>Bytes between both positions.</summary>
    public long Backlog
    {
        get
        {
            // The consumer first: it never overtakes the producers, so the difference cannot come out negative.
            var consumed = ConsumerPosition;
            return (long)(Volatile.Read(ref *(ulong*)_producer.Address) - consumed);
        }
    }

    /// <summary>Looks at the oldest record. The reads acquire: a sample's bytes are seen as they were when it was committed.</summary>
    public RingBufferHead Peek(out ReadOnlySpan<byte> sample)
    {
        sample = default;
        var position = ConsumerPosition;
        if (position >= Volatile.Read(ref *(ulong*)_producer.Address)) return RingBufferHead.Empty;

        var record = _producer.Address + _page + (position & _mask);
        var header = Volatile.Read(ref *(uint*)record);
        if ((header & BusyBit) != 0) return RingBufferHead.Busy;
        if ((header & DiscardBit) != 0) return RingBufferHead.Discarded;
        sample = new ReadOnlySpan<byte>(record + HeaderBytes, (int)header);
        return RingBufferHead.Sample;
    }

    /// <summary>Samples between both positions: committed and not discarded.</summary>
    public long CountSamples()
    {
        while (true)
        {
            long samples = 0;
            ulong start = ConsumerPosition, end = Volatile.Read(ref *(ulong*)_producer.Address);
            for (var position = start; position < end;)
            {
                var header = Volatile.Read(ref *(uint*)(_producer.Address + _page + (position & _mask)));
                if ((header & (BusyBit | DiscardBit)) == 0) samples++;
                position += ((header & ~(BusyBit | DiscardBit)) + HeaderBytes + 7) & ~7u;
            }

            // What was consumed meanwhile may have been written anew, and its headers with it.
            if (ConsumerPosition == start) return samples;
        }
    }

    /// <summary>Gives the oldest record's room back to the producers; it must be a sample or discarded.</summary>
    public void Advance()
    {
        var position = ConsumerPosition;
        var header = *(uint*)(_producer.Address + _page + (position & _mask));
        var length = header & ~(BusyBit | DiscardBit);
        Volatile.Write(ref *(ulong*)_consumer.Address, position + ((length + HeaderBytes + 7) & ~7u));
    }

    /// <summary>Keeps the memory mapped until <see cref="Release"/>, even when disposed meanwhile.</summary>
    /// <returns>False when it has been unmapped already.</returns>
    public bool TryAcquire()
    {
        bool first = false, second = false;
        try
        {
            _consumer.DangerousAddRef(ref first);
            _producer.DangerousAddRef(ref second);
            return true;
        }
        catch (ObjectDisposedException)
        {
            if (first) _consumer.DangerousRelease();
            return false;
        }
    }

    public void Release()
    {
        _producer.DangerousRelease();
        _consumer.DangerousRelease();
    }

    public void Dispose()
    {
        _consumer.Dispose();
        _producer.Dispose();
    }

    private ulong ConsumerPosition => Volatile.Read(ref *(ulong*)_consumer.Address);
}
