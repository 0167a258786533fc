using PSBpf.Diagnostics;
using PSBpf.Uapi;
using PSBpf.Verifier.Calls;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier;

/// <content>Calls of kernel functions.</content>
internal sealed partial class Explorer
{
    private readonly KfuncCalls _kfuncs;

    private bool StepCallKfunc()
    {
        if (_kfuncs.At(_pc) is not { } kfunc)
        {
            return Refuse(DiagnosticRules.NotJudged, "invalid kernel function call not eliminated in verifier pass",
                "A kernel function is called that was missing when the program was linked.");
        }

        if (kfunc.ProgramTypes?.Contains(_spec.Type) == false)
        {
            return Refuse(DiagnosticRules.HelperNotAllowed, $"calling kernel function {kfunc.Name} is not allowed",
                $"Programs of type {_type.Name} may not call {kfunc.Name}, or are not known to be allowed to.");
        }

        if (!kfunc.UnderLock && !NotLocked("function calls are not allowed while holding a lock", $"{kfunc.Name} is called")) return false;
        if (kfunc.MaySleep && !MayCallSleeping(kfunc)) return false;
        Facts.UseKfunc(_pc, KfuncTable.IndexOf(kfunc.Name));
        if (kfunc.Returns == KfuncReturn.ZeroOrError && ForkError()) return Next();
        if (_refusal is not null) return false;
        int reference = 0;
        var facts = new CallFacts { Map = -1 };
        for (int index = 0; index < kfunc.Arguments.Length; index++)
            if (!CheckKfuncArgument(kfunc, index, ref reference, ref facts)) return false;
        if (!MayWriteSlice(kfunc, in facts)) return false;
        if (kfunc.Effect == KfuncEffect.Throws) return StepThrow();
        if (!ApplyEffect(kfunc)) return false;
        if (kfunc.IsNext) return StepNextElement(kfunc, reference);
        if (CallbackTable.Find(kfunc) is { } callback) return StepCallBack(callback, facts);
        bool makes = kfunc.Arguments is [KfuncArgument.NewIterator, ..], ends = kfunc.Arguments is [KfuncArgument.ReleasedIterator, ..];
        if (makes) MakeIterator(1);
        if (ends) EndIterator(1, reference);
        if (facts.Released != 0) Release(facts.Released);
        GiveAway(facts.Given);
        ForgetArguments();
        SetObject(kfunc, in facts);
        if (kfunc.ReturnedStructure.Length > 0 && !SetAcquired(kfunc)) return false;
        if (kfunc.Returns == KfuncReturn.ZeroOrError) Registers[0] = RegState.ConstantScalar(0);
        if (kfunc.Returns == KfuncReturn.Integer) Registers[0] = RegState.UnknownScalar();
        if (kfunc.Returns is KfuncReturn.SliceOrNull or KfuncReturn.WritableSliceOrNull) SetSlice(kfunc, in facts);
        return Next();
    }

    private bool CheckKfuncArgument(KfuncPrototype kfunc, int index, ref int reference, ref CallFacts facts)
    {
        int register = index + 1;
        if (kfunc.Arguments[index] == KfuncArgument.Ignored) return true;
        if (!Reads(register)) return false;
        switch (kfunc.Arguments[index])
        {
            case KfuncArgument.Number:
                return Registers[register].IsScalar || Refuse(DiagnosticRules.HelperArgument, $"R{register} is not a scalar",
                    $"{kfunc.Name} takes a number in r{register}, which is a {Registers[register].TypeName}.", register);
            case KfuncArgument.Address:
                return ShareWhatLies(register);
            case KfuncArgument.Structure or KfuncArgument.ReleasedStructure:
                return CheckKfuncStructure(kfunc, index, ref facts);
            case KfuncArgument.MadeStructure:
                return CheckMadeStructure(kfunc, register, ref facts);
            case KfuncArgument.Object or KfuncArgument.PerCpuObject:
                return CheckDroppedObject(kfunc, index, ref facts);
            case KfuncArgument.SharedObject:
                return CheckSharedObject(kfunc, index, ref facts);
            case KfuncArgument.ListHead or KfuncArgument.TreeRoot:
                return CheckRoot(kfunc, index, ref facts);
            case KfuncArgument.ListNode or KfuncArgument.NewTreeNode or KfuncArgument.TreeNode:
                return CheckNode(kfunc, index, ref facts);
            case KfuncArgument.Map:
                return CheckKfuncMap(kfunc, register);
            case KfuncArgument.WorkQueue:
                return CheckKfuncField(kfunc, index, SpecialFieldKind.WorkQueue, ref facts);
            case KfuncArgument.TaskWork:
                return CheckKfuncField(kfunc, index, SpecialFieldKind.TaskWork, ref facts);
            case KfuncArgument.ResilientLock:
                return CheckKfuncField(kfunc, index, SpecialFieldKind.ResilientSpinLock, ref facts) && StepResilientLock(kfunc, register);
            case KfuncArgument.NewInterruptFlag:
                return BeginWithoutInterrupts(kfunc, index);
            case KfuncArgument.InterruptFlag:
                return EndWithoutInterrupts(kfunc, index);
            case KfuncArgument.Function:
                return CheckKfuncFunction(kfunc, index, ref facts);
            case KfuncArgument.NewIterator or KfuncArgument.Iterator or KfuncArgument.ReleasedIterator:
                return CheckIterator(kfunc, register, isNew: kfunc.Arguments[index] == KfuncArgument.NewIterator, ref reference);
            default:
                return CheckDynptrCall(kfunc, index, ref facts);
        }
    }

    private bool CheckKfuncFunction(KfuncPrototype kfunc, int index, ref CallFacts facts)
    {
        ref readonly var state = ref Registers[index + 1];
        if (kfunc.TakesNoNull && !IsThere(kfunc, index)) return false;
        if (state.Type != RegisterType.Function)
            return Refuse(DiagnosticRules.HelperArgument, $"arg{index} expected pointer to func", $"{kfunc.Name} takes a function of the program in r{index + 1}, which is {(state.IsScalar ? "a number" : "a " + state.TypeName)}.", index + 1);
        facts.Function = state.Map;
        return CheckUnmovedFunction(index + 1, in state);
    }

    // What the program gets of its own objects.
    private void SetObject(KfuncPrototype kfunc, in CallFacts facts)
    {
        switch (kfunc.Returns)
        {
            case KfuncReturn.ObjectOrNull or KfuncReturn.PerCpuObjectOrNull:
                SetOwned(facts.Variable, kfunc.Returns == KfuncReturn.PerCpuObjectOrNull ? PointerFlags.PerCpu : PointerFlags.None, 0, mayBeNull: true);
                break;
            case KfuncReturn.SharedObject:
                SetOwned(facts.Variable, PointerFlags.None, 0, mayBeNull: !facts.IsOwned);
                break;
            case KfuncReturn.NodeOrNull:
                SetOwned(facts.Field!.TypeId, PointerFlags.None, facts.Field.NodeOffset, mayBeNull: true);
                break;
            case KfuncReturn.ElementOfRootOrNull:
                Registers[0] = Element(facts.Field!);
                MayBeNull(ref Registers[0], acquires: false);
                break;
        }
    }
}
