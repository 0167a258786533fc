using System.Runtime.CompilerServices;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>Updates and deletions. Nothing is allocated, copied or waited for inside of a gate, and gates of two buckets are never held at once.</summary>
internal unsafe partial class HashMap<TKey>
{
    // Stands for every CPU's value.
    private const int AllCpus = -1;

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu)
    {
        if (flags > (ulong)MapUpdateFlags.Exist) return (flags & (ulong)MapUpdateFlags.Lock) != 0 ? UpdateLocked(key, value, flags & ~(ulong)MapUpdateFlags.Lock, cpu) : Errno.EINVAL;
        uint hash = TKey.Hash(key, _keySize, in _secret);
        bool mayNeedNoElement = _isPerCpu || flags != 0 || (_order is null && Volatile.Read(ref _count) >= _maxEntries);
        if (mayNeedNoElement && TrySettle(key, hash, value, flags, cpu, out var settled)) return settled;

        uint index = _elements.TryTake();
        if (index == ElementPool.None) index = WaitForElement();
        var element = ElementAt(index);
        element->Hash = hash;
        SmallCopy.Copy(key, KeyOf(element), _keySize);
        WriteValue(element, value, cpu, fresh: true);
        return Insert(index, key, hash, value, flags, cpu);
    }

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags) => Update(key, value, flags, AllCpus);

    /// <inheritdoc/>
    [MethodImpl(HotCode.Optimized)]
    public override Errno Delete(byte* key)
    {
        uint hash = TKey.Hash(key, _keySize, in _secret);
        var bucket = BucketOf(hash);
        SpinGate.Enter(ref bucket->Gate);
        uint index = Search(key, hash);
        if (index != ElementPool.None) Unlink(bucket, index);
        SpinGate.Exit(ref bucket->Gate);
        if (index == ElementPool.None) return Errno.ENOENT;
        _order?.Remove(index);
        Retire(index);
        return Errno.None;
    }

    /// <inheritdoc/>
    public override Errno TakeValue(byte* key, byte* value)
    {
        uint hash = TKey.Hash(key, _keySize, in _secret);
        var bucket = BucketOf(hash);
        SpinGate.Enter(ref bucket->Gate);
        uint index = Search(key, hash);
        if (index != ElementPool.None) Unlink(bucket, index);
        SpinGate.Exit(ref bucket->Gate);
        if (index == ElementPool.None) return Errno.ENOENT;

        // Nobody finds it any more, and until it is retired nobody uses it anew.
        SmallCopy.Copy(ValueOf(ElementAt(index), 0), value, UserValueSize);
        if (!_isPerCpu) _fields.Clear(value);
        _order?.Remove(index);
        Retire(index);
        return Errno.None;
    }

    // What needs no new element: errors, and values of CPUs that are written in place.
    [MethodImpl(HotCode.Optimized)]
    private bool TrySettle(byte* key, uint hash, byte* value, ulong flags, int cpu, out Errno answer)
    {
        var bucket = BucketOf(hash);
        SpinGate.Enter(ref bucket->Gate);
        uint old = Search(key, hash);
        answer = Check(old, flags);
        bool written = answer == Errno.None && old != ElementPool.None && _isPerCpu;
        if (written) WriteInPlace(ElementAt(old), value, cpu);
        SpinGate.Exit(ref bucket->Gate);
        if (written || answer != Errno.None) return true;
        if (old != ElementPool.None || _order is not null || Volatile.Read(ref _count) < _maxEntries) return false;
        answer = Errno.E2BIG;
        return true;
    }

    // A new element goes to the head of its chain. One that replaces another takes its place in one step: a reader on its
    // way through the chain meets the one or the other, never both and never none.
    [MethodImpl(HotCode.Optimized)]
    private Errno Insert(uint index, byte* key, uint hash, byte* value, ulong flags, int cpu)
    {
        var element = ElementAt(index);
        var bucket = BucketOf(hash);
        while (true)
        {
            SpinGate.Enter(ref bucket->Gate);
            uint old = Search(key, hash);
            var error = Check(old, flags);
            if (error == Errno.None && old != ElementPool.None && !_isPerCpu)
            {
                element->Next = ElementAt(old)->Next;
                EndWriting(element);
                if (_order is not null)
                {
                    element->Used = 1;
                    _order.Add(index);
                }

                Volatile.Write(ref *LinkTo(bucket, old), index);
                SpinGate.Exit(ref bucket->Gate);
                _order?.Remove(old);
                Retire(old);
                return Errno.None;
            }

            if (error == Errno.None && old == ElementPool.None)
            {
                if (Interlocked.Increment(ref _count) <= _maxEntries)
                {
                    element->Next = bucket->Head;
                    EndWriting(element);
                    _order?.Add(index);
                    Volatile.Write(ref bucket->Head, index);
                    SpinGate.Exit(ref bucket->Gate);
                    return Errno.None;
                }

                Interlocked.Decrement(ref _count);
                error = Errno.E2BIG;
            }
            else if (error == Errno.None)
            {
                // Another thread was first: this update writes in place.
                WriteInPlace(ElementAt(old), value, cpu);
            }

            SpinGate.Exit(ref bucket->Gate);
            if (error == Errno.E2BIG && _order is not null)
            {
                Evict();
                continue;
            }

            _elements.Return(index);
            return error;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EndWriting(HashElement* element) => Volatile.Write(ref element->Sequence, element->Sequence + 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Errno Check(uint old, ulong flags)
    {
        if (flags == (ulong)MapUpdateFlags.NoExist && old != ElementPool.None) return Errno.EEXIST;
        return flags == (ulong)MapUpdateFlags.Exist && old == ElementPool.None ? Errno.ENOENT : Errno.None;
    }

    // Gives up an entry. What the order named may be gone when its bucket's gate opens; then there is room as well.
    [MethodImpl(HotCode.Optimized)]
    private void Evict()
    {
        if (!_order!.TryTakeVictim(out uint index, out uint hash, out uint sequence))
        {
            Thread.Yield();
            return;
        }

        var bucket = BucketOf(hash);
        SpinGate.Enter(ref bucket->Gate);
        bool present = false;
        for (uint node = bucket->Head; node != ElementPool.None && !present; node = ElementAt(node)->Next) present = node == index;
        present &= ElementAt(index)->Sequence == sequence;
        if (present) Unlink(bucket, index);
        SpinGate.Exit(ref bucket->Gate);
        if (present) Retire(index);
    }

    // Takes an element out of its chain, inside of the gate.
    private void Unlink(HashBucket* bucket, uint index)
    {
        Volatile.Write(ref *LinkTo(bucket, index), ElementAt(index)->Next);
        Interlocked.Decrement(ref _count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint* LinkTo(HashBucket* bucket, uint index)
    {
        uint* link = &bucket->Head;
        while (*link != index) link = &ElementAt(*link)->Next;
        return link;
    }

    private void WriteInPlace(HashElement* element, byte* value, int cpu)
    {
        WriteValue(element, value, cpu, fresh: false);
        if (_order is not null && element->Used == 0) element->Used = 1;
    }

    // A program that makes a per-CPU element sets its own CPU's value; the others start as zero.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteValue(HashElement* element, byte* value, int cpu, bool fresh)
    {
        if (!_isPerCpu)
        {
            SmallCopy.Copy(value, ValueOf(element, 0), ValueSize);
            if (!_fields.IsEmpty)
            {
                // A run that still had the former element may have initialised its timer since, or left a pointer.
                FreeFields(element);
                _fields.Clear(ValueOf(element, 0));
            }
        }
        else WritePerCpu(element, value, cpu, fresh);
    }

    [MethodImpl(HotCode.Optimized)]
    private void WritePerCpu(HashElement* element, byte* value, int cpu, bool fresh)
    {
        if (cpu != AllCpus)
        {
            if (fresh) new Span<byte>(ValueOf(element, 0), UserValueSize).Clear();
            WriteValue(value, ValueOf(element, cpu));
            return;
        }

        for (int each = 0; each < _values; each++) WriteValue(value + each * _cpuStride, ValueOf(element, each));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteValue(byte* value, byte* target)
    {
        if (_fields.IsEmpty)
        {
            SmallCopy.Copy(value, target, ValueSize);
            return;
        }

        _fields.CopyAround(value, target, ValueSize);
        _fields.Free(Engine, (ulong)target);
    }

    private void Retire(uint index)
    {
        FreeFields(ElementAt(index));
        _elements.Retire(index);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FreeFields(HashElement* element)
    {
        if (_fields.IsEmpty) return;
        for (int each = 0; each < _values; each++) _fields.Free(Engine, (ulong)ValueOf(element, each));
    }

    // All elements wait for runs to end. A program cannot wait for itself.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint WaitForElement()
    {
        bool inRun = Engine.Cpus.IsRunning;
        var spin = new SpinWait();
        uint index;
        while ((index = _elements.Take(steal: inRun)) == ElementPool.None) spin.SpinOnce();
        return index;
    }
}
