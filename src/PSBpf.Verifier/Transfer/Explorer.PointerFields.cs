using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier;

/// <content>
/// Pointers to objects in values of maps and in objects: __kptr, which keep their object, __percpu_kptr, which keep one of each CPU, __kptr_untrusted, and
/// __uptr, which lead to memory that user space shares.
/// </content>
internal sealed partial class Explorer
{
    private const string KeepingTag = SpecialFields.KeepingTag, UntrustedTag = SpecialFields.UntrustedTag;

    // What maps may keep: objects that wait for the RCU section's end when they are freed.
    private static readonly string[] Kept = ["task_struct", "cgroup", "bpf_cpumask"];

    /// <summary>What a pointer field points to: a structure of the kernel, or one of the program's own types when the kernel has none of its name.</summary>
    private readonly record struct Pointee(int Id, bool IsLocal);

    private bool TryFindPointee(int register, SpecialField field, out Pointee pointee)
    {
        pointee = default;
        if (!TypesAreTaken(register)) return false;
        if (_setting.Structures is { } structures && structures.Types.Find(BtfKind.Struct, field.Structure!) is null)
        {
            bool isOwn = Registers[register].Type == RegisterType.LocalObject || ReferenceEquals(_maps[Registers[register].Map].Btf, _setting.OwnTypes);
            pointee = new Pointee(field.TypeId, true);
            if (isOwn && _setting.OwnStructures is not null) return true;
        }
        else if (field.Tag is UntrustedTag or SpecialFields.UserTag || (field.Tag == KeepingTag && Kept.Contains(field.Structure)))
        {
            if (!TryFindStructure(field.Structure!, out int id)) return false;
            pointee = new Pointee(id, false);
            return true;
        }

        return Refuse(DiagnosticRules.NotJudged, "kptr access is not judged",
            $"This version of the verifier does not judge access to the pointer to struct {field.Structure} in {NameOfOwner(in Registers[register])}.", register);
    }

    // Linux takes no types with a pointer that keeps an object which it does not know how to free, and then no map has fields.
    private bool TypesAreTaken(int register)
    {
        _stranger ??= FindStranger();
        if (_stranger.Length == 0) return true;
        return Refuse(DiagnosticRules.NotJudged, "kptr access is not judged", $"The program's types have a pointer that keeps a struct {_stranger} of the kernel, and this version does not know whether the kernel takes that.", register);
    }

    private string FindStranger()
    {
        if (_setting.SpecialStructures is not { } own || _setting.Structures is not { } kernel) return "";
        var keeping = own.Fields.Where(field => field.Tag is KeepingTag or SpecialFields.PerCpuTag && !(field.Tag == KeepingTag && Kept.Contains(field.Structure)));
        return keeping.FirstOrDefault(field => kernel.Types.Find(BtfKind.Struct, field.Structure!) is not null)?.Structure ?? "";
    }

    private string? _stranger;

    private string NameOfOwner(in RegState pointer) => pointer.Type == RegisterType.LocalObject ? $"an object of struct {NameOfObject(in pointer)}" : $"a value of '{_maps[pointer.Map].Name}'";

    /// <summary>Checks a load or store that touches a pointer field.</summary>
    private bool CheckPointerField(int register, in RegState pointer, SpecialField field, int offset, long size)
    {
        if (!TryFindPointee(register, field, out var pointee)) return false;
        ref readonly var instruction = ref _code[_pc];
        var kind = instruction.Row.Kind;
        if (kind is FormKind.CallHelper or FormKind.CallKfunc or FormKind.CallFunction)
            return RefusePointerField(register, field, $"{field.Name} cannot be accessed indirectly by helper");
        if (!pointer.Bits.IsConstant) return RefusePointerField(register, field, $"{field.Name} access cannot have variable offset");
        long at = (long)pointer.Offset + offset + (long)pointer.Bits.Value;
        if (at != field.Offset) return RefusePointerField(register, field, $"{field.Name} access misaligned expected={field.Offset} off={at}");
        if (size != sizeof(ulong)) return RefusePointerField(register, field, $"{field.Name} access size must be BPF_DW");
        if (kind is not (FormKind.Load or FormKind.Store or FormKind.StoreImmediate)) return RefusePointerField(register, field, "kptr in map can only be accessed using BPF_MEM instruction mode");
        if (kind == FormKind.Load) return true;
        if (field.Tag is KeepingTag or SpecialFields.PerCpuTag) return RefusePointerField(register, field, "store to referenced kptr disallowed");
        if (field.Tag == SpecialFields.UserTag) return RefusePointerField(register, field, "store to uptr disallowed");
        if (kind == FormKind.StoreImmediate) return instruction.Immediate == 0 || RefusePointerField(register, field, $"BPF_ST imm must be 0 when storing to kptr at off={field.Offset}");
        return TakesNull(instruction.Source) || CheckPointee(instruction.Source, field, pointee, PointerFlags.Trusted | PointerFlags.Rcu | PointerFlags.Untrusted);
    }

    private bool RefusePointerField(int register, SpecialField field, string message) => Refuse(DiagnosticRules.SpecialField, message,
        $"Bytes {field.Offset} to {field.End - 1} of the value are a pointer to struct {field.Structure}, which is loaded and stored whole{(field.Tag is KeepingTag or SpecialFields.PerCpuTag ? ", and changed by bpf_kptr_xchg only" : "")}.",
        register, "Load it with its own type, check it for null, and change it with bpf_kptr_xchg.");

    private bool CheckPointee(int register, SpecialField field, Pointee pointee, PointerFlags allowed)
    {
        ref readonly var state = ref Registers[register];
        if (pointee.IsLocal) allowed = field.Tag == SpecialFields.PerCpuTag ? PointerFlags.PerCpu : PointerFlags.None;
        bool fits = state.Type == (pointee.IsLocal ? RegisterType.LocalObject : RegisterType.KernelStructure) && (state.Flags & ~allowed) == 0
            && state.Offset == 0 && state.Bits is { IsConstant: true, Value: 0 } && state.Map == pointee.Id;
        if (fits) return true;
        // Linux names the structure only where the kind of pointer is right.
        string held = state.TypeName + state.Type switch { _ when (state.Flags & ~allowed) != 0 => "", RegisterType.KernelStructure => _setting.Structures!.NameOf(state.Map), RegisterType.LocalObject => NameOfObject(in state), _ => "" };
        return Refuse(DiagnosticRules.SpecialField,
            $"invalid kptr access, R{register} type={held} expected=ptr_{field.Structure}{(field.Tag == UntrustedTag ? $" or untrusted_ptr_{field.Structure}" : "")}",
            $"The field takes pointers to struct {field.Structure}, as they were handed out, or null.", register);
    }

    // What is loaded may be gone unless an RCU section keeps it.
    private bool LoadPointerField(int register, int offset, MemoryAccess access, ref RegState loaded)
    {
        ref readonly var pointer = ref Registers[register];
        if (access != MemoryAccess.Read || !pointer.Bits.IsConstant || FieldsOf(pointer.Map).Count == 0) return true;
        long at = (long)pointer.Offset + offset + (long)pointer.Bits.Value;
        if (FieldsOf(pointer.Map).FirstOrDefault(field => field.Kind == SpecialFieldKind.KernelPointer && field.Offset == at) is not { } found) return true;
        if (!TryFindPointee(register, found, out var pointee)) return false;
        bool isKept = found.Tag is KeepingTag or SpecialFields.PerCpuTag && IsInRcuSection;
        var flags = isKept ? PointerFlags.Rcu : PointerFlags.Untrusted;
        if (found.Tag == SpecialFields.UserTag)
        {
            var types = pointee.IsLocal ? _setting.OwnTypes! : _setting.Structures!.Types;
            loaded = RegState.Pointer(RegisterType.Memory) with { Range = types.SizeOf(types[pointee.Id]) };
        }
        else if (!pointee.IsLocal)
        {
            loaded = KernelPointer(pointee.Id, flags);
        }
        else
        {
            if (isKept && found.Tag == SpecialFields.PerCpuTag) flags |= PointerFlags.PerCpu;
            if (isKept && FieldsOfObject(pointee.Id).Any(field => field.Kind is SpecialFieldKind.ListNode or SpecialFieldKind.TreeNode)) flags |= PointerFlags.NotOwned;
            loaded = LocalObject(pointee.Id, flags);
        }

        MayBeNull(ref loaded, acquires: false);
        return true;
    }

    /// <summary>The field that bpf_kptr_xchg changes.</summary>
    private bool CheckPointerArgument(HelperPrototype helper, int register, ref CallFacts facts)
    {
        ref readonly var state = ref Registers[register];
        bool isObject = state is { Type: RegisterType.LocalObject, Flags: PointerFlags.None };
        if (state.MaybeNull || (state.Type != RegisterType.MapValue && !isObject)) return RefuseArgument(helper, register, "map_value, ptr_", "a pointer field of a map's value or of an object");
        string owner = NameOfOwner(in state);
        if (isObject && !CheckObjectOffset(register)) return false;
        if (!state.Bits.IsConstant)
        {
            return Refuse(DiagnosticRules.SpecialField, $"R{register} doesn't have constant offset. kptr has to be at the constant offset",
                $"r{register} points into {owner} at an offset that is not constant.", register);
        }

        var fields = (isObject ? FieldsOfObject(state.Map) : FieldsOf(state.Map)).Where(field => field.Kind == SpecialFieldKind.KernelPointer && field.Tag != SpecialFields.UserTag).ToList();
        if (fields.Count == 0)
        {
            return Refuse(DiagnosticRules.SpecialField, !isObject && _maps[state.Map].ValueType is null ? $"map '{_maps[state.Map].Name}' has to have BTF in order to use bpf_kptr_xchg" : $"R{register} has no valid kptr",
                $"No pointer to an object is known in {owner}.", register, "Declare the field as struct task_struct __kptr *task;");
        }

        long at = state.Offset + (long)state.Bits.Value;
        if (fields.FirstOrDefault(field => field.Offset == at) is not { } found)
            return Refuse(DiagnosticRules.SpecialField, $"off={at} doesn't point to kptr", $"There is no pointer at byte {at} of {owner}.", register);
        if (found.Tag == UntrustedTag)
            return Refuse(DiagnosticRules.SpecialField, $"off={at} kptr isn't referenced kptr", $"The pointer at byte {at} of {owner} keeps no object.", register, "Declare it with __kptr.");
        facts.Field = found;
        if (!isObject) NoteMap(state.Map);
        if (!TryFindPointee(register, found, out var pointee)) return false;
        facts.Variable = pointee.Id;
        facts.IsOwned = pointee.IsLocal;
        return true;
    }

    /// <summary>What moves into the field: null, or what the program acquired and no longer has.</summary>
    private bool CheckMovedStructure(HelperPrototype helper, int register, ref CallFacts facts)
    {
        if (TakesNull(register)) return true;
        ref readonly var state = ref Registers[register];
        if (!RegisterTypes.HasStructure(state.Type)) return RefuseArgument(helper, register, "ptr_, trusted_ptr_, rcu_ptr_", $"a pointer to struct {facts.Field!.Structure}, or null,");
        if (state.MaybeNull)
            return Refuse(DiagnosticRules.NullCheck, $"Possibly NULL pointer passed to helper arg{register}", $"{helper.Name} takes null as a number only, and r{register} may be a pointer.", register);
        if (!CheckPointee(register, facts.Field!, new Pointee(facts.Variable, facts.IsOwned), PointerFlags.Trusted | PointerFlags.Rcu)) return false;
        int reference = state.Reference;
        if (reference == 0 || _state.References.All(held => held.Id != reference))
        {
            return Refuse(DiagnosticRules.HelperArgument, $"R{register} must be referenced when passed to release function",
                $"The map keeps what the program acquired, and r{register} was not acquired.", register, "Acquire it first, e.g. with bpf_task_acquire.");
        }

        facts.Released = reference;
        return true;
    }

    // What a map's value keeps from here on stays until the RCU section ends, where every CPU has one.
    private void KeepPerCpu(int reference)
    {
        if (reference == 0 || !IsInRcuSection) return;
        ForEachRegister((ref RegState register) =>
        {
            if (register.Reference != reference || register.Type != RegisterType.LocalObject || (register.Flags & PointerFlags.PerCpu) == 0) return;
            register.Reference = 0;
            register.Flags |= PointerFlags.Rcu;
        });
    }
}
