using PSBpf.Diagnostics;

namespace PSBpf.Verifier;

/// <content>Spin locks: one at a time, and nothing is called while one is held.</content>
internal sealed partial class Explorer
{
    private const int SpinLock = 93, SpinUnlock = 94;

    private bool StepSpinLock(bool locks)
    {
        ref readonly var state = ref Registers[1];
        if (!locks && !_state.IsLocked)
            return Refuse(DiagnosticRules.Lock, "bpf_spin_unlock without taking a lock", "No lock is held here.", 1);
        if (!locks && (_state.LockMap != state.Map || _state.LockId != state.Id))
            return Refuse(DiagnosticRules.Lock, "bpf_spin_unlock of different lock", "The lock that is held here is another one, or another lookup found it.", 1);
        if (!locks)
        {
            _state.LockMap = -1;
            _state.LockId = 0;
        }
        else
        {
            _state.LockMap = state.Map;
            _state.LockId = state.Id;
            _state.LockedAt = _pc;
        }

        ForgetArguments();
        return Next();
    }

    /// <summary>Checks that no lock is held where none may be.</summary>
    private bool NotLocked(string message, string reason)
    {
        if (!_state.IsLocked) return true;
        return Refuse(DiagnosticRules.Lock, message, $"{reason}, and the lock that instruction {_state.LockedAt}{LineOf(_state.LockedAt)} took is still held.");
    }
}
