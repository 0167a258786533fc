using PSBpf.Isa;
using PSBpf.Uapi;
using PSBpf.Verifier.Cfg;

namespace PSBpf.Verifier.Calls;

/// <summary>What a function, or one that it calls, may do wherever it goes: computed from its instructions, as callers of global functions see it.</summary>
internal sealed class FunctionEffects
{
    private readonly bool[] _movesPacket, _maySleep, _mayThrow;

    private FunctionEffects(int functions)
    {
        _movesPacket = new bool[functions];
        _maySleep = new bool[functions];
        _mayThrow = new bool[functions];
    }

    /// <summary>Whether packet pointers that a caller holds are lost.</summary>
    public bool MovesPacket(int function) => _movesPacket[function];

    /// <summary>Whether it may sleep.</summary>
    public bool MaySleep(int function) => _maySleep[function];

    /// <summary>Whether it may end the program.</summary>
    public bool MayThrow(int function) => _mayThrow[function];

    public static FunctionEffects Compute(DecodedInstruction[] code, ControlFlow flow, KfuncCalls kfuncs)
    {
        var effects = new FunctionEffects(flow.Functions.Count);
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int index = 0; index < code.Length; index++)
            {
                ref readonly var instruction = ref code[index];
                int function = flow.FunctionOf[index];
                if (instruction.Form == FormId.CallHelper && HelperTable.Find((int)instruction.Immediate) is { } helper)
                {
                    changed |= Raise(ref effects._movesPacket[function], helper.ChangesPacket || helper.ReplacesProgram || helper.WritesDynptr) | Raise(ref effects._maySleep[function], helper.MaySleep);
                }
                else if (instruction.Form == FormId.CallKfunc && kfuncs.At(index) is { } kfunc)
                {
                    changed |= Raise(ref effects._mayThrow[function], kfunc.Effect == KfuncEffect.Throws) | Raise(ref effects._maySleep[function], kfunc.MaySleep);
                }
                else if (instruction.Form is FormId.CallFunction or FormId.LddwFunction)
                {
                    int callee = flow.FunctionOf[instruction.Target];
                    changed |= Raise(ref effects._movesPacket[function], effects._movesPacket[callee]) | Raise(ref effects._maySleep[function], effects._maySleep[callee])
                        | Raise(ref effects._mayThrow[function], effects._mayThrow[callee]);
                }
            }
        }

        return effects;
    }

    private static bool Raise(ref bool effect, bool found)
    {
        if (effect || !found) return false;
        return effect = true;
    }
}
