using PSBpf.Runtime.Jit.Flow;

namespace PSBpf.Runtime.Jit.Emit;

/// <summary>
/// Cuts a function into pieces that the machine's compiler optimises. A piece is a subtree of the dominator tree less the
/// subtrees that were cut off it. From the leaves up, costs add up; where they exceed the budget, subtrees are cut off: those in the
/// fewest loops first, of these the largest, of these the one that needs the fewest registers. An edge into a subtree leads to its root;
/// one that leaves it leads further up, and what it arrives at becomes a root as well.
/// </summary>
internal static class PieceCutter
{
    /// <summary>Assigns every block of a function to a piece.</summary>
    /// <param name="function">The function.</param>
    /// <param name="costOf">What a block costs.</param>
    /// <param name="budget">What a piece may cost.</param>
    /// <returns>The pieces, the function's own first.</returns>
    public static List<Piece> Cut(FunctionGraph function, Func<BasicBlock, IlCost> costOf, IlCost budget)
    {
        var blocks = function.Blocks;
        var cost = new IlCost[blocks.Count];
        var kept = new List<BasicBlock>?[blocks.Count];
        var isRoot = new bool[blocks.Count];
        isRoot[0] = true;

        // What is dominated comes later in reverse post-order: going backwards, children are done before their parent.
        for (int index = blocks.Count - 1; index >= 0; index--)
        {
            var block = blocks[index];
            var total = costOf(block);
            if (kept[index] is { } children)
            {
                foreach (var child in children) total += cost[child.Index];
                if (!total.Fits(budget)) total = CutOff(children, total, cost, isRoot, budget);
            }

            cost[index] = total;
            if (block.Dominator is { } parent) (kept[parent.Index] ??= []).Add(block);
        }

        while (SplitWhereEntered(blocks, isRoot))
        {
        }

        return Collect(function, isRoot);
    }

    // Makes roots of the blocks inside of pieces that other pieces lead to.
    private static bool SplitWhereEntered(List<BasicBlock> blocks, bool[] isRoot)
    {
        var rootOf = new int[blocks.Count];
        foreach (var block in blocks) rootOf[block.Index] = isRoot[block.Index] ? block.Index : rootOf[block.Dominator!.Index];
        bool split = false;
        foreach (var block in blocks)
        {
            if (isRoot[block.Index] || block.Predecessors.All(from => rootOf[from.Index] == rootOf[block.Index])) continue;
            isRoot[block.Index] = split = true;
        }

        return split;
    }

    private static IlCost CutOff(List<BasicBlock> children, IlCost total, IlCost[] cost, bool[] isRoot, IlCost budget)
    {
        children.Sort((one, other) =>
        {
            int order = one.LoopDepth.CompareTo(other.LoopDepth);
            if (order == 0) order = cost[other.Index].LocalReferences.CompareTo(cost[one.Index].LocalReferences);
            return order != 0 ? order : int.PopCount(one.LiveIn).CompareTo(int.PopCount(other.LiveIn));
        });
        foreach (var child in children)
        {
            isRoot[child.Index] = true;
            total -= cost[child.Index];
            if (total.Fits(budget)) break;
        }

        return total;
    }

    private static List<Piece> Collect(FunctionGraph function, bool[] isRoot)
    {
        var pieces = new List<Piece>();
        foreach (var block in function.Blocks)
        {
            if (isRoot[block.Index]) pieces.Add(block.Piece = new Piece(function, block));
            else block.Piece = block.Dominator!.Piece;
            block.Piece.Blocks.Add(block);
        }

        foreach (var piece in pieces)
            piece.Blocks.Sort((one, other) => one.Start != other.Start ? one.Start.CompareTo(other.Start) : one.Index.CompareTo(other.Index));
        return pieces;
    }
}
