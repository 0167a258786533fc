using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>An arena's memory, for users.</summary>
internal sealed unsafe partial class KernelMap
{
    /// <inheritdoc/>
    public Errno ReadMemory(long offset, Span<byte> bytes)
    {
        if (Storage is not ArenaMap arena) return Errno.ENOTSUPP;
        if (!Open(out int slot)) return Errno.EBADF;
        try
        {
            var error = arena.Access(offset, bytes.Length, out byte* memory);
            if (error == Errno.None) new ReadOnlySpan<byte>(memory, bytes.Length).CopyTo(bytes);
            return error;
        }
        finally
        {
            Close(slot);
        }
    }

    /// <inheritdoc/>
    public Errno WriteMemory(long offset, ReadOnlySpan<byte> bytes)
    {
        if (Storage is not ArenaMap arena) return Errno.ENOTSUPP;
        if (CannotWrite) return Errno.EPERM;
        if (!Open(out int slot)) return Errno.EBADF;
        try
        {
            var error = arena.Access(offset, bytes.Length, out byte* memory);
            if (error == Errno.None) bytes.CopyTo(new Span<byte>(memory, bytes.Length));
            return error;
        }
        finally
        {
            Close(slot);
        }
    }
}
