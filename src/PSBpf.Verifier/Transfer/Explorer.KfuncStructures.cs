using PSBpf.Diagnostics;
using PSBpf.Uapi;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier;

/// <content>Structures of the kernel that kernel functions take, hand out and take back.</content>
internal sealed partial class Explorer
{
    private bool CheckKfuncStructure(KfuncPrototype kfunc, int index, ref CallFacts facts)
    {
        int register = index + 1;
        string wanted = kfunc.Structures[index];
        ref readonly var state = ref Registers[register];
        if (state.MaybeNull || TakesNull(register))
        {
            return Refuse(DiagnosticRules.NullCheck, $"Possibly NULL pointer passed to trusted arg{index}",
                $"{kfunc.Name} takes a pointer to struct {wanted} in r{register}, which may be null here.", register);
        }

        if (state.Type == RegisterType.LocalObject) return RefuseStructureOf(kfunc, index, NameOfObject(in state));
        if (state.Type != RegisterType.KernelStructure)
        {
            // Linux takes a mask of processors from other memory, too.
            return Refuse(wanted.EndsWith("cpumask", StringComparison.Ordinal) && state.IsPointer ? DiagnosticRules.NotJudged : DiagnosticRules.HelperArgument, $"arg#{index} pointer type STRUCT {wanted} must point to scalar, or struct with scalar",
                $"{kfunc.Name} takes a pointer to struct {wanted} of the kernel in r{register}, which is a {state.TypeName}.", register);
        }

        bool gives = kfunc.Arguments[index] == KfuncArgument.ReleasedStructure;
        bool isKept = IsTrusted(in state) && (state.Flags & (PointerFlags.Untrusted | PointerFlags.User | PointerFlags.PerCpu)) == 0;
        if (!isKept && !(kfunc.TakesRcu && state.Flags == PointerFlags.Rcu))
        {
            return Refuse(DiagnosticRules.HelperArgument, kfunc.TakesRcu ? $"R{register} must be a rcu pointer" : $"R{register} must be referenced or trusted",
                $"{kfunc.Name} takes a pointer that is known to be valid, and nothing vouches for r{register}.", register, "Take it from a parameter, from an RCU-protected member, or from a function that acquires it.");
        }

        if (gives && state.Reference != 0 && state.Offset != 0)
        {
            return Refuse(DiagnosticRules.HelperArgument, $"R{register} must have zero offset when passed to release func or trusted arg to kfunc",
                $"{kfunc.Name} takes the pointer as it was handed out; r{register} was moved.", register);
        }

        if (!CheckStructureOffset(register, in state) || !TryFindStructure(wanted, out int id)) return false;
        var structures = _setting.Structures!;
        bool fits = state.Offset == 0 && (state.Map == id || (!gives && structures.Contains(state.Map, 0, id)));
        if (!fits) return RefuseStructureOf(kfunc, index, structures.NameOf(state.Map));

        if (!gives) return true;
        int reference = state.Reference;
        if (reference == 0 || _state.References.All(held => held.Id != reference))
        {
            return Refuse(DiagnosticRules.HelperArgument, $"release kernel function {kfunc.Name} expects refcounted PTR_TO_BTF_ID",
                $"{kfunc.Name} gives back what the program acquired, and r{register} was not acquired.", register);
        }

        facts.Released = reference;
        return true;
    }

    private bool RefuseStructureOf(KfuncPrototype kfunc, int index, string held)
    {
        int offset = Registers[index + 1].Offset;
        return Refuse(DiagnosticRules.HelperArgument,
            $"kernel function {kfunc.Name} args#{index} expected pointer to STRUCT {kfunc.Structures[index]} but R{index + 1} has a pointer to STRUCT {held}",
            $"{kfunc.Name} takes a pointer to struct {kfunc.Structures[index]} in r{index + 1}, which points {(offset == 0 ? "to" : $"{offset} bytes into")} struct {held}.", index + 1);
    }

    private bool SetAcquired(KfuncPrototype kfunc)
    {
        if (!TryFindStructure(kfunc.ReturnedStructure, out int id)) return false;
        Registers[0] = KernelPointer(id, PointerFlags.None);
        if (kfunc.Returns == KfuncReturn.AcquiredStructureOrNull)
        {
            MayBeNull(ref Registers[0], acquires: true);
            return true;
        }

        Registers[0].Reference = ++_nextId;
        _state.References.Add((_nextId, _pc));
        return true;
    }

    // What only the section kept may be gone after it.
    private void LeaveRcuSection() => ForEachRegister((ref RegState register) =>
    {
        if ((register.Flags & PointerFlags.Rcu) == 0) return;
        if (register.Type == RegisterType.LocalObject && (register.Flags & PointerFlags.PerCpu) == 0)
        {
            register = RegState.UnknownScalar();
            return;
        }

        register.Flags = (register.Flags & ~PointerFlags.Rcu) | PointerFlags.Untrusted;
        if (!register.MaybeNull) return;
        register.MaybeNull = false;
        register.Id = 0;
    });
}
