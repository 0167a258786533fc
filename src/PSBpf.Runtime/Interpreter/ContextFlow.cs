using PSBpf.Isa;

namespace PSBpf.Runtime.Interpreter;

/// <summary>
/// Finds out which registers certainly hold the context pointer at each instruction. It follows registers through moves,
/// branches and subprogram calls, and forgets what goes through memory; missing one costs time, never correctness.
/// </summary>
internal static class ContextFlow
{
    private const ushort Unvisited = ushort.MaxValue;
    private const ushort ArgumentRegisters = 0b11_1110, SavedRegisters = 0b11_1100_0000;

    /// <summary>Analyses a program whose r1 holds the context at the start.</summary>
    /// <returns>For each slot a mask of registers.</returns>
    public static ushort[] Analyze(ReadOnlySpan<DecodedInstruction> program)
    {
        var state = new ushort[program.Length];
        Array.Fill(state, Unvisited);
        var work = new Stack<int>();
        Flow(state, work, 0, 1 << 1);
        while (work.TryPop(out int index))
        {
            ref readonly var instruction = ref program[index];
            var row = instruction.Row;
            ushort mask = state[index];
            int next = index + row.Slots;
            switch (row.Kind)
            {
                case FormKind.Exit:
                    continue;
                case FormKind.CallFunction:
                    Flow(state, work, instruction.Target, (ushort)(mask & ArgumentRegisters));
                    mask &= SavedRegisters;
                    break;
                case FormKind.LoadImmediate64 when instruction.Form == FormId.LddwFunction:
                    // What it is called back with is not known.
                    Flow(state, work, instruction.Target, 0);
                    mask = (ushort)(mask & ~(1 << instruction.Destination));
                    break;
                case FormKind.Jump:
                    next = instruction.Target;
                    break;
                case FormKind.Branch or FormKind.MayGoto:
                    Flow(state, work, instruction.Target, mask);
                    break;
                case FormKind.Move when row is { Width: 64, UsesSource: true }:
                    bool holds = (mask >> instruction.Source & 1) != 0;
                    mask = (ushort)(mask & ~(1 << instruction.Destination));
                    if (holds) mask |= (ushort)(1 << instruction.Destination);
                    break;
                default:
                    if (row.Uses.HasFlag(RegisterUse.WritesDestination)) mask = (ushort)(mask & ~(1 << instruction.Destination));
                    if (row.Uses.HasFlag(RegisterUse.WritesSource)) mask = (ushort)(mask & ~(1 << instruction.Source));
                    if (row.Uses.HasFlag(RegisterUse.WritesR0)) mask = (ushort)(mask & ~1);
                    if (row.Uses.HasFlag(RegisterUse.ClobbersArguments)) mask = (ushort)(mask & ~ArgumentRegisters);
                    break;
            }

            if (next < program.Length) Flow(state, work, next, mask);
        }

        for (int index = 0; index < state.Length; index++)
            if (state[index] == Unvisited) state[index] = 0;
        return state;
    }

    // Where paths meet only what holds on all of them remains.
    private static void Flow(ushort[] state, Stack<int> work, int index, ushort mask)
    {
        ushort merged = (ushort)(state[index] & mask);
        if (merged == state[index]) return;
        state[index] = merged;
        work.Push(index);
    }
}
