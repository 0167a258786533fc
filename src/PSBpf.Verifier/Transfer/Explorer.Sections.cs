using PSBpf.Diagnostics;
using PSBpf.Uapi;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Explain;
using PSBpf.Verifier.Pruning;

namespace PSBpf.Verifier;

/// <content>Sections that kernel functions begin and end: RCU, without preemption, without interrupts, under a lock that can fail.</content>
internal sealed partial class Explorer
{
    private const int InterruptFlagSize = 8, MostErrors = 4095;

    private bool ApplyEffect(KfuncPrototype kfunc)
    {
        switch (kfunc.Effect)
        {
            case KfuncEffect.RcuLock when _state.RcuLocks > 0:
                return RefuseSection($"nested rcu read lock (kernel function {kfunc.Name})", "An RCU read-side section has begun already; they do not nest.");
            case KfuncEffect.RcuUnlock when _state.RcuLocks == 0:
                return RefuseSection($"unmatched rcu read unlock (kernel function {kfunc.Name})", "No RCU read-side section has begun here.");
            case KfuncEffect.PreemptEnable when _state.PreemptLocks == 0:
                return RefuseSection($"unmatched attempt to enable preemption (kernel function {kfunc.Name})", "Preemption is not disabled here.");
            case KfuncEffect.RcuLock:
                _state.RcuLocks++;
                return true;
            case KfuncEffect.RcuUnlock:
                _state.RcuLocks--;
                LeaveRcuSection();
                return true;
            case KfuncEffect.PreemptDisable:
                _state.PreemptLocks++;
                return true;
            case KfuncEffect.PreemptEnable:
                _state.PreemptLocks--;
                return true;
            default:
                return true;
        }
    }

    private bool RefuseSection(string message, string reason) => Refuse(DiagnosticRules.Lock, message, reason, suggestion: "Begin and end each section once on every path.");

    /// <summary>Checks that no section is open where the program may be left.</summary>
    private bool OutsideSections(string instruction, string reason)
    {
        if (_state.Interrupts.Count > 0) return RefuseSection($"{instruction} cannot be used inside bpf_local_irq_save-ed region", $"{reason}, while interrupts are off.");
        if (_state.RcuLocks > 0) return RefuseSection($"{instruction} cannot be used inside bpf_rcu_read_lock-ed region", $"{reason}, inside of an RCU read-side section.");
        if (_state.PreemptLocks > 0) return RefuseSection($"{instruction} cannot be used inside bpf_preempt_disable-ed region", $"{reason}, while preemption is disabled.");
        return true;
    }

    private bool IsInSection => _state.RcuLocks > 0 || _state.PreemptLocks > 0 || _state.Interrupts.Count > 0;

    private string NameOfSection => _state.RcuLocks > 0 ? "rcu_read_lock" : _state.PreemptLocks > 0 ? "non-preemptible" : "IRQ-disabled";

    private bool MayCallSleeping(KfuncPrototype kfunc)
    {
        if (!MaySleep)
            return Refuse(DiagnosticRules.HelperNotAllowed, $"program must be sleepable to call sleepable kfunc {kfunc.Name}", $"{kfunc.Name} may sleep, and what calls it may not.");
        return !IsInSection || RefuseSection($"kernel func {kfunc.Name} is sleepable within {NameOfSection} region", $"{kfunc.Name} may sleep, which is not allowed in this section.");
    }

    private bool MayCallSleeping(Objects.FunctionSpec callee)
    {
        if (!IsInSection && MaySleep) return true;
        return RefuseSection("global functions that may sleep are not allowed in non-sleepable context,\ni.e., in a RCU/IRQ/preempt-disabled section, or in\na non-sleepable BPF program context",
            $"{callee.Name}() may sleep, which is not allowed here.");
    }

    /// <summary>Checks that what may sleep is not called in a section.</summary>
    private bool MaySleepHere(string name)
    {
        if (!IsInSection) return true;
        return RefuseSection($"sleepable helper {name} in {NameOfSection} region", $"{name} may sleep, which is not allowed in this section.");
    }

    /// <summary>A function that takes a lock may fail: that path has an error in r0 and no lock.</summary>
    /// <returns>Whether this is that path.</returns>
    private bool ForkError()
    {
        if (_decisions is not null)
        {
            bool fails = !_decisions.TryDequeue(out var decision) || !decision.Taken;
            _state.Path = new PathStep(_state.Path, !fails);
            if (fails) SetError(_state);
            return fails;
        }

        var other = Fork(_pc + 1);
        if (other is null) return false;
        other.Path = new PathStep(_state.Path, false);
        other.History.Add(_entry);
        SetError(other);
        _state.Path = new PathStep(_state.Path, true);
        return false;
    }

    private static void SetError(PathState path)
    {
        var registers = path.Current.Registers;
        for (int register = 0; register <= 5; register++) registers[register] = default;
        registers[0] = RegState.UnknownScalar();
        registers[0].SignedMin = registers[0].SignedMin32 = -MostErrors;
        registers[0].SignedMax = registers[0].SignedMax32 = -1;
        registers[0].Synchronize();
    }

    private bool StepResilientLock(KfuncPrototype kfunc, int register)
    {
        var kind = kfunc.Arguments.Length > 1 ? LockKind.ResilientWithoutInterrupts : LockKind.Resilient;
        if (kfunc.Effect == KfuncEffect.GivesLock) return GiveLock(kind, register, "bpf_res_spin");
        int owner = OwnerOfLock(in Registers[register]), id = Registers[register].Id;
        if (_state.Locks.Exists(held => held.Kind != LockKind.Spin && held.Owner == owner && held.Id == id))
            return Refuse(DiagnosticRules.Lock, "Acquiring the same lock again, AA deadlock detected", "The lock is held already, and waiting for it would never end.", register);
        TakeLock(kind, register);
        return true;
    }

    private bool TryFindInterruptFlag(KfuncPrototype kfunc, int index, out int at)
    {
        ref readonly var state = ref Registers[index + 1];
        at = 0;
        if (state.Type != RegisterType.Stack)
            return Refuse(DiagnosticRules.HelperArgument, $"arg#{index} doesn't point to an irq flag on stack", $"{kfunc.Name} takes eight bytes of stack in r{index + 1}.", index + 1, "Declare it as unsigned long flags; and pass &flags.");
        long offset = state.Bits.IsConstant ? state.Offset + (long)state.Bits.Value : 1;
        at = offset % InterruptFlagSize == 0 && offset <= -InterruptFlagSize ? (int)Math.Max(offset, int.MinValue) : 1;
        return true;
    }

    private bool BeginWithoutInterrupts(KfuncPrototype kfunc, int index)
    {
        int register = index + 1;
        if (!TryFindInterruptFlag(kfunc, index, out int at)) return false;
        RegState pointer = Registers[register];
        var frame = _state.FrameAt(pointer.Frame);
        bool fits = at <= -InterruptFlagSize && (at < -FrameState.StackBytes || !frame.SlotAt(FrameState.SlotOf(at)).IsInterruptFlag);
        if (!fits)
            return Refuse(DiagnosticRules.HelperArgument, $"expected uninitialized irq flag as arg#{index}", $"r{register} does not point to eight free, aligned bytes of stack.", register);
        if (at < -FrameState.StackBytes)
        {
            return Refuse(DiagnosticRules.StackBounds, $"invalid write to stack R{register} off={at} size={InterruptFlagSize}",
                $"{InterruptFlagSize} bytes at r10{at:+0;-0;+0} are not within the {FrameState.StackBytes} bytes of stack below r10.", register);
        }

        if (!CheckStack(register, in pointer, 0, InterruptFlagSize) || !OverwriteDynptrs(register, pointer.Frame, at, at + InterruptFlagSize)) return false;
        frame.WrittenSlots |= FrameState.SlotMask(at, at + InterruptFlagSize);
        ref var slot = ref frame.Touch(at);
        slot.Scrub();
        for (int place = 0; place < InterruptFlagSize; place++) slot.Bytes[place] = StackByte.InterruptFlag;
        slot.Spilled = new RegState { Id = ++_nextId, Map = kfunc.Effect == KfuncEffect.TakesLock ? 1 : 0 };
        _state.Interrupts.Add((_nextId, _pc));
        _observer?.Wrote(pointer.Frame, at, at + InterruptFlagSize);
        return true;
    }

    private bool EndWithoutInterrupts(KfuncPrototype kfunc, int index)
    {
        int register = index + 1;
        if (!TryFindInterruptFlag(kfunc, index, out int at)) return false;
        RegState pointer = Registers[register];
        var frame = _state.FrameAt(pointer.Frame);
        if (at > -InterruptFlagSize || at < -FrameState.StackBytes || !frame.SlotAt(FrameState.SlotOf(at)).IsInterruptFlag)
        {
            return Refuse(DiagnosticRules.HelperArgument, $"expected an initialized irq flag as arg#{index}", $"r{register} does not point to what {(index == 0 ? "bpf_local_irq_save" : "bpf_res_spin_lock_irqsave")} filled.", register,
                "Pass what was filled, and do not write to it.");
        }

        if (!CheckStack(register, in pointer, 0, InterruptFlagSize)) return false;
        Checkpoint.MarkRead(_state, pointer.Frame, FrameState.SlotMask(at, at + InterruptFlagSize));
        var flag = frame.SlotAt(FrameState.SlotOf(at)).Spilled;
        bool byLock = flag.Map == 1, endsLock = kfunc.Effect == KfuncEffect.GivesLock;
        if (byLock != endsLock)
        {
            return RefuseSection($"irq flag acquired by {(byLock ? "lock" : "native")} kfuncs cannot be restored with {(endsLock ? "lock" : "native")} kfuncs",
                "A section that a lock began is ended by giving the lock back, and another one by bpf_local_irq_restore.");
        }

        var (id, began) = _state.Interrupts[^1];
        if (flag.Id != id)
            return RefuseSection($"cannot restore irq state out of order, expected id={id} acquired at insn_idx={began}", $"The section that instruction {began}{LineOf(began)} began has to end first.");
        _state.Interrupts.RemoveAt(_state.Interrupts.Count - 1);
        frame.WrittenSlots |= FrameState.SlotMask(at, at + InterruptFlagSize);
        frame.Touch(at).Scrub();
        return true;
    }
}
