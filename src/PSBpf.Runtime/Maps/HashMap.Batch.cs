using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>Many entries at once: whole buckets, each inside of its gate, so that a walk meets all entries that stay, whatever comes and goes.</summary>
internal unsafe partial class HashMap<TKey>
{
    /// <inheritdoc/>
    public override MapBatches Batches => MapBatches.Lookup | MapBatches.Update | MapBatches.Delete | MapBatches.Take;

    /// <inheritdoc/>
    public override Errno CopyBatch(byte* position, bool begun, byte* keys, byte* values, ref int count, bool deletes, bool locked)
    {
        int room = count;
        count = 0;
        uint bucket = begun ? *(uint*)position : 0;
        for (; bucket <= _bucketMask; bucket++)
        {
            int copied = CopyBucket(_buckets + bucket, keys + (nint)count * _keySize, values + (nint)count * UserValueSize, room - count, deletes, locked);
            if (copied < 0) break;
            count += copied;
        }

        *(uint*)position = bucket;
        if (bucket > _bucketMask) return Errno.ENOENT;
        return count == 0 ? Errno.ENOSPC : Errno.None;
    }

    // How many entries were copied; -1 when the bucket has more than there is room for.
    private int CopyBucket(HashBucket* bucket, byte* keys, byte* values, int room, bool deletes, bool locked)
    {
        if (Volatile.Read(ref bucket->Head) == ElementPool.None) return 0;
        SpinGate.Enter(ref bucket->Gate);
        int length = 0;
        for (uint node = bucket->Head; node != ElementPool.None; node = ElementAt(node)->Next) length++;
        if (length > room)
        {
            SpinGate.Exit(ref bucket->Gate);
            return -1;
        }

        uint first = bucket->Head;
        for (uint node = first; node != ElementPool.None; node = ElementAt(node)->Next, keys += _keySize, values += UserValueSize)
        {
            byte* value = ValueOf(ElementAt(node), 0);
            SmallCopy.Copy(KeyOf(ElementAt(node)), keys, _keySize);
            if (locked) _fields.CopyLocked(value, values, value, ValueSize);
            else SmallCopy.Copy(value, values, UserValueSize);
            if (!_isPerCpu) _fields.Clear(values);
        }

        if (deletes)
        {
            Volatile.Write(ref bucket->Head, ElementPool.None);
            Interlocked.Add(ref _count, -length);
        }

        SpinGate.Exit(ref bucket->Gate);
        if (!deletes) return length;
        for (uint node = first; node != ElementPool.None;)
        {
            // What follows is read before the element is given back; nobody else has it.
            uint next = ElementAt(node)->Next;
            _order?.Remove(node);
            Retire(node);
            node = next;
        }

        return length;
    }
}
