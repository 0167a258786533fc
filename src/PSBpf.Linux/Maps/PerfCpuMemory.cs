using System.Runtime.Versioning;
using PSBpf.Kernel;
using PSBpf.Linux.SystemCalls;
using PSBpf.Uapi;

namespace PSBpf.Linux.Maps;

/// <summary>
/// One CPU's perf event and its buffer as mmap(2) shows it: a struct perf_event_mmap_page, then the data. Mapped for
/// reading only, the kernel overwrites what is old, and writes from the end to the start so that the newest record is found first.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class PerfCpuMemory : IDisposable
{
    private const int HeadOffset = 1024, TailOffset = 1032, DataOffset = 1040, SizeOffset = 1048;
    private const uint SampleRecord = 9, LostRecord = 2;
    private const int HeaderBytes = 8, LengthBytes = 4;

    private readonly MappedMemory _memory;
    private readonly byte* _data;
    private readonly ulong _mask;
    private readonly bool _overwrite;
    private readonly Queue<byte[]> _copied = new();
    private byte[] _joined = [];
    private ulong _seen;
    private long _delivered;
    private long _told;

    private PerfCpuMemory(int cpu, BpfHandle handle, MappedMemory memory, bool overwrite)
    {
        Cpu = cpu;
        Handle = handle;
        _memory = memory;
        _overwrite = overwrite;
        _data = memory.Address + *(ulong*)(memory.Address + DataOffset);
        _mask = *(ulong*)(memory.Address + SizeOffset) - 1;
    }

    public int Cpu { get; }

    /// <summary>The perf event.</summary>
    public BpfHandle Handle { get; }

    public bool HasSample => _copied.Count > 0 || Head != (_overwrite ? _seen : Tail);

    public PerfBufferCounts Counts
    {
        get
        {
            long backlog = _overwrite ? _copied.Count : CountSamples();
            using var lease = Handle.Use();
            long dropped = _overwrite ? -1 : PerfEvent.ReadLost(lease.Descriptor) ?? _told;
            return new PerfBufferCounts(Cpu, dropped < 0 ? -1 : _delivered + dropped + backlog, _delivered, dropped, backlog);
        }
    }

    private ulong Head => Volatile.Read(ref *(ulong*)(_memory.Address + HeadOffset));

    private ulong Tail
    {
        get => Volatile.Read(ref *(ulong*)(_memory.Address + TailOffset));
        set => Volatile.Write(ref *(ulong*)(_memory.Address + TailOffset), value);
    }

    public static Errno TryOpen(int cpu, PerfBufferOptions options, out PerfCpuMemory? buffer)
    {
        buffer = null;
        var error = PerfEvent.TryOpen(cpu, options.WakeupEvents, options.Overwrite, out var handle);
        if (handle is null) return error;
        using var lease = handle.Use();
        var bytes = (nuint)Environment.SystemPageSize + (nuint)Math.Max(options.Pages * 4096L, Environment.SystemPageSize);
        error = MappedMemory.TryMap(lease.Descriptor, 0, bytes, writable: !options.Overwrite, out var memory);
        if (memory is null)
        {
            handle.Dispose();
            return error;
        }

        buffer = new PerfCpuMemory(cpu, handle, memory, options.Overwrite);
        return Errno.None;
    }

    /// <summary>Hands samples over, oldest first.</summary>
    /// <returns>False when the consumer has had enough.</returns>
    public bool Consume(PerfSampleConsumer consumer, ref int samples)
    {
        if (_overwrite) return ConsumeCopied(consumer, ref samples);
        ulong position = Tail, head = Head;
        while (position < head)
        {
            var record = Record(position);
            position += (uint)record.Length;
            var type = BitConverter.ToUInt32(record);
            if (type == LostRecord) _told += BitConverter.ToInt64(record[(HeaderBytes + 8)..]);
            var more = true;
            if (type == SampleRecord)
            {
                samples++;
                _delivered++;
                try
                {
                    more = consumer(Cpu, Sample(record));
                }
                catch
                {
                    Tail = position;
                    throw;
                }
            }

            Tail = position;
            if (!more) return false;
            if (position == head) head = Head;
        }

        return true;
    }

    public void Dispose()
    {
        _memory.Dispose();
        Handle.Dispose();
    }

    private bool ConsumeCopied(PerfSampleConsumer consumer, ref int samples)
    {
        if (_copied.Count == 0) CopyBackward();
        while (_copied.TryDequeue(out var sample))
        {
            samples++;
            _delivered++;
            if (!consumer(Cpu, sample)) return false;
        }

        return true;
    }

    // From the newest record on to the one that was newest the last time, or as far as it has not been overwritten.
    private void CopyBackward()
    {
        using var lease = Handle.Use();
        PerfEvent.Pause(lease.Descriptor, pause: true);
        try
        {
            var head = Head;
            var newestFirst = new Stack<byte[]>();
            for (var position = head; position != _seen && position - head <= _mask;)
            {
                var length = BitConverter.ToUInt16(new ReadOnlySpan<byte>(_data + (position & _mask) + 6, 2));
                if (length == 0 || position + length - head > _mask + 1) break;
                var record = Record(position);
                if (BitConverter.ToUInt32(record) == SampleRecord) newestFirst.Push(Sample(record).ToArray());
                position += length;
            }

            _seen = head;
            foreach (var sample in newestFirst) _copied.Enqueue(sample);
        }
        finally
        {
            PerfEvent.Pause(lease.Descriptor, pause: false);
        }
    }

    private long CountSamples()
    {
        long samples = 0;
        ulong position = Tail, head = Head;
        while (position < head)
        {
            // Headers have 8 bytes at a multiple of 8, so that none is split.
            var header = *(ulong*)(_data + (position & _mask));
            if ((uint)header == SampleRecord) samples++;
            position += header >> 48;
        }

        return samples;
    }

    /// <summary>A record; one that goes round the end is joined, and stays until the next one.</summary>
    private ReadOnlySpan<byte> Record(ulong position)
    {
        var offset = (int)(position & _mask);
        var length = (int)(*(ulong*)(_data + offset) >> 48);
        var first = (int)Math.Min(_mask + 1 - (ulong)offset, (ulong)length);
        if (first == length) return new ReadOnlySpan<byte>(_data + offset, length);
        if (_joined.Length < length) _joined = new byte[length];
        new ReadOnlySpan<byte>(_data + offset, first).CopyTo(_joined);
        new ReadOnlySpan<byte>(_data, length - first).CopyTo(_joined.AsSpan(first));
        return _joined.AsSpan(0, length);
    }

    private static ReadOnlySpan<byte> Sample(ReadOnlySpan<byte> record) =>
        record.Slice(HeaderBytes + LengthBytes, BitConverter.ToInt32(record[HeaderBytes..]));
}
