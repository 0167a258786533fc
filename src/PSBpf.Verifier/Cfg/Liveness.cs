using PSBpf.Isa;

namespace PSBpf.Verifier.Cfg;

/// <summary>
/// Which registers may still be read after each slot. States need not agree on the others. Computed backwards to a
/// fixed point, function by function.
/// </summary>
internal static class Liveness
{
    /// <summary>A mask per slot: the registers that some path from there on reads before writing.</summary>
    public static ushort[] Compute(DecodedInstruction[] code)
    {
        var live = new ushort[code.Length + 1];
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int index = code.Length - 1; index >= 0; index--)
            {
                ref readonly var instruction = ref code[index];
                if (instruction.Form == FormId.None) continue;
                var (next, target) = ControlFlow.Successors(in instruction, index);
                int after = (next >= 0 ? live[next] : 0) | (target >= 0 ? live[target] : 0);
                var (reads, writes) = RegisterMasks.Of(in instruction);
                ushort before = (ushort)((after & ~writes) | reads);
                if (before == live[index]) continue;
                live[index] = before;
                changed = true;
            }
        }

        return live;
    }
}
