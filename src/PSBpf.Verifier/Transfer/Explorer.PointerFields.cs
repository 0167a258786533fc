using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier;

/// <content>Pointers to objects of the kernel in values of maps: __kptr, which keep their object, and __kptr_untrusted.</content>
internal sealed partial class Explorer
{
    private const string KeepingTag = SpecialFields.KeepingTag, UntrustedTag = SpecialFields.UntrustedTag;

    // What maps may keep: objects that wait for the RCU section's end when they are freed.
    private static readonly string[] Kept = ["task_struct", "cgroup", "bpf_cpumask"];

    private bool TryFindPointee(int register, in RegState pointer, SpecialField field, out int id)
    {
        id = 0;
        if (field.Tag == UntrustedTag || (field.Tag == KeepingTag && Kept.Contains(field.Structure))) return TryFindStructure(field.Structure!, out id);
        return Refuse(DiagnosticRules.NotJudged, "kptr access is not judged",
            $"This version of the verifier does not judge access to the pointer to struct {field.Structure} in a value of '{_maps[pointer.Map].Name}'.", register);
    }

    /// <summary>Checks a load or store that touches a pointer field.</summary>
    private bool CheckPointerField(int register, in RegState pointer, SpecialField field, int offset, long size)
    {
        if (!TryFindPointee(register, in pointer, field, out int id)) return false;
        ref readonly var instruction = ref _code[_pc];
        var kind = instruction.Row.Kind;
        if (kind is FormKind.CallHelper or FormKind.CallKfunc or FormKind.CallFunction)
            return RefusePointerField(register, field, "kptr cannot be accessed indirectly by helper");
        if (!pointer.Bits.IsConstant) return RefusePointerField(register, field, "kptr access cannot have variable offset");
        long at = (long)pointer.Offset + offset + (long)pointer.Bits.Value;
        if (at != field.Offset) return RefusePointerField(register, field, $"kptr access misaligned expected={field.Offset} off={at}");
        if (size != sizeof(ulong)) return RefusePointerField(register, field, "kptr access size must be BPF_DW");
        if (kind is not (FormKind.Load or FormKind.Store or FormKind.StoreImmediate)) return RefusePointerField(register, field, "kptr in map can only be accessed using BPF_MEM instruction mode");
        if (kind == FormKind.Load) return true;
        if (field.Tag == KeepingTag) return RefusePointerField(register, field, "store to referenced kptr disallowed");
        if (kind == FormKind.StoreImmediate) return instruction.Immediate == 0 || RefusePointerField(register, field, $"BPF_ST imm must be 0 when storing to kptr at off={field.Offset}");
        return TakesNull(instruction.Source) || CheckPointee(instruction.Source, field, id, PointerFlags.Trusted | PointerFlags.Rcu | PointerFlags.Untrusted);
    }

    private bool RefusePointerField(int register, SpecialField field, string message) => Refuse(DiagnosticRules.SpecialField, message,
        $"Bytes {field.Offset} to {field.End - 1} of the value are a pointer to struct {field.Structure} of the kernel, which is loaded and stored whole{(field.Tag == KeepingTag ? ", and changed by bpf_kptr_xchg only" : "")}.",
        register, "Load it with its own type, check it for null, and change it with bpf_kptr_xchg.");

    private bool CheckPointee(int register, SpecialField field, int id, PointerFlags allowed)
    {
        ref readonly var state = ref Registers[register];
        bool fits = state.Type == RegisterType.KernelStructure && (state.Flags & ~allowed) == 0 && state.Offset == 0 && state.Bits is { IsConstant: true, Value: 0 } && state.Map == id;
        if (fits) return true;
        string held = state.TypeName + (state.Type == RegisterType.KernelStructure ? _setting.Structures!.NameOf(state.Map) : "");
        return Refuse(DiagnosticRules.SpecialField,
            $"invalid kptr access, R{register} type={held} expected=ptr_{field.Structure}{(field.Tag == UntrustedTag ? $" or untrusted_ptr_{field.Structure}" : "")}",
            $"The field takes pointers to struct {field.Structure}, as they were handed out, or null.", register);
    }

    // What is loaded may be gone unless an RCU section keeps it.
    private bool LoadPointerField(in RegState pointer, int offset, MemoryAccess access, ref RegState loaded)
    {
        if (access != MemoryAccess.Read || !pointer.Bits.IsConstant || FieldsOf(pointer.Map).Count == 0) return true;
        long at = (long)pointer.Offset + offset + (long)pointer.Bits.Value;
        if (FieldsOf(pointer.Map).FirstOrDefault(field => field.Kind == SpecialFieldKind.KernelPointer && field.Offset == at) is not { } found) return true;
        if (!TryFindStructure(found.Structure!, out int id)) return false;
        bool isKept = found.Tag == KeepingTag && (!_setting.MaySleep || _state.RcuLocks > 0);
        loaded = KernelPointer(id, isKept ? PointerFlags.Rcu : PointerFlags.Untrusted);
        MayBeNull(ref loaded, acquires: false);
        return true;
    }

    /// <summary>The field that bpf_kptr_xchg changes.</summary>
    private bool CheckPointerArgument(HelperPrototype helper, int register, ref CallFacts facts)
    {
        ref readonly var state = ref Registers[register];
        if (state.MaybeNull || state.Type != RegisterType.MapValue) return RefuseArgument(helper, register, "map_value, ptr_", "a pointer field of a map's value");
        var map = _maps[state.Map];
        if (!state.Bits.IsConstant)
        {
            return Refuse(DiagnosticRules.SpecialField, $"R{register} doesn't have constant offset. kptr has to be at the constant offset",
                $"r{register} points into a value of '{map.Name}' at an offset that is not constant.", register);
        }

        var fields = FieldsOf(state.Map).Where(field => field.Kind == SpecialFieldKind.KernelPointer).ToList();
        if (fields.Count == 0)
        {
            return Refuse(DiagnosticRules.SpecialField, map.ValueType is null ? $"map '{map.Name}' has to have BTF in order to use bpf_kptr_xchg" : $"R{register} has no valid kptr",
                $"No pointer to an object of the kernel is known in values of '{map.Name}'.", register, "Declare the field as struct task_struct __kptr *task;");
        }

        long at = state.Offset + (long)state.Bits.Value;
        if (fields.FirstOrDefault(field => field.Offset == at) is not { } found)
            return Refuse(DiagnosticRules.SpecialField, $"off={at} doesn't point to kptr", $"There is no pointer at byte {at} of a value of '{map.Name}'.", register);
        if (found.Tag == UntrustedTag)
            return Refuse(DiagnosticRules.SpecialField, $"off={at} kptr isn't referenced kptr", $"The pointer at byte {at} of a value of '{map.Name}' keeps no object.", register, "Declare it with __kptr.");
        facts.Field = found;
        NoteMap(state.Map);
        return TryFindPointee(register, in state, found, out facts.Variable);
    }

    /// <summary>What moves into the field: null, or what the program acquired and no longer has.</summary>
    private bool CheckMovedStructure(HelperPrototype helper, int register, ref CallFacts facts)
    {
        if (TakesNull(register)) return true;
        ref readonly var state = ref Registers[register];
        if (state.Type != RegisterType.KernelStructure) return RefuseArgument(helper, register, "ptr_, trusted_ptr_, rcu_ptr_", $"a pointer to struct {facts.Field!.Structure}, or null,");
        if (state.MaybeNull)
            return Refuse(DiagnosticRules.NullCheck, $"Possibly NULL pointer passed to helper arg{register}", $"{helper.Name} takes null as a number only, and r{register} may be a pointer.", register);
        if (!CheckPointee(register, facts.Field!, facts.Variable, PointerFlags.Trusted | PointerFlags.Rcu)) return false;
        int reference = state.Reference;
        if (reference == 0 || _state.References.All(held => held.Id != reference))
        {
            return Refuse(DiagnosticRules.HelperArgument, $"R{register} must be referenced when passed to release function",
                $"The map keeps what the program acquired, and r{register} was not acquired.", register, "Acquire it first, e.g. with bpf_task_acquire.");
        }

        facts.Released = reference;
        return true;
    }
}
