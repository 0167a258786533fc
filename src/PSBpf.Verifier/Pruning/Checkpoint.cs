using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Pruning;

/// <summary>A state that was remembered at a prune point, and how many paths from it are still open.</summary>
internal sealed class Checkpoint(int pc, PathState state, Checkpoint? parent, HistoryEntry[] history)
{
    /// <summary>The prune point.</summary>
    public int Pc { get; } = pc;

    public PathState State { get; } = state;

    /// <summary>The checkpoint before it on the same path.</summary>
    public Checkpoint? Parent { get; } = parent;

    /// <summary>The instructions between the parent and here.</summary>
    public HistoryEntry[] History { get; } = history;

    /// <summary>How many checkpoints came before it on its path.</summary>
    public int Depth { get; } = parent is null ? 0 : parent.Depth + 1;

    /// <summary>The oldest checkpoint that has to be complete before this one is, since a path from here ended there; null when this one waits for none.</summary>
    public Checkpoint? Head;

    /// <summary>The paths that came back here, or to one that waits for this one.</summary>
    public List<LoopEdge> Edges { get; } = [];

    /// <summary>The checkpoints that wait for this one.</summary>
    public List<Checkpoint> Waiting { get; } = [];

    /// <summary>Registers of each frame whose number some check depended on, a bit each.</summary>
    public ushort[] PreciseRegisters { get; } = new ushort[PathState.MaxFrames];

    /// <summary>Stack slots of each frame whose number some check depended on, a bit each.</summary>
    public ulong[] PreciseSlots { get; } = new ulong[PathState.MaxFrames];

    /// <summary>Paths from here that have not ended. Only a state without open paths proves anything.</summary>
    public int OpenPaths = 1;

    /// <summary>Stack slots of each frame that some path from here reads, a bit each; complete when no path is open.</summary>
    public ulong[] LiveSlots { get; } = new ulong[PathState.MaxFrames];

    /// <summary>How often it saved a path, and how often the comparison failed.</summary>
    public int Hits, Misses;

    /// <summary>Tells every checkpoint on a path that stack slots are read which were not written since.</summary>
    /// <param name="path">The path that reads.</param>
    /// <param name="frame">Index of the frame.</param>
    /// <param name="slots">The slots, a bit each.</param>
    public static void MarkRead(PathState path, int frame, ulong slots)
    {
        slots &= ~path.FrameAt(frame).WrittenSlots;
        for (var checkpoint = path.Parent; checkpoint is not null && frame <= checkpoint.State.Depth; checkpoint = checkpoint.Parent)
        {
            if ((slots & ~checkpoint.LiveSlots[frame]) == 0) return;
            checkpoint.LiveSlots[frame] |= slots;
            slots &= ~checkpoint.State.FrameAt(frame).WrittenSlots;
        }
    }

    /// <summary>Ends one path: closes every checkpoint whose last open path it was.</summary>
    public static void EndPath(Checkpoint? checkpoint, LoopEdges edges)
    {
        while (checkpoint is not null && --checkpoint.OpenPaths == 0)
        {
            edges.Close(checkpoint);
            checkpoint = checkpoint.Parent;
        }
    }
}
