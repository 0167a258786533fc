using PSBpf.Isa;

namespace PSBpf.Linux.Loading;

/// <summary>From the stack depth of each subprogram, as the kernel's log has them, that of the deepest call chain.</summary>
internal static class StackUse
{
    private const byte Call = Opcodes.Jmp | Opcodes.Call;
    private const byte LoadDoubleWord = Opcodes.Ld | Opcodes.Imm | Opcodes.Dw;

    /// <summary>
    /// Bytes along the deepest chain. A function whose address is taken counts as called where it is taken: it becomes
    /// the callback of a helper that is called from there.
    /// </summary>
    public static int Deepest(Instruction[] instructions, IReadOnlyList<int> depths)
    {
        if (depths.Count < 2) return depths.Count == 0 ? 0 : depths[0];

        var edges = References(instructions);
        var starts = edges.Select(edge => edge.Target).Append(0).Distinct().Order().ToArray();
        // The kernel counts functions that nothing refers to as well; without knowing where they are, the sum is an upper bound.
        if (starts.Length != depths.Count) return depths.Sum();

        var callees = new HashSet<int>[starts.Length];
        for (var i = 0; i < callees.Length; i++) callees[i] = [];
        foreach (var (from, target) in edges) callees[Owner(starts, from)].Add(Owner(starts, target));

        // The verifier refuses recursion and more than 8 frames, so relaxing 8 times reaches the end of every chain.
        var total = depths.ToArray();
        for (var round = 0; round < 8; round++)
        {
            for (var i = 0; i < total.Length; i++)
                total[i] = depths[i] + callees[i].Where(callee => callee != i).Select(callee => total[callee]).DefaultIfEmpty(0).Max();
        }

        return total[0];
    }

    private static List<(int From, int Target)> References(Instruction[] instructions)
    {
        var edges = new List<(int From, int Target)>();
        for (var i = 0; i < instructions.Length; i++)
        {
            var instruction = instructions[i];
            if ((instruction.Opcode == Call && instruction.Source == Opcodes.PseudoCall)
                || (instruction.Opcode == LoadDoubleWord && instruction.Source == Opcodes.PseudoFunction))
                edges.Add((i, i + 1 + instruction.Immediate));
            if (instruction.Opcode == LoadDoubleWord) i++;
        }

        return edges;
    }

    private static int Owner(int[] starts, int instruction)
    {
        var found = Array.BinarySearch(starts, instruction);
        return found >= 0 ? found : ~found - 1;
    }
}
