using PSBpf.Diagnostics;
using PSBpf.Uapi;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Explain;
using PSBpf.Verifier.Pruning;

namespace PSBpf.Verifier;

/// <content>
/// Iterators on the stack. One is a reference that has to be ended. Asking it for an element has two outcomes: none is left, which is
/// explored first, or a round begins, as with may_goto.
/// </content>
internal sealed partial class Explorer
{
    /// <summary>Bytes of struct bpf_iter_num: one slot.</summary>
    private const int IteratorSize = 8;

    private bool CheckIterator(KfuncPrototype kfunc, int register, bool isNew, ref int reference)
    {
        ref readonly var state = ref Registers[register];
        if (state.Type != RegisterType.Stack)
        {
            return Refuse(DiagnosticRules.HelperArgument, $"arg#{register - 1} expected pointer to an iterator on stack",
                $"{kfunc.Name} takes an iterator on the stack in r{register}.", register);
        }

        string expected = isNew ? $"expected uninitialized {kfunc.Iterator} as arg #{register - 1}" : $"expected an initialized {kfunc.Iterator} as arg #{register - 1}";
        long at = state.Bits.IsConstant ? state.Offset + (long)state.Bits.Value : 1;
        bool fits = at % IteratorSize == 0 && at <= -IteratorSize && at >= -FrameState.StackBytes;
        bool holds = fits && _state.FrameAt(state.Frame).SlotAt(FrameState.SlotOf((int)at)).IsIterator;
        if (!fits || holds == isNew)
        {
            return Refuse(DiagnosticRules.HelperArgument, expected,
                isNew ? $"r{register} does not point to eight free, aligned bytes of stack." : $"r{register} does not point to an iterator that was made and not ended.", register);
        }

        if (!CheckStack(register, in state, 0, IteratorSize)) return false;
        if (isNew) return OverwriteDynptrs(register, state.Frame, (int)at, (int)at + IteratorSize);
        Checkpoint.MarkRead(_state, state.Frame, FrameState.SlotMask((int)at, (int)at + IteratorSize));
        reference = _state.FrameAt(state.Frame).SlotAt(FrameState.SlotOf((int)at)).Spilled.Reference;
        return true;
    }

    private static ref StackSlot IteratorSlot(PathState path, int register)
    {
        ref readonly var pointer = ref path.Current.Registers[register];
        return ref path.FrameAt(pointer.Frame).Touch((int)(pointer.Offset + (long)pointer.Bits.Value));
    }

    private void MakeIterator(int register)
    {
        ref readonly var pointer = ref Registers[register];
        int at = (int)(pointer.Offset + (long)pointer.Bits.Value);
        var frame = _state.FrameAt(pointer.Frame);
        frame.WrittenSlots |= FrameState.SlotMask(at, at + IteratorSize);
        ref var slot = ref IteratorSlot(_state, register);
        slot.Scrub();
        for (int index = 0; index < IteratorSize; index++) slot.Bytes[index] = StackByte.Iterator;
        slot.Spilled = new RegState { Reference = ++_nextId };
        _state.References.Add((_nextId, _pc));
    }

    private void EndIterator(int register, int reference)
    {
        ref readonly var pointer = ref Registers[register];
        int at = (int)(pointer.Offset + (long)pointer.Bits.Value);
        _state.FrameAt(pointer.Frame).WrittenSlots |= FrameState.SlotMask(at, at + IteratorSize);
        IteratorSlot(_state, register).Scrub();
        Release(reference);
    }

    private bool StepNextElement(KfuncPrototype kfunc, int reference)
    {
        bool isDrained = IteratorSlot(_state, 1).Spilled.Offset != 0;
        if (isDrained) return Drain();
        if (_decisions is not null)
        {
            if (!_decisions.TryDequeue(out var decision) || decision.Taken)
            {
                _state.Path = new PathStep(_state.Path, true);
                return Drain();
            }

            decision.Widening?.Apply(_state);
            _state.Path = decision with { Previous = _state.Path };
            GiveElement(_state, kfunc, reference);
            return Next();
        }

        var other = Fork(_pc + 1);
        if (other is null) return false;
        var widening = RoundBefore() is { } round ? Widening.Between(round, other) : null;
        widening?.Apply(other);
        other.Path = new PathStep(_state.Path, false, widening);
        other.History.Add(_entry);
        GiveElement(other, kfunc, reference);
        _state.Path = new PathStep(_state.Path, true);
        return Drain();
    }

    private bool Drain()
    {
        IteratorSlot(_state, 1).Spilled.Offset = 1;
        ForgetArguments();
        Registers[0] = RegState.ConstantScalar(0);
        return Next();
    }

    private static void GiveElement(PathState path, KfuncPrototype kfunc, int reference)
    {
        path.Rounds++;
        var registers = path.Current.Registers;
        for (int register = 0; register <= 5; register++) registers[register] = default;
        registers[0] = RegState.Pointer(RegisterType.ReadOnlyMemory) with { Range = kfunc.ElementSize, Reference = reference };
    }

    /// <summary>Checks that bytes of stack that are read are no object's.</summary>
    private bool HoldsNoObject(int register, in RegState pointer, int from, int end, string message)
    {
        var frame = _state.FrameAt(pointer.Frame);
        for (int at = from; at < end; at++)
        {
            if (!frame.SlotAt(FrameState.SlotOf(at)).IsObject) continue;
            return Refuse(DiagnosticRules.StackBounds, message, $"r10{at:+0;-0;+0} lies in an iterator or dynptr, which only its functions read.", register);
        }

        return true;
    }
}
