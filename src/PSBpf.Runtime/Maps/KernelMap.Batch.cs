using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>Commands on many entries.</summary>
internal sealed unsafe partial class KernelMap
{
    private bool CannotWrite => _onlyRead || Spec.Flags.HasFlag(MapFlags.ReadOnly) || Storage.IsFrozen;

    /// <inheritdoc/>
    public Errno LookupBatch(MapBatchPosition position, Span<byte> keys, Span<byte> values, ref int count, bool deletes = false, MapUpdateFlags flags = MapUpdateFlags.Any)
    {
        ArgumentNullException.ThrowIfNull(position);
        if (Spec.Flags.HasFlag(MapFlags.WriteOnly) || (deletes && CannotWrite)) return Errno.EPERM;
        if (!Storage.Batches.HasFlag(deletes ? MapBatches.Take : MapBatches.Lookup)) return Errno.ENOTSUPP;
        var error = CheckBatch(keys.Length, values.Length, count, flags);
        if (error != Errno.None) return error;
        if (position.Bytes.Length < Storage.KeySize) return Errno.EINVAL;
        if (count == 0) return Errno.None;
        if (!Open(out int slot)) return Errno.EBADF;
        try
        {
            fixed (byte* at = position.Bytes, keyBytes = keys, valueBytes = values)
                error = Storage.CopyBatch(at, position.HasBegun, keyBytes, valueBytes, ref count, deletes, flags == MapUpdateFlags.Lock);
            if (count > 0) position.HasBegun = true;
            return error;
        }
        finally
        {
            Close(slot);
        }
    }

    /// <inheritdoc/>
    public Errno UpdateBatch(ReadOnlySpan<byte> keys, ReadOnlySpan<byte> values, ref int count, MapUpdateFlags flags = MapUpdateFlags.Any)
    {
        if (CannotWrite) return Errno.EPERM;
        if (!Storage.Batches.HasFlag(MapBatches.Update)) return Errno.ENOTSUPP;
        var error = CheckBatch(keys.Length, values.Length, count, flags);
        if (error != Errno.None) return error;
        int total = count;
        for (count = 0; count < total; count++)
        {
            error = Update(keys.Slice(count * Storage.KeySize, Storage.KeySize), values.Slice(count * UserValueSize, UserValueSize), flags);
            if (error != Errno.None) return error;
        }

        return Errno.None;
    }

    /// <inheritdoc/>
    public Errno DeleteBatch(ReadOnlySpan<byte> keys, ref int count, MapUpdateFlags flags = MapUpdateFlags.Any)
    {
        if (CannotWrite) return Errno.EPERM;
        if (!Storage.Batches.HasFlag(MapBatches.Delete)) return Errno.ENOTSUPP;
        var error = CheckBatch(keys.Length, int.MaxValue, count, flags);
        if (error != Errno.None) return error;
        int total = count;
        for (count = 0; count < total; count++)
        {
            error = Delete(keys.Slice(count * Storage.KeySize, Storage.KeySize));
            if (error != Errno.None) return error;
        }

        return Errno.None;
    }

    private Errno CheckBatch(int keyBytes, long valueBytes, int count, MapUpdateFlags flags) =>
        (flags & ~MapUpdateFlags.Lock) != 0 || (flags == MapUpdateFlags.Lock && !Storage.HasLock) || count < 0
        || (long)count * Storage.KeySize > keyBytes || (valueBytes < int.MaxValue && (long)count * UserValueSize > valueBytes) ? Errno.EINVAL : Errno.None;
}
