namespace PSBpf.Runtime.Maps;

/// <summary>Walking through all elements, for programs that do something with each.</summary>
internal unsafe partial class HashMap<TKey>
{
    /// <inheritdoc/>
    public override ulong NextElement(MapCursor* cursor, int cpu, out ulong key)
    {
        key = 0;
        // Elements that are used anew meanwhile could lead round for ever.
        if (cursor->Rounds >= (ulong)_maxEntries + ElementPool.Spare(_maxEntries, _stride)) return 0;
        while (cursor->Bucket <= _bucketMask)
        {
            uint node = cursor->Node == 0 ? Volatile.Read(ref _buckets[cursor->Bucket].Head) : (uint)(cursor->Node - 1);
            if (node == ElementPool.None)
            {
                cursor->Bucket++;
                cursor->Node = 0;
                continue;
            }

            // What follows is looked up before the program may delete this element.
            var element = ElementAt(node);
            cursor->Node = (ulong)Volatile.Read(ref element->Next) + 1;
            cursor->Rounds++;
            key = (ulong)KeyOf(element);
            return (ulong)ValueOf(element, cpu);
        }

        return 0;
    }
}
