using System.Collections.Concurrent;
using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// BPF_MAP_TYPE_TASK_STORAGE, CGRP_STORAGE, SK_STORAGE and INODE_STORAGE: a value for each object that a program asks it for. Users of the
/// kernel name an object by a descriptor of it; here the key is its id: a task's pid, a cgroup's id, a socket's cookie, an inode's number.
/// </summary>
internal sealed unsafe class LocalStorageMap : RuntimeMap
{
    // Values lie in slabs, each of which is a region.
    private const int FewestValues = 8, SlabBytes = 4096;

    private readonly ConcurrentDictionary<int, nint> _values = new();
    private readonly Lock _changing = new();
    private readonly Stack<nint> _free = new();
    private readonly uint _stride;
    private readonly int _slabValues;
    private readonly ValueFields _fields;

    public LocalStorageMap(Engine engine, MapSpec spec)
        : base(engine, spec)
    {
        _stride = Round8(spec.ValueSize);
        _slabValues = Math.Max(FewestValues, (int)(SlabBytes / _stride));
        _fields = new ValueFields(spec);
    }

    /// <summary>The value of an object, for a program.</summary>
    /// <param name="id">The object.</param>
    /// <param name="creates">Whether there is to be one.</param>
    /// <param name="initial">What a new one holds; null for zeros.</param>
    /// <returns>Its address; 0 when there is none.</returns>
    public ulong Find(int id, bool creates, byte* initial)
    {
        if (_values.TryGetValue(id, out nint found)) return (ulong)found;
        if (!creates) return 0;
        lock (_changing)
        {
            if (_values.TryGetValue(id, out found)) return (ulong)found;
            if (Take(initial) is not (not 0 and var made)) return 0;
            _values[id] = made;
            return (ulong)made;
        }
    }

    /// <summary>Deletes the value of an object.</summary>
    public Errno Delete(int id)
    {
        if (!_values.TryRemove(id, out nint value)) return Errno.ENOENT;
        Engine.Reclaimer.Retire(new Replaced(this, value));
        return Errno.None;
    }

    /// <inheritdoc/>
    public override ulong Lookup(byte* key, int cpu) => Find(*(int*)key, creates: false, null);

    /// <inheritdoc/>
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu)
    {
        int id = *(int*)key;
        if (id < 0) return Errno.EBADF;
        bool locked = (flags & (ulong)MapUpdateFlags.Lock) != 0;
        flags &= ~(ulong)MapUpdateFlags.Lock;
        if (flags > (ulong)MapUpdateFlags.Exist || (locked && !HasLock)) return Errno.EINVAL;
        lock (_changing)
        {
            bool exists = _values.TryGetValue(id, out nint old);
            if (exists && flags == (ulong)MapUpdateFlags.NoExist) return Errno.EEXIST;
            if (!exists && flags == (ulong)MapUpdateFlags.Exist) return Errno.ENOENT;
            if (exists && locked)
            {
                _fields.CopyLocked(value, (byte*)old, (byte*)old, ValueSize);
                return Errno.None;
            }

            nint made = Take(value);
            if (made == 0) return Errno.ENOMEM;
            _values[id] = made;
            if (exists) Engine.Reclaimer.Retire(new Replaced(this, old));
            return Errno.None;
        }
    }

    /// <inheritdoc/>
    public override Errno Delete(byte* key) => *(int*)key < 0 ? Errno.EBADF : Delete(*(int*)key);

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value)
    {
        if (*(int*)key < 0) return Errno.EBADF;
        ulong address = Lookup(key, 0);
        if (address == 0) return Errno.ENOENT;
        new ReadOnlySpan<byte>((byte*)address, ValueSize).CopyTo(new Span<byte>(value, ValueSize));
        _fields.Clear(value);
        return Errno.None;
    }

    /// <inheritdoc/>
    public override bool HasLock => _fields.LockOffset >= 0;

    /// <inheritdoc/>
    public override Errno CopyValueLocked(byte* key, byte* value)
    {
        if (!HasLock) return Errno.EINVAL;
        if (*(int*)key < 0) return Errno.EBADF;
        ulong address = Lookup(key, 0);
        if (address == 0) return Errno.ENOENT;
        _fields.CopyLocked((byte*)address, value, (byte*)address, ValueSize);
        _fields.Clear(value);
        return Errno.None;
    }

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags) => Update(key, value, flags, 0);

    /// <inheritdoc/>
    public override Errno NextKey(byte* key, byte* next) => Errno.ENOTSUPP;

    // Inside of the lock.
    private nint Take(byte* initial)
    {
        if (_free.Count == 0 && !TryGrow()) return 0;
        nint value = _free.Pop();
        var bytes = new Span<byte>((byte*)value, ValueSize);
        if (initial == null) bytes.Clear();
        else new ReadOnlySpan<byte>(initial, ValueSize).CopyTo(bytes);
        _fields.Clear((byte*)value);
        return value;
    }

    private bool TryGrow()
    {
        if (!TryAddReference()) return false;
        NativeBlock block;
        try
        {
            // Without memory the reference is dropped with the refusal.
            block = Allocate((long)_stride * _slabValues);
        }
        catch (BpfException)
        {
            return false;
        }

        Release();
        Expose(new MemoryRegion
        {
            Start = (ulong)block.Address, Length = (ulong)_stride * (ulong)_slabValues, Stride = _stride, ValueStride = _stride, ValueSize = Spec.ValueSize,
        });
        for (int index = _slabValues - 1; index >= 0; index--) _free.Push((nint)(block.Address + index * _stride));
        return true;
    }

    private sealed class Replaced(LocalStorageMap map, nint value) : IReclaimable
    {
        public void Reclaim()
        {
            lock (map._changing) map._free.Push(value);
        }
    }
}
