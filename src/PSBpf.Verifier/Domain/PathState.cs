namespace PSBpf.Verifier.Domain;

/// <summary>Everything known at one point of one path: the call frames and what must be released.</summary>
internal sealed class PathState
{
    /// <summary>Frames of a call chain, as the kernel allows.</summary>
    public const int MaxFrames = 8;

    private readonly FrameState?[] _frames = new FrameState?[MaxFrames];

    /// <summary>Index of the running frame.</summary>
    public int Depth;

    /// <summary>Ids of references acquired and not released, oldest first, each with the instruction that acquired it.</summary>
    public readonly List<(int Id, int Instruction)> References = [];

    /// <summary>The locks that are held, in the order in which they were taken.</summary>
    public readonly List<HeldLock> Locks = [];

    /// <summary>The sections without interrupts that are open, oldest first: an id, and the instruction that began it.</summary>
    public readonly List<(int Id, int Instruction)> Interrupts = [];

    /// <summary>RCU read-side sections and sections without preemption that are open.</summary>
    public int RcuLocks, PreemptLocks;

    /// <summary>Whether a lock is held.</summary>
    public bool IsLocked => Locks.Count > 0;

    /// <summary>The last checkpoint on the path.</summary>
    public Pruning.Checkpoint? Parent;

    /// <summary>The instructions since the last checkpoint.</summary>
    public readonly List<Pruning.HistoryEntry> History = [];

    /// <summary>The branches taken to get here, for explanations.</summary>
    public Explain.PathStep? Path;

    /// <summary>Instructions from the program's start to here.</summary>
    public int Length;

    /// <summary>How often may_goto went on on this path: what comes round with another count has made progress.</summary>
    public int Rounds;

    public FrameState Current => _frames[Depth]!;

    public FrameState FrameAt(int index) => _frames[index]!;

    public FrameState Push()
    {
        Depth++;
        var frame = _frames[Depth] ??= new FrameState();
        frame.Reset();
        return frame;
    }

    public void Pop() => Depth--;

    public void Start()
    {
        Depth = 0;
        (_frames[0] ??= new FrameState()).Reset();
        References.Clear();
        Locks.Clear();
        Interrupts.Clear();
        RcuLocks = PreemptLocks = 0;
        History.Clear();
        Parent = null;
        Path = null;
        Length = 0;
        Rounds = 0;
    }

    /// <summary>Whether the same calls lead here as to another state.</summary>
    public bool HasCallsOf(PathState other)
    {
        if (Depth != other.Depth) return false;
        for (int index = 0; index <= Depth; index++)
            if (_frames[index]!.CallSite != other._frames[index]!.CallSite) return false;
        return true;
    }

    /// <summary>Makes this a copy, but for the history, which a remembered state does not need.</summary>
    public void CopyFrom(PathState other)
    {
        History.Clear();
        Depth = other.Depth;
        for (int index = 0; index <= other.Depth; index++) (_frames[index] ??= new FrameState()).CopyFrom(other._frames[index]!);
        References.Clear();
        References.AddRange(other.References);
        Locks.Clear();
        Locks.AddRange(other.Locks);
        Interrupts.Clear();
        Interrupts.AddRange(other.Interrupts);
        RcuLocks = other.RcuLocks;
        PreemptLocks = other.PreemptLocks;
        Parent = other.Parent;
        Path = other.Path;
        Length = other.Length;
        Rounds = other.Rounds;
    }
}
