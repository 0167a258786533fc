using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Cfg;

/// <summary>The stack that chains of calls take together.</summary>
internal static class StackBudget
{
    /// <summary>The kernel gives every frame a multiple of 16 bytes.</summary>
    private const int FrameAlignment = 16;

    /// <summary>Bytes of stack that callers may not reach when a subprogram makes a tail call.</summary>
    private const int TailCallLimit = 256;

    /// <summary>Checks that no chain of calls needs more than the kernel gives.</summary>
    /// <param name="spec">The program, for names.</param>
    /// <param name="code">Its instructions.</param>
    /// <param name="flow">Its functions.</param>
    /// <param name="used">Bytes of stack that each function uses.</param>
    /// <param name="later">Functions that are called after the program.</param>
    /// <param name="depth">Bytes of the deepest chain.</param>
    public static Refusal? Check(ProgramSpec spec, DecodedInstruction[] code, ControlFlow flow, ReadOnlySpan<int> used, IReadOnlySet<int> later, out int depth)
    {
        // Rounds until nothing grows; no chain gets longer than eight frames.
        int count = flow.Functions.Count;
        var total = new int[count]; // of a function and what it calls
        var before = new int[count]; // of those that call it
        var frames = new int[count]; // of the longest chain down to it
        for (int function = 0; function < count; function++) total[function] = Rounded(used[function]);
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int index = 0; index < code.Length; index++)
            {
                // What takes a function's address may call it.
                if (code[index].Form is not (FormId.CallFunction or FormId.LddwFunction)) continue;
                // What a timer calls has a stack of its own.
                if (code[index].Form == FormId.LddwFunction && later.Contains(flow.FunctionOf[code[index].Target])) continue;
                int caller = flow.FunctionOf[index], callee = flow.FunctionOf[code[index].Target], own = Rounded(used[caller]);
                changed |= Raise(ref total[caller], own + total[callee]) | Raise(ref before[callee], before[caller] + own) | Raise(ref frames[callee], frames[caller] + 1);
                if (frames[callee] < PathState.MaxFrames) continue;
                depth = 0;
                return new Refusal(DiagnosticRules.CallDepth, index, $"the call stack of {PathState.MaxFrames} frames is too deep !",
                    $"Calls, and functions whose address is taken, are nested deeper than {PathState.MaxFrames} frames here.", -1, "");
            }
        }

        depth = count == 1 ? used[0] : total[0];
        foreach (int function in later) depth = Math.Max(depth, total[function]);
        if (CheckTailCalls(code, flow, before) is { } refusal) return refusal;
        if (depth <= FrameState.StackBytes || HasPrivateStacks(spec, code)) return null;
        return new Refusal(DiagnosticRules.CallDepth, 0, $"combined stack size of {count} calls is {depth}. Too large",
            $"The functions on the deepest chain of calls from '{spec.Name}' use {depth} bytes of stack together; {FrameState.StackBytes} are allowed.", -1, Largest(spec, flow, used.ToArray()));
    }

    // Names what to make smaller, where functions have names.
    private static string Largest(ProgramSpec spec, ControlFlow flow, int[] used)
    {
        var named = Enumerable.Range(0, used.Length).Where(function => used[function] > 0)
            .Select(function => (Bytes: used[function], spec.Functions.FirstOrDefault(row => row.Instruction == flow.Functions[function])?.Name))
            .Where(function => function.Name is not null).OrderByDescending(function => function.Bytes).Take(4)
            .Select(function => $"'{function.Name}' uses {function.Bytes} bytes").ToList();
        return named.Count == 0 ? "" : $"Move large local variables into a per-CPU array map with one entry: {string.Join(", ", named)}.";
    }

    // Each large frame has memory of its own then, so that only their number is limited: asked of Linux 6.18 on x86-64.
    private static bool HasPrivateStacks(ProgramSpec spec, DecodedInstruction[] code) =>
        spec.Type is ProgramType.Kprobe or ProgramType.Tracepoint or ProgramType.RawTracepoint or ProgramType.PerfEvent
        && !code.Any(instruction => instruction.Form == FormId.CallHelper && HelperTable.Find((int)instruction.Immediate) is { ReplacesProgram: true });

    // The stack of the callers stays while 33 programs follow each other, each of which may do the same.
    private static Refusal? CheckTailCalls(DecodedInstruction[] code, ControlFlow flow, int[] before)
    {
        for (int index = 0; index < code.Length; index++)
        {
            int callers = before[flow.FunctionOf[index]];
            if (callers < TailCallLimit || code[index].Form != FormId.CallHelper || HelperTable.Find((int)code[index].Immediate) is not { ReplacesProgram: true }) continue;
            return new Refusal(DiagnosticRules.CallDepth, index, $"tail_calls are not allowed when call stack of previous frames is {callers} bytes. Too large",
                $"The callers of the subprogram that makes this tail call use {callers} bytes of stack; less than {TailCallLimit} are allowed.", -1,
                "Make the tail call in the main program, or use less stack in the callers.");
        }

        return null;
    }

    private static bool Raise(ref int most, int candidate)
    {
        if (candidate <= most) return false;
        most = candidate;
        return true;
    }

    private static int Rounded(int bytes) => (bytes + FrameAlignment - 1) / FrameAlignment * FrameAlignment;
}
