namespace PSBpf.Runtime.Jit.Flow;

/// <summary>A run of instructions that is entered at its first one and left after its last one.</summary>
internal sealed class BasicBlock
{
    /// <summary>Stands for no block.</summary>
    public const int None = -1;

    /// <summary>Position in the function's list, which is in reverse post-order: what dominates comes first.</summary>
    public int Index { get; set; }

    /// <summary>First slot.</summary>
    public required int Start { get; init; }

    /// <summary>The slot after the last instruction.</summary>
    public int End { get; set; }

    /// <summary>Where control goes without a jump, or by an unconditional one; null at an exit.</summary>
    public BasicBlock? Next { get; set; }

    /// <summary>Where a conditional jump goes when taken.</summary>
    public BasicBlock? Taken { get; set; }

    /// <summary>The block that every path to this one passes last; null for the first.</summary>
    public BasicBlock? Dominator { get; set; }

    /// <summary>How many loops it lies in.</summary>
    public int LoopDepth { get; set; }

    /// <summary>Registers that are read before they are written from here on; r10 left out.</summary>
    public int LiveIn { get; set; }

    /// <summary>The piece it is compiled into.</summary>
    public Piece Piece { get; set; } = null!;

    /// <summary>Blocks that control comes from.</summary>
    public List<BasicBlock> Predecessors { get; } = [];

    /// <summary>The blocks that control may go to.</summary>
    public IEnumerable<BasicBlock> Successors
    {
        get
        {
            if (Next is not null) yield return Next;
            if (Taken is not null) yield return Taken;
        }
    }
}
