using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>The writer of a user ring buffer. It refers to the storage, so the map may be removed while somebody writes.</summary>
internal sealed class UserRingBufferWriter(UserRingBufferMap ring) : IUserRingBufferWriter
{
    private int _disposed;

    /// <inheritdoc/>
    public long BacklogBytes => Use(static (ring, _) => ring.Backlog, default, 0L);

    /// <inheritdoc/>
    public Errno Write(ReadOnlySpan<byte> record) => Use(static (ring, record) => ring.Write(record), record, Errno.EBADF);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) ring.Release();
    }

    // The storage stays while it is written to, also when another thread disposes this.
    private T Use<T>(Func<UserRingBufferMap, ReadOnlySpan<byte>, T> action, ReadOnlySpan<byte> record, T gone)
    {
        if (Volatile.Read(ref _disposed) != 0 || !ring.TryAddReference()) return gone;
        try
        {
            return action(ring, record);
        }
        finally
        {
            ring.Release();
        }
    }
}
