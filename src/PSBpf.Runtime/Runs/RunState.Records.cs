using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Runs;

/// <summary>User ring buffers whose records the run takes out at this moment; a callback may take those of another one out.</summary>
internal sealed unsafe partial class RunState
{
    // BPF_RB_NO_WAKEUP and BPF_RB_FORCE_WAKEUP.
    private const ulong WakeupFlags = 3;

    private List<UserRingBufferMap> _drained = [];

    /// <summary>The next record of a user ring buffer, whose former one is given back.</summary>
    /// <param name="map">The map's handle.</param>
    /// <param name="flags">The helper's flags.</param>
    /// <param name="cursor">Zero at first: Node is 1 while records are taken out, Rounds what the helper returns, Index how many were looked at.</param>
    /// <returns>The address of its dynptr; 0 when there is none.</returns>
    public ulong NextRecord(ulong map, ulong flags, MapCursor* cursor)
    {
        var ring = RecordsOf(map);
        if (cursor->Node != 0)
        {
            ring.Pass();
        }
        else
        {
            var error = (flags & ~WakeupFlags) != 0 ? Errno.EINVAL : !ring.TryBegin() ? Errno.EBUSY : Errno.None;
            cursor->Rounds = (ulong)-(long)error;
            if (error != Errno.None) return 0;
            cursor->Node = 1;
            _drained.Add(ring);
        }

        ulong left = UserRingBufferMap.MostRecords - cursor->Index;
        bool found = ring.TryNext(ref left);
        cursor->Index = UserRingBufferMap.MostRecords - left;
        if (!found)
        {
            EndRecords(ring, cursor);
            return 0;
        }

        cursor->Rounds++;
        return (ulong)ring.Current;
    }

    /// <summary>Stops taking records out, which gives the last one back.</summary>
    /// <returns>What the helper returns.</returns>
    public ulong EndRecords(ulong map, MapCursor* cursor)
    {
        if (cursor->Node == 0) return cursor->Rounds;
        var ring = RecordsOf(map);
        ring.Pass();
        EndRecords(ring, cursor);
        return cursor->Rounds;
    }

    private UserRingBufferMap RecordsOf(ulong map) => MapOf(map) as UserRingBufferMap
        ?? throw Fault(Instruction, $"passes a map of type {MapOf(map).Spec.Type} where a {MapType.UserRingBuf} is needed");

    private void EndRecords(UserRingBufferMap ring, MapCursor* cursor)
    {
        cursor->Node = 0;
        _drained.Remove(ring);
        ring.End();
    }

    private bool OwnsRecord(ulong address, uint size)
    {
        foreach (var ring in _drained)
            if (Contains(ring.Current->Data, ring.Current->Size, address, size)) return true;
        return false;
    }

    private bool IsRecord(ulong dynptr)
    {
        foreach (var ring in _drained)
            if ((ulong)ring.Current == dynptr) return true;
        return false;
    }

    // Only a run that was stopped leaves any.
    private void GiveRecordsBack()
    {
        foreach (var ring in _drained) ring.End();
        _drained.Clear();
    }

    // What it leads to is checked when somebody asks for bytes.
    private void CheckDynptr(int argument, ulong address)
    {
        if (!IsRecord(address)) CheckMemory(argument, address, Dynptr.Bytes, write: true);
    }
}
