using PSBpf.Isa;
using PSBpf.Uapi;

namespace PSBpf.Verifier.Cfg;

/// <summary>
/// Which registers may still be read after each slot. States need not agree on the others. Computed backwards to a
/// fixed point, function by function; a call of a helper reads as many arguments as it has, any other r1 to r5.
/// </summary>
internal static class Liveness
{
    private const ushort Arguments = 0b11_1110, Scratched = 0b11_1111;

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
                var (reads, writes) = Masks(in instruction);
                ushort before = (ushort)((after & ~writes) | reads);
                if (before == live[index]) continue;
                live[index] = before;
                changed = true;
            }
        }

        return live;
    }

    private static (int Reads, int Writes) Masks(in DecodedInstruction instruction)
    {
        var row = instruction.Row;
        int destination = 1 << instruction.Destination, source = 1 << instruction.Source;
        int reads = 0, writes = 0;
        if (row.Uses.HasFlag(RegisterUse.ReadsDestination)) reads |= destination;
        if (row.Uses.HasFlag(RegisterUse.ReadsSource)) reads |= source;
        if (row.Uses.HasFlag(RegisterUse.ReadsR0)) reads |= 1;
        if (row.Uses.HasFlag(RegisterUse.WritesDestination)) writes |= destination;
        if (row.Uses.HasFlag(RegisterUse.WritesSource)) writes |= source;
        if (row.Uses.HasFlag(RegisterUse.WritesR0)) writes |= 1;
        if (row.Uses.HasFlag(RegisterUse.ClobbersArguments)) writes |= Scratched;
        if (row.Kind == FormKind.CallHelper && HelperTable.Find((int)instruction.Immediate) is { IsDescribed: true } helper)
            reads |= Arguments & ((2 << helper.RegistersRead) - 1);
        else if (row.Kind is FormKind.CallHelper or FormKind.CallFunction or FormKind.CallKfunc or FormKind.CallRegister)
            reads |= Arguments;
        // Legacy packet loads take the context from r6.
        if (row.Kind is FormKind.LoadPacketAbsolute or FormKind.LoadPacketIndirect) reads |= 1 << 6;
        return (reads, writes);
    }
}
