using PSBpf.Isa;

namespace PSBpf.Objects;

/// <summary>Finds jumps that close a loop: back to an instruction on the way to the jump. Compilers jump backwards without a loop too.</summary>
internal static class LoopFinder
{
    private const byte Open = 1, Done = 2;

    /// <summary>The slots of the jumps that close loops; empty when there are none, or the slots are no program.</summary>
    public static HashSet<int> Find(Instruction[] code)
    {
        HashSet<int> closing = [];
        var decoded = new DecodedInstruction[code.Length];
        if (InstructionDecoder.Decode(code, decoded) is not null) return closing;
        byte[] state = new byte[code.Length];
        var path = new Stack<(int Slot, int Next)>();
        Follow(0);
        // Functions are entered by calls and as callbacks, and each is looked at by itself.
        foreach (DecodedInstruction instruction in decoded)
            if (instruction.Form is FormId.CallFunction or FormId.LddwFunction) Follow(instruction.Target);
        return closing;

        void Follow(int start)
        {
            Enter(start);
            while (path.TryPop(out (int Slot, int Next) top))
            {
                if (Successor(decoded[top.Slot], top.Slot, top.Next) is not { } next)
                {
                    state[top.Slot] = Done;
                    continue;
                }

                path.Push((top.Slot, top.Next + 1));
                if (next >= 0 && next < state.Length && state[next] == Open) closing.Add(top.Slot);
                else Enter(next);
            }
        }

        void Enter(int slot)
        {
            if (slot < 0 || slot >= state.Length || state[slot] != 0) return;
            state[slot] = Open;
            path.Push((slot, 0));
        }
    }

    private static int? Successor(DecodedInstruction instruction, int slot, int number)
    {
        InstructionForm form = instruction.Row;
        return form.Kind switch
        {
            FormKind.Exit => null,
            FormKind.Jump => number == 0 ? instruction.Target : null,
            FormKind.Branch or FormKind.MayGoto => number switch { 0 => slot + 1, 1 => instruction.Target, _ => null },
            _ => number == 0 ? slot + Math.Max(1, form.Slots) : null,
        };
    }
}
