using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// BPF_F_LOCK: values are written where they are, and read, under the lock that they hold. The bucket's gate is held meanwhile, so that the
/// element stays what it is; who has the lock calls nothing and so never waits at a gate.
/// </summary>
internal unsafe partial class HashMap<TKey>
{
    /// <inheritdoc/>
    public override bool HasLock => !_isPerCpu && _fields.LockOffset >= 0;

    /// <inheritdoc/>
    public override Errno CopyValueLocked(byte* key, byte* value)
    {
        if (!HasLock) return Errno.EINVAL;
        uint hash = TKey.Hash(key, _keySize, in _secret);
        var bucket = BucketOf(hash);
        SpinGate.Enter(ref bucket->Gate);
        uint index = Search(key, hash);
        if (index != ElementPool.None) _fields.CopyLocked(ValueOf(ElementAt(index), 0), value, ValueOf(ElementAt(index), 0), ValueSize);
        SpinGate.Exit(ref bucket->Gate);
        if (index == ElementPool.None) return Errno.ENOENT;
        _fields.Clear(value);
        return Errno.None;
    }

    /// <inheritdoc/>
    public override Errno TakeValueLocked(byte* key, byte* value)
    {
        if (!HasLock) return Errno.EINVAL;
        uint hash = TKey.Hash(key, _keySize, in _secret);
        var bucket = BucketOf(hash);
        SpinGate.Enter(ref bucket->Gate);
        uint index = Search(key, hash);
        if (index != ElementPool.None)
        {
            Unlink(bucket, index);
            _fields.CopyLocked(ValueOf(ElementAt(index), 0), value, ValueOf(ElementAt(index), 0), ValueSize);
        }

        SpinGate.Exit(ref bucket->Gate);
        if (index == ElementPool.None) return Errno.ENOENT;
        _order?.Remove(index);
        Retire(index);
        _fields.Clear(value);
        return Errno.None;
    }

    private Errno UpdateLocked(byte* key, byte* value, ulong flags, int cpu)
    {
        if (flags > (ulong)MapUpdateFlags.Exist || !HasLock) return Errno.EINVAL;
        uint hash = TKey.Hash(key, _keySize, in _secret);
        var bucket = BucketOf(hash);
        while (true)
        {
            SpinGate.Enter(ref bucket->Gate);
            uint index = Search(key, hash);
            var error = Check(index, flags);
            if (error == Errno.None && index != ElementPool.None) _fields.CopyLocked(value, ValueOf(ElementAt(index), 0), ValueOf(ElementAt(index), 0), ValueSize);
            SpinGate.Exit(ref bucket->Gate);
            if (error != Errno.None || index != ElementPool.None) return error;

            // There is none to be written: a new one, unless another thread is first.
            error = Update(key, value, (ulong)MapUpdateFlags.NoExist, cpu);
            if (error != Errno.EEXIST || flags == (ulong)MapUpdateFlags.NoExist) return error;
        }
    }
}
