using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Verifier.Calls;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier;

/// <content>Global functions: verified once from their signature, and not walked into where they are called.</content>
internal sealed partial class Explorer
{
    private readonly Dictionary<int, FunctionSignature> _signatures = [];
    private readonly Queue<PathStart> _starts = new();
    private readonly HashSet<PathStart> _seen = [];
    private FunctionEffects? _effects;

    /// <summary>Where the paths that are being walked began.</summary>
    public PathStart Start { get; private set; }

    /// <summary>Lets a function be verified on its own, once.</summary>
    private void Require(PathStart start)
    {
        if (_decisions is null && _seen.Add(start)) _starts.Enqueue(start);
    }

    /// <summary>Sets the state with which a function that is verified on its own begins.</summary>
    private void Begin(PathStart start)
    {
        Start = start;
        _state = Rent();
        _state.Start();
        Frame.Function = start.Function;
        _pc = _flow.Functions[start.Function];
        Array.Clear(_explored);
        Registers[10] = RegState.Pointer(RegisterType.Stack);
        switch (start.Kind)
        {
            case StartKind.Program:
                Registers[1] = RegState.Pointer(RegisterType.Context);
                break;
            case StartKind.GlobalFunction:
                var parameters = SignatureOf(GlobalAt(_pc)!)!.Parameters;
                for (int index = 0; index < parameters.Count; index++) Registers[index + 1] = Argument(parameters[index]);
                break;
            case StartKind.Exception:
                BeginException(start.Function);
                break;
            case StartKind.Callback:
                var arguments = start.Row!.Arguments;
                for (int index = 0; index < arguments.Length; index++) Registers[index + 1] = CallbackRegister(arguments[index], new CallFacts { Map = start.Map }, default);
                break;
        }
    }

    private RegState Argument(SignatureParameter parameter) => parameter.Kind switch
    {
        ParameterKind.Scalar or ParameterKind.Arena => RegState.UnknownScalar(),
        ParameterKind.Context => RegState.Pointer(RegisterType.Context),
        ParameterKind.Dynptr => RegState.Pointer(RegisterType.Dynptr) with { Id = ++_nextId, Map = (int)Uapi.DynptrKind.Parameter },
        ParameterKind.Trusted => StructureArgument(parameter, PointerFlags.Trusted),
        ParameterKind.Untrusted when parameter.Structure is null => KernelMemory(0, PointerFlags.Untrusted | PointerFlags.ReadOnly),
        ParameterKind.Untrusted => StructureArgument(parameter, PointerFlags.Untrusted),
        _ => RegState.Pointer(RegisterType.Memory) with { Range = parameter.Size, MaybeNull = parameter.MaybeNull, Id = parameter.MaybeNull ? ++_nextId : 0 },
    };

    private RegState StructureArgument(SignatureParameter parameter, PointerFlags flags)
    {
        _ = TryFindStructure(parameter.Structure!, out int id);
        var pointer = KernelPointer(id, flags);
        if (parameter.MaybeNull) MayBeNull(ref pointer, acquires: false);
        return pointer;
    }

    private FunctionSpec? GlobalAt(int pc) => _spec.Functions.FirstOrDefault(function => function.Instruction == pc && function.Linkage != Btf.BtfLinkage.Static);

    private FunctionSignature? SignatureOf(FunctionSpec function)
    {
        if (_signatures.TryGetValue(function.Instruction, out var known)) return known;
        if (_spec.Btf is null || function.TypeId <= 0)
        {
            Refuse(DiagnosticRules.NotJudged, $"global function {function.Name}() has no type information", $"What '{function.Name}' takes is known from type information only.",
                suggestion: "Compile with -g, which describes functions.");
            return null;
        }

        if (new SignatureReader(_spec, _context, _setting.Structures).Read(function, out var problem) is { } signature) return _signatures[function.Instruction] = signature;
        Refuse(problem!.IsJudged ? DiagnosticRules.HelperArgument : DiagnosticRules.NotJudged, problem.Message, problem.Reason,
            suggestion: $"Give '{function.Name}' other parameters, or declare it static.");
        return null;
    }

    private bool StepCallGlobal(FunctionSpec callee, int function)
    {
        if (!NotLocked("global function calls are not allowed while holding a lock,\nuse static function instead", $"The global function {callee.Name}() is called")) return false;
        if (SignatureOf(callee) is not { } signature) return false;
        for (int index = 0; index < signature.Parameters.Count; index++)
            if (!CheckParameter(callee, index, signature.Parameters[index])) return false;
        // What the function may write is some number afterwards.
        for (int index = 0; index < signature.Parameters.Count; index++)
        {
            ref readonly var pointer = ref Registers[index + 1];
            if (signature.Parameters[index].Kind != ParameterKind.Memory || pointer.Type != RegisterType.Stack) continue;
            Smear(_state.FrameAt(pointer.Frame), (int)(pointer.Offset + pointer.SignedMin), (int)(pointer.Offset + pointer.SignedMax + signature.Parameters[index].Size));
        }

        Require(new PathStart(StartKind.GlobalFunction, function));
        _effects ??= FunctionEffects.Compute(_code, _flow, _kfuncs);
        if (_effects.MaySleep(function) && !MayCallSleeping(callee)) return false;
        if (_effects.MayThrow(function) && !MayThrow(callee)) return false;
        ForgetArguments();
        if (_effects.MovesPacket(function))
        {
            Facts.ChangeInput();
            ForgetPacket();
        }

        Registers[0] = RegState.UnknownScalar();
        return Next();
    }

    private bool CheckParameter(FunctionSpec callee, int index, SignatureParameter parameter)
    {
        int register = index + 1;
        ref readonly var state = ref Registers[register];
        switch (parameter.Kind)
        {
            case ParameterKind.Scalar:
                return state.IsScalar || RefuseParameter(callee, register, $"R{register} is not a scalar", "a number");
            case ParameterKind.Arena:
                return state.IsScalar || state.Type == RegisterType.Arena || RefuseParameter(callee, register, $"R{register} is not a pointer to arena or scalar.", "an address in the arena");
            case ParameterKind.Untrusted:
                return true;
            case ParameterKind.Trusted:
                return CheckTrustedParameter(callee, register, parameter);
            case ParameterKind.Dynptr:
                return CheckDynptrParameter(callee, register);
            case ParameterKind.Context:
                if (state.Type != RegisterType.Context) return RefuseParameter(callee, register, $"arg#{index} expects pointer to ctx", "the program's context");
                return CheckUnmoved(register, in state);
            default:
                if (parameter.MaybeNull && TakesNull(register)) return true;
                // Linux lets a null through here that it knows to be null; it would be read through.
                if (!parameter.MaybeNull && (state.MaybeNull || state is { IsConstant: true, Bits.Value: 0 }))
                    return RefuseParameter(callee, register, $"arg#{index} is expected to be non-NULL", "memory that is there", DiagnosticRules.NullCheck);
                return CheckMemoryParameter(callee, register, parameter.Size);
        }
    }

    // It may be null where null is taken; if it is not, it has to be memory.
    private bool CheckMemoryParameter(FunctionSpec callee, int register, int size)
    {
        ref var state = ref Registers[register];
        bool maybeNull = state.MaybeNull;
        state.MaybeNull = false;
        bool passes = CheckMemory(GlobalCall, register, size, writes: false, $"what {callee.Name}() reads") && CheckMemory(GlobalCall, register, size, writes: true, $"what {callee.Name}() writes");
        state.MaybeNull = maybeNull;
        return passes;
    }

    // Old-style pointers, which nothing vouches for, pass in Linux.
    private bool CheckTrustedParameter(FunctionSpec callee, int register, SignatureParameter parameter)
    {
        if (parameter.MaybeNull && TakesNull(register)) return true;
        ref readonly var state = ref Registers[register];
        if (state.Type == RegisterType.KernelStructure && !IsTrusted(in state) && state.Flags is PointerFlags.None or PointerFlags.Rcu)
            return Refuse(DiagnosticRules.NotJudged, $"arg of {callee.Name}() is not judged", $"{callee.Name}() takes a pointer that is vouched for, and nothing vouches for r{register}.", register);
        return CheckStructureArgument(GlobalCall, register, parameter.Structure!, parameter.MaybeNull, mayBeRcu: false)
            || RefuseParameter(callee, register, _refusal!.Message, $"a pointer to struct {parameter.Structure} that is vouched for");
    }

    private bool CheckDynptrParameter(FunctionSpec callee, int register)
    {
        if (Registers[register].Type is not (RegisterType.Stack or RegisterType.Dynptr))
            return RefuseParameter(callee, register, $"R{register} type={Registers[register].TypeName} expected=fp, dynptr_ptr", "a dynptr");
        return CheckDynptr(callee.Name, register, out _);
    }

    // Memory that a helper takes, packets included, is what a function takes too.
    private static readonly Uapi.HelperPrototype GlobalCall = new() { Id = 0, Name = "the function", TakesPacket = true };

    private bool RefuseParameter(FunctionSpec callee, int register, string message, string what, DiagnosticRule? rule = null) =>
        Refuse(rule ?? DiagnosticRules.HelperArgument, $"{message}\nCaller passes invalid args into func#{_flow.Functions.IndexOf(callee.Instruction)} ('{callee.Name}')",
            $"{callee.Name}() takes {what} in r{register}, which is {(Registers[register].IsScalar ? "a number" : "a " + Registers[register].TypeName)}.", register);

    private bool EndGlobalFunction()
    {
        if (!Reads(0)) return false;
        if (!NothingHeld("BPF_EXIT instruction in main prog", "The function ends here")) return false;
        ref readonly var result = ref Registers[0];
        if (result.IsScalar) return false;
        return Refuse(DiagnosticRules.ReturnValue, $"At subprogram exit the register R0 is not a scalar value ({result.TypeName})",
            "A global function returns a number; this one returns a pointer.", 0);
    }
}
