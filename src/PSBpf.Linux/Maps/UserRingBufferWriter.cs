using System.Runtime.Versioning;
using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Linux.SystemCalls;
using PSBpf.Uapi;

namespace PSBpf.Linux.Maps;

/// <summary>
/// The producer of a BPF_MAP_TYPE_USER_RINGBUF, whose memory mmap(2) shows: a page with the consumer's position, which only the kernel
/// writes; a page with the producer's position and the data, mapped twice in a row, which user space writes.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class UserRingBufferWriter : IUserRingBufferWriter
{
    private const uint HeaderBytes = 8;

    private readonly MappedMemory _consumer, _producer;
    private readonly ulong _size;
    private readonly Lock _writing = new();
    private bool _disposed;

    private UserRingBufferWriter(MappedMemory consumer, MappedMemory producer, uint size)
    {
        _consumer = consumer;
        _producer = producer;
        _size = size;
    }

    public long BacklogBytes
    {
        get
        {
            lock (_writing) return _disposed ? 0 : (long)(Produced - Consumed);
        }
    }

    private ulong Consumed => Volatile.Read(ref *(ulong*)_consumer.Address);

    private ulong Produced => Volatile.Read(ref *(ulong*)_producer.Address);

    /// <exception cref="BpfException">The memory cannot be mapped.</exception>
    public static UserRingBufferWriter Open(LinuxMap map)
    {
        using var lease = map.Handle.Use();
        int page = Environment.SystemPageSize;
        var error = MappedMemory.TryMap(lease.Descriptor, 0, (nuint)page, writable: false, out var consumer);
        if (consumer is null) throw Failure(map, error);
        error = MappedMemory.TryMap(lease.Descriptor, page, (nuint)page + 2 * (nuint)map.Spec.MaxEntries, writable: true, out var producer);
        if (producer is not null) return new UserRingBufferWriter(consumer, producer, map.Spec.MaxEntries);
        consumer.Dispose();
        throw Failure(map, error);
    }

    public Errno Write(ReadOnlySpan<byte> record)
    {
        ulong length = ((ulong)record.Length + HeaderBytes + 7) & ~7ul;
        if (length > _size) return Errno.E2BIG;
        lock (_writing)
        {
            if (_disposed) return Errno.EBADF;
            ulong position = Produced;
            if (position + length - Consumed > _size) return Errno.ENOSPC;
            byte* header = _producer.Address + Environment.SystemPageSize + (position & (_size - 1));
            *(uint*)header = (uint)record.Length;
            record.CopyTo(new Span<byte>(header + HeaderBytes, record.Length));
            Volatile.Write(ref *(ulong*)_producer.Address, position + length);
            return Errno.None;
        }
    }

    public void Dispose()
    {
        lock (_writing)
        {
            if (_disposed) return;
            _disposed = true;
            _consumer.Dispose();
            _producer.Dispose();
        }
    }

    private static BpfException Failure(LinuxMap map, Errno error) =>
        DiagnosticRules.MapOperation.Error($"The memory of user ring buffer '{map.Spec.Name}' cannot be mapped: {ErrnoText.Describe(error)}.");
}
