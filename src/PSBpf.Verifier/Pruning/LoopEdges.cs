using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Pruning;

/// <summary>
/// Paths that ended because a checkpoint covers them whose own paths have not all been explored: what will matter there is not
/// known yet. Every checkpoint between waits until the loop's head is explored; then what mattered at each is told to
/// the paths that came back to it, until nothing new is found.
/// </summary>
internal sealed class LoopEdges(Precision precision)
{
    /// <summary>Notes that a path ends at a checkpoint that is not complete.</summary>
    /// <param name="covering">The checkpoint: open, or waiting.</param>
    /// <param name="path">The path's state, which nobody else uses from now on.</param>
    public static void Add(Checkpoint covering, PathState path)
    {
        var head = covering.OpenPaths > 0 ? covering : covering.Head!;
        head.Edges.Add(new LoopEdge(covering, path));
        for (var checkpoint = path.Parent; checkpoint is not null && checkpoint != head && checkpoint.Depth > head.Depth; checkpoint = checkpoint.Parent)
            Wait(checkpoint, head);
    }

    /// <summary>All paths of a checkpoint have ended: it is complete, or waits for an older one.</summary>
    public void Close(Checkpoint head)
    {
        if (head.Edges.Count == 0 && head.Waiting.Count == 0) return;
        if (head.Head is { } older)
        {
            older.Edges.AddRange(head.Edges);
            foreach (var checkpoint in head.Waiting) Wait(checkpoint, older);
        }
        else
        {
            Settle(head.Edges);
            foreach (var checkpoint in head.Waiting)
                if (checkpoint.Head == head) checkpoint.Head = null;
        }

        head.Edges.Clear();
        head.Waiting.Clear();
    }

    private void Settle(List<LoopEdge> edges)
    {
        for (bool changed = true; changed;)
        {
            changed = false;
            foreach (var edge in edges)
            {
                if (!edge.HasNews()) continue;
                changed = true;
                for (int frame = 0; frame <= edge.Path.Depth; frame++) Checkpoint.MarkRead(edge.Path, frame, edge.Covering.LiveSlots[frame]);
                precision.MarkAs(edge.Path, edge.Covering);
            }
        }
    }

    // For the oldest that it depends on.
    private static void Wait(Checkpoint checkpoint, Checkpoint head)
    {
        if (checkpoint == head || (checkpoint.Head is { } known && known.Depth < head.Depth && (known.OpenPaths > 0 || known.Head is not null))) return;
        checkpoint.Head = head;
        head.Waiting.Add(checkpoint);
    }
}

/// <summary>A path that came back to a checkpoint.</summary>
/// <param name="covering">Where.</param>
/// <param name="path">Its state.</param>
internal sealed class LoopEdge(Checkpoint covering, PathState path)
{
    private readonly ulong[] _live = new ulong[PathState.MaxFrames], _slots = new ulong[PathState.MaxFrames];
    private readonly ushort[] _registers = new ushort[PathState.MaxFrames];
    private bool _told;

    public Checkpoint Covering => covering;

    public PathState Path => path;

    /// <summary>Whether more matters at the checkpoint than when this was last asked.</summary>
    public bool HasNews()
    {
        if (_told && _live.AsSpan().SequenceEqual(covering.LiveSlots) && _slots.AsSpan().SequenceEqual(covering.PreciseSlots)
            && _registers.AsSpan().SequenceEqual(covering.PreciseRegisters)) return false;
        covering.LiveSlots.CopyTo(_live, 0);
        covering.PreciseSlots.CopyTo(_slots, 0);
        covering.PreciseRegisters.CopyTo(_registers, 0);
        return _told = true;
    }
}
