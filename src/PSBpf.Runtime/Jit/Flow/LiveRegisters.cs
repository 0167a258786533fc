using PSBpf.Isa;

namespace PSBpf.Runtime.Jit.Flow;

/// <summary>Which registers a block needs from the one before it.</summary>
internal static class LiveRegisters
{
    private const int ReturnValue = 1, FramePointer = 1 << 10;

    /// <summary>Sets <see cref="BasicBlock.LiveIn"/>.</summary>
    public static void Compute(JitInput input, List<BasicBlock> blocks)
    {
        var effects = new (int Reads, int Writes)[blocks.Count];
        foreach (var block in blocks) effects[block.Index] = EffectOf(input, block, block.Start);
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int index = blocks.Count - 1; index >= 0; index--)
            {
                var block = blocks[index];
                int before = (After(block) & ~effects[index].Writes) | effects[index].Reads;
                if (before == block.LiveIn) continue;
                block.LiveIn = before;
                changed = true;
            }
        }
    }

    /// <summary>What is needed just before an instruction of a block whose successors are known.</summary>
    public static int Before(JitInput input, BasicBlock block, int slot)
    {
        var (reads, writes) = EffectOf(input, block, slot);
        return (After(block) & ~writes) | reads;
    }

    private static int After(BasicBlock block) => (block.Next?.LiveIn ?? 0) | (block.Taken?.LiveIn ?? 0);

    private static (int Reads, int Writes) EffectOf(JitInput input, BasicBlock block, int from)
    {
        int reads = 0, writes = 0;
        for (int slot = from; slot < block.End; slot += input.Code[slot].Row.Slots)
        {
            var (read, written) = RegisterMasks.Of(in input.Code[slot]);
            if (input.HasOwnHelpers && input.Code[slot].Form == FormId.CallHelper) read |= RegisterMasks.Arguments;
            if (input.Code[slot].Row.Kind == FormKind.Exit) read |= ReturnValue;
            reads |= read & ~writes;
            writes |= written;
        }

        // r10 never changes and is there in every method.
        return (reads & ~FramePointer, writes & ~FramePointer);
    }
}
