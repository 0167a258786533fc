namespace PSBpf.Runtime.Jit.Flow;

/// <summary>How many loops each block lies in. A loop is what leads back to a block that dominates it.</summary>
internal static class LoopDepths
{
    /// <summary>Sets <see cref="BasicBlock.LoopDepth"/>.</summary>
    public static void Compute(List<BasicBlock> blocks)
    {
        var lastSeen = new int[blocks.Count];
        Array.Fill(lastSeen, -1);
        var work = new Stack<BasicBlock>();
        foreach (var header in blocks)
        {
            foreach (var tail in header.Predecessors)
                if (tail.Index >= header.Index && Dominators.Dominates(header, tail)) work.Push(tail);
            if (work.Count == 0) continue;
            lastSeen[header.Index] = header.Index;
            header.LoopDepth++;
            while (work.TryPop(out var block))
            {
                if (lastSeen[block.Index] == header.Index) continue;
                lastSeen[block.Index] = header.Index;
                block.LoopDepth++;
                foreach (var predecessor in block.Predecessors) work.Push(predecessor);
            }
        }
    }
}
