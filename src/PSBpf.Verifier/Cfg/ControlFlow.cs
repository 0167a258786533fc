using PSBpf.Isa;
using PSBpf.Verifier.Calls;

namespace PSBpf.Verifier.Cfg;

/// <summary>
/// The shape of a program: its functions, which slots can be reached, and where paths meet. Refuses what has no sound
/// shape: jumps out of a function or into the middle of an instruction, ends that fall through, unreachable code.
/// </summary>
internal sealed class ControlFlow
{
    private readonly DecodedInstruction[] _code;
    private readonly KfuncCalls _kfuncs;
    private readonly int _exceptionCallback;

    private ControlFlow(DecodedInstruction[] code, KfuncCalls kfuncs, int exceptionCallback)
    {
        _code = code;
        _exceptionCallback = exceptionCallback;
        _kfuncs = kfuncs;
        FunctionOf = new int[code.Length];
        IsPrunePoint = new bool[code.Length];
        IsBackEdgeTarget = new bool[code.Length];
        IsRound = new bool[code.Length];
    }

    /// <summary>First slots of the functions, ascending; the main program is the first.</summary>
    public List<int> Functions { get; } = [0];

    /// <summary>Index of the function that holds a slot.</summary>
    public int[] FunctionOf { get; }

    /// <summary>Whether states are remembered and compared at a slot.</summary>
    public bool[] IsPrunePoint { get; }

    /// <summary>Whether a round of a loop begins at a slot that may end at any time: may_goto, a helper that calls back, an iterator's next element.</summary>
    public bool[] IsRound { get; }

    /// <summary>Whether a jump backwards arrives at a slot.</summary>
    public bool[] IsBackEdgeTarget { get; }

    /// <summary>The slot after the last one of a function.</summary>
    public int EndOf(int function) => function + 1 < Functions.Count ? Functions[function + 1] : _code.Length;

    /// <summary>Analyses a program, and the function at a slot that exceptions call, unless that is −1; on refusal <paramref name="error"/> has the slot and the kernel's wording.</summary>
    public static ControlFlow? Build(DecodedInstruction[] code, KfuncCalls kfuncs, int exceptionCallback, out DecodeError? error)
    {
        var flow = new ControlFlow(code, kfuncs, exceptionCallback);
        error = flow.FindFunctions() ?? flow.CheckTargets() ?? flow.Reach();
        return error is null ? flow : null;
    }

    /// <summary>The slots that may follow one: its successors within its function.</summary>
    public static (int Next, int Target) Successors(in DecodedInstruction instruction, int index) => instruction.Row.Kind switch
    {
        FormKind.Exit => (-1, -1),
        FormKind.Jump => (-1, instruction.Target),
        FormKind.Branch or FormKind.MayGoto => (index + 1, instruction.Target),
        FormKind.LoadImmediate64 => (index + 2, -1),
        _ => (index + 1, -1),
    };

    private DecodeError? FindFunctions()
    {
        var starts = new SortedSet<int> { 0 };
        if (_exceptionCallback >= 0) starts.Add(_exceptionCallback);
        for (int index = 0; index < _code.Length; index++)
        {
            ref readonly var instruction = ref _code[index];
            if (instruction.Form is not (FormId.CallFunction or FormId.LddwFunction)) continue;
            int target = instruction.Target;
            if (target < 0 || target >= _code.Length || _code[target].Form == FormId.None) return new DecodeError(index, "invalid insn idx " + target + " insn_cnt " + _code.Length);
            starts.Add(target);
        }

        if (starts.Count > 256) return new DecodeError(0, "too many subprograms");
        Functions.Clear();
        Functions.AddRange(starts);
        for (int function = 0; function < Functions.Count; function++)
            Array.Fill(FunctionOf, function, Functions[function], EndOf(function) - Functions[function]);
        return null;
    }

    private DecodeError? CheckTargets()
    {
        for (int index = 0; index < _code.Length; index++)
        {
            ref readonly var instruction = ref _code[index];
            if (instruction.Form == FormId.None) continue;
            IsRound[index] = instruction.Form == FormId.MayGoto || CallbackTable.IsLoop(in instruction) || (instruction.Form == FormId.CallKfunc && _kfuncs.At(index) is { } kfunc && (kfunc.IsNext || CallbackTable.Find(kfunc) is { IsLater: false }));
            IsPrunePoint[index] |= IsRound[index];
            int function = FunctionOf[index];
            if (instruction.Row.Kind is FormKind.Branch or FormKind.Jump or FormKind.MayGoto)
            {
                int target = instruction.Target;
                if (target < Functions[function] || target >= EndOf(function))
                    return new DecodeError(index, $"jump out of range from insn {index} to {target}");
                if (_code[target].Form == FormId.None) return new DecodeError(index, $"jump into the middle of ldimm64 insn {target}");
                IsPrunePoint[target] = true;
                if (instruction.Row.Kind != FormKind.Jump) IsPrunePoint[index] = true;
                if (target <= index) IsBackEdgeTarget[target] = true;
            }
            else if (instruction.Form == FormId.CallFunction)
            {
                IsPrunePoint[index] = true;
            }

            // After a call it is known again which registers live: few, so that states are often alike.
            if (instruction.Row.Kind is FormKind.CallHelper or FormKind.CallKfunc or FormKind.CallFunction && index + 1 < EndOf(function)) IsPrunePoint[index + 1] = true;

            bool isLast = index == EndOf(function) - instruction.Row.Slots;
            if (isLast && instruction.Row.Kind is not (FormKind.Exit or FormKind.Jump))
                return new DecodeError(index, "last insn is not an exit or jmp");
        }

        return null;
    }

    private DecodeError? Reach()
    {
        var reached = new bool[_code.Length];
        var work = new Stack<int>();
        work.Push(0);
        if (_exceptionCallback >= 0) work.Push(_exceptionCallback);
        while (work.TryPop(out int index))
        {
            if (reached[index]) continue;
            reached[index] = true;
            ref readonly var instruction = ref _code[index];
            var (next, target) = Successors(in instruction, index);
            if (next >= 0) work.Push(next);
            if (target >= 0) work.Push(target);
            if (instruction.Form is FormId.CallFunction or FormId.LddwFunction) work.Push(instruction.Target);
        }

        for (int index = 0; index < _code.Length; index++)
            if (!reached[index] && _code[index].Form != FormId.None) return new DecodeError(index, $"unreachable insn {index}");
        return null;
    }
}
