using PSBpf.Diagnostics;
using PSBpf.Uapi;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier;

/// <content>Spin locks: what may be called while one is held, and in which order they are given back.</content>
internal sealed partial class Explorer
{
    // Locks in values are told apart by their map, those in objects by their pointers alone.
    private static int OwnerOfLock(in RegState pointer) => pointer.Type == RegisterType.MapValue ? pointer.Map : HeldLock.OfObject;

    private bool StepSpinLock(bool locks)
    {
        if (IsInOrderCallback) return Refuse(DiagnosticRules.Lock, "can't spin_{lock,unlock} in rbtree cb", "The tree's lock is held while its elements are compared, and stays so.", 1);
        if (locks) TakeLock(LockKind.Spin, 1);
        else if (!GiveLock(LockKind.Spin, 1, "bpf_spin")) return false;
        ForgetArguments();
        return Next();
    }

    private void TakeLock(LockKind kind, int register) => _state.Locks.Add(new HeldLock(kind, OwnerOfLock(in Registers[register]), Registers[register].Id, _pc));

    private bool GiveLock(LockKind kind, int register, string name)
    {
        if (!_state.IsLocked) return Refuse(DiagnosticRules.Lock, $"{name}_unlock without taking a lock", "No lock is held here.", register);
        int owner = OwnerOfLock(in Registers[register]), id = Registers[register].Id;
        int found = _state.Locks.FindLastIndex(held => held.Kind == kind && held.Owner == owner && held.Id == id);
        if (found < 0) return Refuse(DiagnosticRules.Lock, $"{name}_unlock of different lock", "The lock that is held here is another one, or another lookup found it.", register);
        if (found != _state.Locks.Count - 1)
            return Refuse(DiagnosticRules.Lock, $"{name}_unlock cannot be out of order", $"The lock that instruction {_state.Locks[^1].Instruction} took has to be given back first.", register);
        _state.Locks.RemoveAt(found);
        LoseBorrowed();
        return true;
    }

    // What a list or tree owns may be gone once others may take the lock.
    private void LoseBorrowed() => ForEachRegister((ref RegState register) =>
    {
        if ((register.Flags & PointerFlags.NotOwned) != 0) register = RegState.UnknownScalar();
    });

    /// <summary>Checks that the lock that lies beside something is held.</summary>
    private bool HoldsLockOf(int register, IReadOnlyList<Objects.SpecialField> fields, string name)
    {
        ref readonly var state = ref Registers[register];
        int owner = OwnerOfLock(in state), id = state.Id;
        if (_state.Locks.Exists(held => held.Owner == owner && held.Id == id)) return true;
        int offset = fields.FirstOrDefault(field => field.Kind == SpecialFieldKind.SpinLock)?.Offset ?? -1;
        string message = $"bpf_spin_lock at off={offset} must be held for {name}";
        return Refuse(DiagnosticRules.Lock, _state.IsLocked ? "held lock and object are not in the same allocation\n" + message : message,
            $"The struct {name} that r{register} points to is used, and the lock beside it is not held.", register, "Take the lock that lies in the same value or object, through the same pointer.");
    }

    /// <summary>Checks that no lock is held where none may be.</summary>
    private bool NotLocked(string message, string reason)
    {
        if (!_state.IsLocked) return true;
        int at = _state.Locks[^1].Instruction;
        return Refuse(DiagnosticRules.Lock, message, $"{reason}, and the lock that instruction {at}{LineOf(at)} took is still held.");
    }
}
