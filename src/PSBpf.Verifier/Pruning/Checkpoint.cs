using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Pruning;

/// <summary>A state that was remembered at a prune point, and how many paths from it are still open.</summary>
internal sealed class Checkpoint(PathState state, Checkpoint? parent)
{
    public PathState State { get; } = state;

    /// <summary>The checkpoint before it on the same path.</summary>
    public Checkpoint? Parent { get; } = parent;

    /// <summary>Paths from here that have not ended. Only a state without open paths proves anything.</summary>
    public int OpenPaths = 1;

    /// <summary>How often it saved a path, and how often the comparison failed.</summary>
    public int Hits, Misses;

    /// <summary>Ends one path: closes every checkpoint whose last open path it was.</summary>
    public static void EndPath(Checkpoint? checkpoint)
    {
        while (checkpoint is not null && --checkpoint.OpenPaths == 0) checkpoint = checkpoint.Parent;
    }
}
