using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Cfg;

/// <summary>The stack that chains of calls take together.</summary>
internal static class StackBudget
{
    /// <summary>The kernel gives every frame a multiple of 16 bytes.</summary>
    private const int FrameAlignment = 16;

    /// <summary>Checks that no chain of calls needs more than the kernel gives.</summary>
    /// <param name="spec">The program, for names.</param>
    /// <param name="code">Its instructions.</param>
    /// <param name="flow">Its functions.</param>
    /// <param name="used">Bytes of stack that each function uses.</param>
    /// <param name="depth">Bytes of the deepest chain.</param>
    public static Refusal? Check(ProgramSpec spec, DecodedInstruction[] code, ControlFlow flow, ReadOnlySpan<int> used, out int depth)
    {
        // Exploring found no recursion, so the longest chain from each function is found by at most as many rounds as there are functions.
        int count = flow.Functions.Count;
        var total = new int[count];
        for (int function = 0; function < count; function++) total[function] = Rounded(used[function]);
        bool changed = count > 1;
        for (int round = 0; changed && round < count; round++)
        {
            changed = false;
            for (int index = 0; index < code.Length; index++)
            {
                if (code[index].Form != FormId.CallFunction) continue;
                int caller = flow.FunctionOf[index], callee = flow.FunctionOf[code[index].Target];
                int chain = Rounded(used[caller]) + total[callee];
                if (chain <= total[caller]) continue;
                total[caller] = chain;
                changed = true;
            }
        }

        depth = count == 1 ? used[0] : total[0];
        if (depth <= FrameState.StackBytes) return null;
        return new Refusal(DiagnosticRules.CallDepth, 0, $"combined stack size of {count} calls is {depth}. Too large",
            $"The functions on the deepest chain of calls from '{spec.Name}' use {depth} bytes of stack together; {FrameState.StackBytes} are allowed.", -1, "");
    }

    private static int Rounded(int bytes) => (Math.Max(bytes, 1) + FrameAlignment - 1) / FrameAlignment * FrameAlignment;
}
