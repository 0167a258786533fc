using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>A user's reference to a map: bpf(2)'s rules about sizes, flags and permissions around the storage.</summary>
internal sealed unsafe partial class KernelMap : IKernelMap
{
    private readonly bool _onlyRead;
    private int _disposed;

    /// <summary>Takes over a reference to a map.</summary>
    /// <param name="storage">The map.</param>
    /// <param name="onlyRead">Whether nothing may be changed through it.</param>
    public KernelMap(RuntimeMap storage, bool onlyRead = false)
    {
        Storage = storage;
        _onlyRead = onlyRead;
        if (!onlyRead) storage.AddUser();
    }

    /// <summary>The storage.</summary>
    public RuntimeMap Storage { get; }

    /// <inheritdoc/>
    public int Id => Storage.Id;

    /// <inheritdoc/>
    public MapSpec Spec => Storage.Spec;

    /// <inheritdoc/>
    public int UserValueSize => Storage.UserValueSize;

    /// <inheritdoc/>
    public long MemoryBytes => Storage.MemoryBytes;

    /// <inheritdoc/>
    public Errno Lookup(ReadOnlySpan<byte> key, Span<byte> value) => Lookup(key, value, MapUpdateFlags.Any);

    /// <inheritdoc/>
    public Errno Lookup(ReadOnlySpan<byte> key, Span<byte> value, MapUpdateFlags flags)
    {
        if ((flags & ~MapUpdateFlags.Lock) != 0) return Errno.EINVAL;
        bool locked = flags == MapUpdateFlags.Lock;
        if (Spec.Flags.HasFlag(MapFlags.WriteOnly)) return Errno.EPERM;
        if (key.Length != Storage.KeySize || value.Length != UserValueSize || (locked && !Storage.HasLock)) return Errno.EINVAL;
        if (!Open(out int slot)) return Errno.EBADF;
        try
        {
            fixed (byte* keyBytes = key, valueBytes = value)
                return locked ? Storage.CopyValueLocked(keyBytes, valueBytes) : Storage.CopyValue(keyBytes, valueBytes);
        }
        finally
        {
            Close(slot);
        }
    }

    /// <inheritdoc/>
    public Errno Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, MapUpdateFlags flags)
    {
        if (_onlyRead || Spec.Flags.HasFlag(MapFlags.ReadOnly) || Storage.IsFrozen) return Errno.EPERM;
        if (key.Length != Storage.KeySize || value.Length != UserValueSize) return Errno.EINVAL;

        if (flags.HasFlag(MapUpdateFlags.Lock) && !Storage.HasLock) return Errno.EINVAL;

        // An update may have to wait for runs to end, so it holds the storage by reference and not by an epoch.
        if (!Hold()) return Errno.EBADF;
        try
        {
            fixed (byte* keyBytes = key, valueBytes = value) return Storage.UpdateAll(keyBytes, valueBytes, (ulong)flags);
        }
        finally
        {
            Storage.Release();
        }
    }

    /// <inheritdoc/>
    public Errno WritePart(ReadOnlySpan<byte> key, int offset, ReadOnlySpan<byte> bytes)
    {
        if (_onlyRead || Spec.Flags.HasFlag(MapFlags.ReadOnly) || Storage.IsFrozen) return Errno.EPERM;
        if (key.Length != Storage.KeySize || offset < 0 || offset + (long)bytes.Length > UserValueSize) return Errno.EINVAL;
        if (Storage.DirectValueAddress is 0 || key.ContainsAnyExcept((byte)0))
        {
            byte[] value = new byte[UserValueSize];
            if (Lookup(key, value) is var error and not Errno.None) return error;
            bytes.CopyTo(value.AsSpan(offset));
            return Update(key, value, MapUpdateFlags.Exist);
        }

        if (!Open(out int slot)) return Errno.EBADF;
        try
        {
            ValueStore.Write(new Span<byte>((byte*)Storage.DirectValueAddress + offset, bytes.Length), bytes);
            return Errno.None;
        }
        finally
        {
            Close(slot);
        }
    }

    /// <inheritdoc/>
    public Errno Delete(ReadOnlySpan<byte> key)
    {
        if (_onlyRead || Spec.Flags.HasFlag(MapFlags.ReadOnly) || Storage.IsFrozen) return Errno.EPERM;
        if (key.Length != Storage.KeySize) return Errno.EINVAL;
        if (!Open(out int slot)) return Errno.EBADF;
        try
        {
            fixed (byte* keyBytes = key) return Storage.Delete(keyBytes);
        }
        finally
        {
            Close(slot);
        }
    }

    /// <inheritdoc/>
    public Errno LookupAndDelete(ReadOnlySpan<byte> key, Span<byte> value) => LookupAndDelete(key, value, MapUpdateFlags.Any);

    /// <inheritdoc/>
    public Errno LookupAndDelete(ReadOnlySpan<byte> key, Span<byte> value, MapUpdateFlags flags)
    {
        if ((flags & ~MapUpdateFlags.Lock) != 0) return Errno.EINVAL;
        bool locked = flags == MapUpdateFlags.Lock;
        if (_onlyRead || (Spec.Flags & (MapFlags.ReadOnly | MapFlags.WriteOnly)) != 0 || Storage.IsFrozen) return Errno.EPERM;
        if (key.Length != Storage.KeySize || value.Length != UserValueSize || (locked && !Storage.HasLock)) return Errno.EINVAL;
        if (!Open(out int slot)) return Errno.EBADF;
        try
        {
            fixed (byte* keyBytes = key, valueBytes = value)
                return locked ? Storage.TakeValueLocked(keyBytes, valueBytes) : Storage.TakeValue(keyBytes, valueBytes);
        }
        finally
        {
            Close(slot);
        }
    }

    /// <inheritdoc/>
    public Errno NextKey(ReadOnlySpan<byte> key, Span<byte> next)
    {
        if (Spec.Flags.HasFlag(MapFlags.WriteOnly)) return Errno.EPERM;
        if ((key.Length != 0 && key.Length != Storage.KeySize) || next.Length != Storage.KeySize) return Errno.EINVAL;
        if (!Open(out int slot)) return Errno.EBADF;
        try
        {
            // An empty span is the null pointer here.
            fixed (byte* keyBytes = key, nextBytes = next) return Storage.NextKey(keyBytes, nextBytes);
        }
        finally
        {
            Close(slot);
        }
    }

    /// <inheritdoc/>
    public IRingBufferReader OpenRingBuffer()
    {
        if (Storage is not RingBufferMap ring) throw DiagnosticRules.WrongKind.Error($"Map '{Spec.Name}' is a {Spec.Type}, no ring buffer.");
        ThrowIfOnlyRead();
        if (!Hold()) throw DiagnosticRules.MapOperation.Error($"Map '{Spec.Name}' has been removed ({Errno.EBADF}).");
        return new RingBufferReader(ring);
    }

    /// <inheritdoc/>
    public IUserRingBufferWriter OpenUserRingBuffer()
    {
        if (Storage is not UserRingBufferMap ring) throw DiagnosticRules.WrongKind.Error($"Map '{Spec.Name}' is a {Spec.Type}, no user ring buffer.");
        ThrowIfOnlyRead();
        if (!Hold()) throw DiagnosticRules.MapOperation.Error($"Map '{Spec.Name}' has been removed ({Errno.EBADF}).");
        return new UserRingBufferWriter(ring);
    }

    /// <inheritdoc/>
    public IPerfBufferReader OpenPerfBuffer(PerfBufferOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        if (Storage is not PerfEventArrayMap array) throw DiagnosticRules.WrongKind.Error($"Map '{Spec.Name}' is a {Spec.Type}, no perf event array.");
        ThrowIfOnlyRead();
        if (!Hold()) throw DiagnosticRules.MapOperation.Error($"Map '{Spec.Name}' has been removed ({Errno.EBADF}).");
        try
        {
            return new PerfBufferReader(array, options);
        }
        catch
        {
            Storage.Release();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        if (!_onlyRead) Storage.RemoveUser();
        Storage.Release();
    }

    // Reading events takes them out.
    private void ThrowIfOnlyRead()
    {
        if (_onlyRead) throw DiagnosticRules.MapOperation.Error($"Map '{Spec.Name}' is open to be read, and its events belong to who made it ({Errno.EPERM}).");
    }

    // Inside of Open and Close the storage stays, even when another thread disposes this reference.
    private bool Open(out int slot)
    {
        slot = Storage.Engine.Cpus.BeginRead();
        if (Volatile.Read(ref _disposed) == 0) return true;
        Close(slot);
        return false;
    }

    private bool Hold()
    {
        if (!Storage.TryAddReference()) return false;
        if (Volatile.Read(ref _disposed) == 0) return true;
        Storage.Release();
        return false;
    }

    private void Close(int slot) => Storage.Engine.Cpus.EndRead(slot);
}
