using PSBpf.Uapi;

namespace PSBpf.Kernel;

/// <summary>The producer side of a BPF_MAP_TYPE_USER_RINGBUF: records go to programs, which take them out with bpf_user_ringbuf_drain. Thread-safe.</summary>
public interface IUserRingBufferWriter : IDisposable
{
    /// <summary>Bytes of records that no program has taken out, with their headers.</summary>
    long BacklogBytes { get; }

    /// <summary>Puts a record in.</summary>
    /// <param name="record">Its bytes; a program gets them as a dynptr.</param>
    /// <returns>ENOSPC while there is no room for it, E2BIG when it never fits, EBADF when this was disposed.</returns>
    Errno Write(ReadOnlySpan<byte> record);
}
