namespace PSBpf.Runtime.Jit.Flow;

/// <summary>Immediate dominators, by the iteration of Cooper, Harvey and Kennedy over reverse post-order.</summary>
internal static class Dominators
{
    /// <summary>Sets <see cref="BasicBlock.Dominator"/> of all blocks but the first.</summary>
    public static void Compute(List<BasicBlock> blocks)
    {
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int index = 1; index < blocks.Count; index++)
            {
                var block = blocks[index];
                BasicBlock? common = null;
                foreach (var predecessor in block.Predecessors)
                {
                    if (predecessor.Index != 0 && predecessor.Dominator is null) continue;
                    common = common is null ? predecessor : Intersect(common, predecessor);
                }

                if (ReferenceEquals(common, block.Dominator)) continue;
                block.Dominator = common;
                changed = true;
            }
        }
    }

    /// <summary>Whether every path to a block passes another.</summary>
    public static bool Dominates(BasicBlock dominator, BasicBlock block)
    {
        var at = block;
        while (at is not null && at.Index > dominator.Index) at = at.Dominator;
        return ReferenceEquals(at, dominator);
    }

    private static BasicBlock Intersect(BasicBlock one, BasicBlock other)
    {
        while (one.Index != other.Index)
        {
            while (one.Index > other.Index) one = one.Dominator!;
            while (other.Index > one.Index) other = other.Dominator!;
        }

        return one;
    }
}
