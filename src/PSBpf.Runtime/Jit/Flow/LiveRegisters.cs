using PSBpf.Isa;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Jit.Flow;

/// <summary>Which registers a block needs from the one before it.</summary>
internal static class LiveRegisters
{
    /// <summary>r1 to r5.</summary>
    public const int Arguments = 0b11_1110;

    private const int Scratched = 0b11_1111, FramePointer = 1 << 10;

    /// <summary>Sets <see cref="BasicBlock.LiveIn"/>.</summary>
    public static void Compute(JitInput input, List<BasicBlock> blocks)
    {
        var effects = new (int Reads, int Writes)[blocks.Count];
        foreach (var block in blocks) effects[block.Index] = EffectOf(input, block);
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int index = blocks.Count - 1; index >= 0; index--)
            {
                var block = blocks[index];
                int after = 0;
                if (block.Next is not null) after |= block.Next.LiveIn;
                if (block.Taken is not null) after |= block.Taken.LiveIn;
                int before = (after & ~effects[index].Writes) | effects[index].Reads;
                if (before == block.LiveIn) continue;
                block.LiveIn = before;
                changed = true;
            }
        }
    }

    /// <summary>What an instruction reads and writes, as masks of registers, r10 left out.</summary>
    public static (int Reads, int Writes) MasksOf(in DecodedInstruction instruction)
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
        if (row.Kind == FormKind.CallHelper) reads |= ArgumentsOf((int)instruction.Immediate);
        else if (row.Kind is FormKind.CallFunction or FormKind.CallKfunc or FormKind.CallRegister) reads |= Arguments;
        if (row.Kind is FormKind.LoadPacketAbsolute or FormKind.LoadPacketIndirect) reads |= 1 << 6;
        if (row.Kind == FormKind.Exit) reads |= 1;
        return (reads & ~FramePointer, writes & ~FramePointer);
    }

    /// <summary>The argument registers that a helper reads.</summary>
    public static int ArgumentsOf(int helper) =>
        HelperTable.Find(helper) is { IsDescribed: true } prototype ? Arguments & ((2 << prototype.RegistersRead) - 1) : Arguments;

    private static (int Reads, int Writes) EffectOf(JitInput input, BasicBlock block)
    {
        int reads = 0, writes = 0;
        for (int slot = block.Start; slot < block.End; slot += input.Code[slot].Row.Slots)
        {
            var (read, written) = MasksOf(in input.Code[slot]);
            if (input.HasOwnHelpers && input.Code[slot].Form == FormId.CallHelper) read |= Arguments;
            reads |= read & ~writes;
            writes |= written;
        }

        return (reads, writes);
    }
}
