using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier;

internal sealed partial class Explorer
{
    private bool StepCallFunction(in DecodedInstruction instruction)
    {
        int target = instruction.Target;
        if (_spec.Functions.FirstOrDefault(function => function.Instruction == target) is { Linkage: not BtfLinkage.Static } callee)
        {
            return Refuse(DiagnosticRules.NotJudged, $"global function {callee.Name}() is not judged",
                $"This version of the verifier judges static functions; '{callee.Name}' is global.", suggestion: $"Declare it static: static __attribute__((noinline)) … {callee.Name}(…)");
        }

        if (_state.Depth + 1 >= PathState.MaxFrames)
        {
            return Refuse(DiagnosticRules.CallDepth, $"the call stack of {PathState.MaxFrames + 1} frames is too deep",
                $"Calls are nested deeper than {PathState.MaxFrames} frames here.");
        }

        for (int depth = 0; depth <= _state.Depth; depth++)
        {
            if (_state.FrameAt(depth).Function == _flow.FunctionOf[target])
            {
                return Refuse(DiagnosticRules.CallDepth, $"recursive call from {NameAt(_pc)}() to {NameAt(target)}()",
                    $"{NameAt(target)}() is called while it runs; BPF has no recursion.");
            }
        }

        var caller = Frame;
        var frame = _state.Push();
        for (int register = 1; register <= 5; register++) frame.Registers[register] = caller.Registers[register];
        frame.Registers[10] = RegState.Pointer(RegisterType.Stack);
        frame.Registers[10].Frame = (byte)_state.Depth;
        frame.CallSite = _pc;
        frame.Function = _flow.FunctionOf[target];
        for (int register = 0; register <= 5; register++) caller.Registers[register] = default;
        return JumpTo(target);
    }

    private string NameAt(int pc)
    {
        int start = _flow.Functions[_flow.FunctionOf[pc]];
        return _spec.Functions.FirstOrDefault(function => function.Instruction == start)?.Name ?? $"insn_{start}";
    }

    private bool StepExit()
    {
        if (_state.Depth == 0) return EndProgram();
        // A subprogram need not return anything; its caller may not read r0 then.
        ref readonly var result = ref Registers[0];
        if (result.Type == RegisterType.Uninitialized) return Reads(0);
        if (result.Type == RegisterType.Stack)
        {
            return Refuse(DiagnosticRules.PointerArithmetic, "cannot return stack pointer to the caller",
                "A subprogram returns a pointer into a stack frame, which ends with it.", 0);
        }

        var returned = result;
        int site = Frame.CallSite;
        _state.Pop();
        Registers[0] = returned;
        _pc = site + 1;
        _jumps++;
        return true;
    }

    private bool EndProgram()
    {
        if (!Reads(0)) return false;
        if (_state.References.Count > 0)
        {
            var (id, acquired) = _state.References[0];
            return Refuse(DiagnosticRules.ReferenceLeak,
                $"Unreleased reference id={id} alloc_insn={acquired}\nBPF_EXIT instruction in main prog would lead to reference leak",
                $"What instruction {acquired}{LineOf(acquired)} reserved is neither submitted nor discarded on this path.");
        }

        if (_type.MinimumReturn is not { } least || _type.MaximumReturn is not { } most) return false;
        ref readonly var result = ref Registers[0];
        if (!result.IsScalar)
        {
            return Refuse(DiagnosticRules.ReturnValue, $"At program exit the register R0 is not a known value ({result.TypeName})",
                $"The program returns a pointer; programs of type {_type.Name} return {least} to {most}.", 0);
        }

        _precision.Mark(_state, 0);
        if (result.SignedMin >= least && result.SignedMax <= most) return false;
        string bounds = result.SignedMin == long.MinValue && result.SignedMax == long.MaxValue
            ? "has unknown scalar value" : $"has smin={result.SignedMin} smax={result.SignedMax}";
        return Refuse(DiagnosticRules.ReturnValue, $"At program exit the register R0 {bounds} should have been in [{least}, {most}]",
            $"The program may return something other than {least} to {most}, which are the values that programs of type {_type.Name} may return.", 0);
    }

    private string LineOf(int pc) => _spec.LineAt(pc)?.Source is { } source ? $" ({source})" : "";

    private void ForgetArguments()
    {
        for (int register = 0; register <= 5; register++) Registers[register] = default;
    }
}
