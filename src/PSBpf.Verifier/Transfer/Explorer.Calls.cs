using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Verifier.Calls;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Explain;
using PSBpf.Verifier.Pruning;

namespace PSBpf.Verifier;

internal sealed partial class Explorer
{
    private bool StepCallFunction(in DecodedInstruction instruction)
    {
        int target = instruction.Target;
        if (GlobalAt(target) is { } callee) return StepCallGlobal(callee, _flow.FunctionOf[target]);
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
        if (Frame.Callback is { } callback && Registers[0].Type != RegisterType.Stack) return LeaveCallback(callback);
        // A subprogram need not return anything; its caller may not read r0 then.
        ref readonly var result = ref Registers[0];
        if (result.Type != RegisterType.Stack) return ReturnToCaller(result);
        return Refuse(DiagnosticRules.PointerArithmetic, "cannot return stack pointer to the caller",
            "A subprogram returns a pointer into a stack frame, which ends with it.", 0);
    }

    private bool ReturnToCaller(RegState result)
    {
        int site = Frame.CallSite;
        _state.Pop();
        Registers[0] = result;
        _pc = site + 1;
        _jumps++;
        return true;
    }

    /// <summary>
    /// bpf_tail_call, its arguments checked. In the main program only its failure has a sequel; in a subprogram success
    /// returns to the caller, with whatever the other program returned and did to the packet.
    /// </summary>
    private bool StepTailCall()
    {
        if (!OutsideSections("tail_call", "A tail call leaves the program")) return false;
        if (!NothingHeld("tail_call", "A tail call leaves the program")) return false;
        Facts.ChangeInput();
        ForgetArguments();
        return _state.Depth == 0 ? Next() : GoOnOrReturn(RegState.UnknownScalar(), forgetsPacket: true);
    }

    /// <summary>An instruction of a subprogram after which it goes on, or has returned to its caller.</summary>
    /// <param name="result">What it returns.</param>
    /// <param name="forgetsPacket">Whether the packet may have moved when it has returned.</param>
    private bool GoOnOrReturn(RegState result, bool forgetsPacket)
    {
        if (Frame.Callback is not null)
        {
            return Refuse(DiagnosticRules.NotJudged, "verifier bug: callback unexpected regs", "This instruction may return from the function that it stands in, which a helper calls back.");
        }

        bool returns = true;
        if (_decisions is not null)
        {
            returns = _decisions.TryDequeue(out var decision) && decision.Taken;
        }
        else
        {
            var other = Fork(_pc + 1);
            if (other is null) return false;
            other.Path = new PathStep(_state.Path, false);
            other.History.Add(_entry);
        }

        _state.Path = new PathStep(_state.Path, returns);
        if (!returns) return Next();
        _entry = _entry with { Effect = HistoryEffect.Returned };
        if (forgetsPacket) ForgetPacket();
        return ReturnToCaller(result);
    }

    /// <summary>Checks that what an instruction may leave behind is not lost; a caller can still release what it holds.</summary>
    private bool NothingHeld(string instruction, string what) => _state.Depth > 0 || NothingHeldAnywhere(instruction, what);

    private bool NothingHeldAnywhere(string instruction, string what)
    {
        if (_state.References.Count == 0) return true;
        var (id, acquired) = _state.References[0];
        Refuse(DiagnosticRules.ReferenceLeak, $"Unreleased reference id={id} alloc_insn={acquired}\n{instruction} would lead to reference leak",
            $"{what}, but what instruction {acquired}{LineOf(acquired)} reserved has been neither submitted nor discarded.");
        _refusal = _refusal! with { Acquired = acquired };
        return false;
    }

    private bool EndProgram()
    {
        if (!NotLocked("BPF_EXIT instruction in main prog cannot be used inside bpf_spin_lock-ed region", "The program ends here")) return false;
        if (!OutsideSections("BPF_EXIT instruction in main prog", "The program ends here")) return false;
        if (Start.Kind == StartKind.GlobalFunction) return EndGlobalFunction();
        if (Start.Kind == StartKind.Callback) return EndLater();
        if (!_setting.ReturnsNothing && !Reads(0)) return false;
        if (!NothingHeld("BPF_EXIT instruction in main prog", "The program ends here")) return false;
        return CheckProgramResult(0);
    }

    private bool CheckProgramResult(int register)
    {
        if (_rules.MinimumReturn is not { } least || _rules.MaximumReturn is not { } most) return false;
        ref readonly var result = ref Registers[register];
        if (!result.IsScalar)
        {
            return Refuse(DiagnosticRules.ReturnValue, $"At program exit the register R{register} is not a known value ({result.TypeName})",
                $"The program returns a pointer; programs of type {_type.Name} return {least} to {most}.", register);
        }

        _precision.Mark(_state, register);
        if (result.SignedMin >= least && result.SignedMax <= most) return false;
        string bounds = result.SignedMin == long.MinValue && result.SignedMax == long.MaxValue
            ? "has unknown scalar value" : $"has smin={result.SignedMin} smax={result.SignedMax}";
        return Refuse(DiagnosticRules.ReturnValue, $"At program exit the register R{register} {bounds} should have been in [{least}, {most}]",
            $"The program may return something other than {least} to {most}, which are the values that programs of type {_type.Name} may return.", register);
    }

    private string LineOf(int pc) => _spec.LineAt(pc)?.Source is { } source ? $" ({source})" : "";

    private void ForgetArguments()
    {
        for (int register = 0; register <= 5; register++) Registers[register] = default;
    }
}
