using PSBpf.Isa;

namespace PSBpf.Runtime.Jit.Flow;

/// <summary>The basic blocks of one function of a program, as far as paths reach them, in reverse post-order.</summary>
internal sealed class FunctionGraph
{
    // A straight line is cut into blocks of this size, so that the pieces can be cut between them.
    private const int LongestBlock = 256;

    private readonly JitInput _input;
    private readonly Dictionary<int, BasicBlock> _byStart = [];

    private FunctionGraph(JitInput input, int number, int entry)
    {
        _input = input;
        Number = number;
        Entry = entry;
    }

    /// <summary>Number among the program's functions, in the order of their first slots.</summary>
    public int Number { get; }

    /// <summary>Its first slot.</summary>
    public int Entry { get; }

    /// <summary>Its blocks; the first is the entry's.</summary>
    public List<BasicBlock> Blocks { get; } = [];

    /// <summary>Builds the graphs of all functions that are reached.</summary>
    public static List<FunctionGraph> Build(JitInput input)
    {
        var entries = new SortedSet<int> { 0 };
        for (int slot = 0; slot < input.Code.Length; slot++)
            if (input.Code[slot].Form is FormId.CallFunction or FormId.LddwFunction) entries.Add(input.Code[slot].Target);
        var graphs = new List<FunctionGraph>(entries.Count);
        int number = 0;
        foreach (int entry in entries)
        {
            var graph = new FunctionGraph(input, number++, entry);
            if (!input.IsLive(entry)) continue;
            graph.FindBlocks();
            Dominators.Compute(graph.Blocks);
            LoopDepths.Compute(graph.Blocks);
            LiveRegisters.Compute(input, graph.Blocks);
            graphs.Add(graph);
        }

        return graphs;
    }

    /// <summary>Where an instruction may go: the slot after it and the one it jumps to, −1 for none, as far as paths reach them.</summary>
    public static (int Next, int Taken) Successors(JitInput input, int slot)
    {
        ref readonly var instruction = ref input.Code[slot];
        var row = instruction.Row;
        int next = slot + row.Slots;
        if (next >= input.Code.Length || !input.IsLive(next)) next = -1;
        switch (row.Kind)
        {
            case FormKind.Exit:
                return (-1, -1);
            case FormKind.Jump:
                return (instruction.Target, -1);
            case FormKind.Branch or FormKind.MayGoto:
                // A side that no path reaches is not there: the jump is always or never taken.
                int taken = input.IsLive(instruction.Target) ? instruction.Target : -1;
                return next < 0 ? (taken, -1) : (next, taken);
            default:
                return (next, -1);
        }
    }

    private void FindBlocks()
    {
        int longest = _input.LargestPiece > 0 ? Math.Min(_input.LargestPiece, LongestBlock) : LongestBlock;
        var leaders = FindLeaders();
        foreach (int start in leaders.Keys) _byStart[start] = new BasicBlock { Start = start };
        foreach (var block in _byStart.Values.ToArray()) Extend(block, leaders, longest);
        Order(_byStart[Entry]);
    }

    // Slots where blocks begin: the entry, targets of jumps, what follows a jump.
    private SortedDictionary<int, bool> FindLeaders()
    {
        var leaders = new SortedDictionary<int, bool> { [Entry] = true };
        var seen = new HashSet<int>();
        var work = new Stack<int>();
        work.Push(Entry);
        while (work.TryPop(out int slot))
        {
            while (slot >= 0 && seen.Add(slot))
            {
                var (next, taken) = Successors(_input, slot);
                bool jumps = _input.Code[slot].Row.Kind is FormKind.Branch or FormKind.Jump or FormKind.MayGoto or FormKind.Exit;
                if (taken >= 0)
                {
                    leaders[taken] = true;
                    work.Push(taken);
                }

                if (jumps && next >= 0) leaders[next] = true;
                slot = next;
            }
        }

        return leaders;
    }

    private void Extend(BasicBlock block, SortedDictionary<int, bool> leaders, int longest)
    {
        int slot = block.Start, count = 0;
        while (true)
        {
            var (next, taken) = Successors(_input, slot);
            block.End = slot + _input.Code[slot].Row.Slots;
            bool jumps = _input.Code[slot].Row.Kind is FormKind.Branch or FormKind.Jump or FormKind.MayGoto or FormKind.Exit;
            if (jumps || next < 0 || leaders.ContainsKey(next))
            {
                block.Next = next >= 0 ? _byStart[next] : null;
                block.Taken = taken >= 0 ? _byStart[taken] : null;
                return;
            }

            slot = next;
            if (++count < longest) continue;
            var rest = new BasicBlock { Start = slot };
            _byStart[slot] = rest;
            block.Next = rest;
            block = rest;
            count = 0;
        }
    }

    private void Order(BasicBlock entry)
    {
        var visited = new HashSet<BasicBlock>(ReferenceEqualityComparer.Instance) { entry };
        var path = new Stack<(BasicBlock Block, int Side)>();
        path.Push((entry, 0));
        while (path.TryPop(out var top))
        {
            var (block, side) = top;
            if (side == 2)
            {
                Blocks.Add(block);
                continue;
            }

            path.Push((block, side + 1));
            var successor = side == 0 ? block.Taken : block.Next;
            if (successor is not null && visited.Add(successor)) path.Push((successor, 0));
        }

        Blocks.Reverse();

        // A loop back to the first instruction must not lead to the function's own method, which has another signature.
        if (Blocks.Any(block => block.Successors.Contains(entry))) Blocks.Insert(0, new BasicBlock { Start = Entry, End = Entry, Next = entry });
        for (int index = 0; index < Blocks.Count; index++) Blocks[index].Index = index;
        foreach (var block in Blocks)
            foreach (var successor in block.Successors) successor.Predecessors.Add(block);
    }
}
