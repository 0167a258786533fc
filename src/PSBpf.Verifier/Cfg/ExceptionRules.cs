using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;
using PSBpf.Verifier.Calls;

namespace PSBpf.Verifier.Cfg;

/// <summary>Where exceptions may not be thrown from: what the kernel calls back cannot end the program.</summary>
internal static class ExceptionRules
{
    /// <summary>The first refusal; null when there is none.</summary>
    public static Refusal? Check(ProgramSpec spec, DecodedInstruction[] code, ControlFlow flow)
    {
        var kfuncs = new KfuncCalls(spec);
        int handler = ExceptionCallback.SlotIn(spec);
        var calledBack = new bool[flow.Functions.Count];
        if (handler >= 0) calledBack[flow.FunctionOf[handler]] = true;
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int index = 0; index < code.Length; index++)
            {
                bool takesAddress = code[index].Form == FormId.LddwFunction;
                if (!takesAddress && (code[index].Form != FormId.CallFunction || !calledBack[flow.FunctionOf[index]])) continue;
                int callee = flow.FunctionOf[code[index].Target];
                changed |= !calledBack[callee];
                calledBack[callee] = true;
            }
        }

        for (int index = 0; index < code.Length; index++)
        {
            if (code[index].Form == FormId.CallFunction && code[index].Target == handler)
                return new Refusal(DiagnosticRules.HelperNotAllowed, index, $"insn {index} cannot call exception cb directly", "The function that handles exceptions is called here as any other one.", -1, "Throw, or call another function.");
            if (code[index].Form != FormId.CallKfunc || !calledBack[flow.FunctionOf[index]] || kfuncs.At(index) is not { Effect: KfuncEffect.Throws }) continue;
            return new Refusal(DiagnosticRules.HelperNotAllowed, index, $"bpf_throw kfunc (insn {index}) cannot be called from callback subprog {flow.FunctionOf[index]}",
                "The function is called back, or called by one that is, and cannot end the program from there.", -1, "Return a number that says what happened, and throw where the helper was called.");
        }

        return null;
    }
}
