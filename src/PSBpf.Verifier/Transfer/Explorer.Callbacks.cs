using PSBpf.Diagnostics;

using PSBpf.Verifier.Calls;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Explain;
using PSBpf.Verifier.Pruning;

namespace PSBpf.Verifier;

/// <content>
/// Functions that helpers call back. A helper that calls back is a loop that stands on one instruction: it is left, which is explored
/// first, or the function is entered and comes back to the same instruction. Rounds converge as those of may_goto do.
/// </content>
internal sealed partial class Explorer
{
    // The structure that describes a part of a task's memory.
    private int _area;

    private bool StepCallBack(CallbackRow row, CallFacts facts)
    {
        if (row.Arguments.Contains(CallbackArgument.Area) && !TryFindStructure("vm_area_struct", out _area)) return false;
        if (row.IsLater)
        {
            Require(new PathStart(StartKind.Callback, facts.Function, facts.Map, row));
            ForgetArguments();
            Registers[0] = RegState.UnknownScalar();
            return Next();
        }

        bool mayEnter = true;
        if (row.CountsRounds)
        {
            _precision.Mark(_state, 1);
            mayEnter = (ulong)Frame.CallbackRounds < Registers[1].Max;
        }

        if (!mayEnter) return LeaveLoop(in facts);
        if (_decisions is not null)
        {
            if (!_decisions.TryDequeue(out var decision) || decision.Taken)
            {
                _state.Path = new PathStep(_state.Path, true);
                return LeaveLoop(in facts);
            }

            decision.Widening?.Apply(_state);
            _state.Path = decision with { Previous = _state.Path };
            return EnterCallback(row, facts);
        }

        var rest = Fork(_pc);
        if (rest is null) return false;
        // The state that waits enters the function; this one leaves.
        var leaves = _state;
        _state = rest;
        var widening = RoundBefore() is { } round ? Widening.Between(round, rest) : null;
        widening?.Apply(rest);
        rest.Path = new PathStep(leaves.Path, false, widening);
        int pc = _pc;
        bool entered = EnterCallback(row, facts);
        rest.History.Add(_entry);
        _entry = new HistoryEntry(pc);
        _state = leaves;
        int entry = _pc;
        _pc = pc;
        if (!entered) return false;
        Redirect(rest, entry);
        _state.Path = new PathStep(_state.Path, true);
        return LeaveLoop(in facts);
    }

    // The newest of those that wait begins elsewhere.
    private void Redirect(PathState state, int pc)
    {
        int from = _pending.Pop().From;
        _pending.Push((state, from, pc));
    }

    private bool LeaveLoop(in CallFacts facts)
    {
        Frame.CallbackRounds = 0;
        GiveAway(facts.Given);
        ForgetArguments();
        Registers[0] = RegState.UnknownScalar();
        return Next();
    }

    private bool EnterCallback(CallbackRow row, CallFacts facts)
    {
        if (_state.Depth + 1 >= PathState.MaxFrames)
        {
            return Refuse(DiagnosticRules.CallDepth, $"the call stack of {PathState.MaxFrames + 1} frames is too deep",
                $"Calls are nested deeper than {PathState.MaxFrames} frames here.");
        }

        Facts.UseFunction(_pc, facts.Function);
        _state.Rounds++;
        var caller = Frame;
        caller.CallbackRounds++;
        var frame = _state.Push();
        for (int index = 0; index < row.Arguments.Length; index++) frame.Registers[index + 1] = CallbackRegister(row.Arguments[index], in facts, in caller.Registers[row.Context], in caller.Registers[1]);
        frame.Registers[10] = RegState.Pointer(RegisterType.Stack);
        frame.Registers[10].Frame = (byte)_state.Depth;
        frame.CallSite = _pc;
        frame.Callback = row;
        frame.Function = facts.Function;
        _entry = _entry with { Effect = HistoryEffect.EnteredCallback };
        return JumpTo(_flow.Functions[facts.Function]);
    }

    /// <summary>Functions that are called after the program, by index.</summary>
    public IEnumerable<int> Later => _seen.Where(start => start.Kind == StartKind.Callback).Select(start => start.Function);

    private RegState CallbackRegister(CallbackArgument argument, in CallFacts facts, in RegState context, in RegState first = default) => argument switch
    {
        CallbackArgument.Number => RegState.UnknownScalar(),
        CallbackArgument.Map => RegState.Pointer(RegisterType.Map) with { Map = facts.Map },
        CallbackArgument.Key => RegState.Pointer(RegisterType.MapKey) with { Map = facts.Map },
        CallbackArgument.Value => RegState.Pointer(RegisterType.MapValue) with { Map = facts.Map, Id = ++_nextId, KeepsId = HasLock(facts.Map) },
        CallbackArgument.Task => first,
        CallbackArgument.Area => KernelPointer(_area, PointerFlags.None),
        CallbackArgument.Record => RegState.Pointer(RegisterType.Dynptr) with { Id = ++_nextId, Map = (int)Uapi.DynptrKind.UserRecord },
        CallbackArgument.Element => Element(facts.Field!),
        _ => context,
    };

    /// <summary>Back to the helper, which may call again.</summary>
    private bool LeaveCallback(CallbackRow row)
    {
        if (!CheckCallbackResult(row)) return false;
        int site = Frame.CallSite;
        _state.Pop();
        if (row.Arguments.Contains(CallbackArgument.Record)) ForgetRecord();
        _entry = _entry with { Effect = HistoryEffect.LeftCallback };
        return JumpTo(site);
    }

    private bool CheckCallbackResult(CallbackRow row)
    {
        ref readonly var result = ref Registers[0];
        if (row.IsLater && result.IsPointer)
        {
            return Refuse(DiagnosticRules.ReturnValue, $"At async callback return the register R0 is not a known value ({result.TypeName})",
                "A function that is called back later returns a number; this one returns a pointer.", 0);
        }

        if (!result.IsScalar)
        {
            return Refuse(result.Type == RegisterType.Uninitialized ? DiagnosticRules.UninitializedRegister : DiagnosticRules.ReturnValue, "R0 not a scalar value",
                "A function that is called back returns a number.", 0);
        }

        _precision.Mark(_state, 0);
        if (result.SignedMin >= row.MinimumReturn && result.SignedMax <= row.MaximumReturn) return true;
        string bounds = result.SignedMin == long.MinValue && result.SignedMax == long.MaxValue
            ? "has unknown scalar value" : $"has smin={result.SignedMin} smax={result.SignedMax}";
        return Refuse(DiagnosticRules.ReturnValue, $"At {(row.IsLater ? "async callback" : "callback")} return the register R0 {bounds} should have been in [{row.MinimumReturn}, {row.MaximumReturn}]",
            $"The function that is called back may return something other than {row.MinimumReturn}{(row.MaximumReturn > 0 ? $" to {row.MaximumReturn}" : "")}.", 0,
            row.IsLater ? "Return 0." : "Return 0 to go on and 1 to stop.");
    }

    private bool CheckUnmovedFunction(int register, in RegState state)
    {
        if (state.Offset == 0 && state.Bits is { IsConstant: true, Value: 0 }) return true;
        return Refuse(DiagnosticRules.HelperArgument, $"R{register} must have zero offset when passed as a callback", $"r{register} is the address of a function plus an offset.", register);
    }

    private bool EndLater()
    {
        if (!Reads(0) || !NothingHeld("BPF_EXIT instruction in main prog", "The callback ends here")) return false;
        return CheckCallbackResult(Start.Row!) && false;
    }
}
