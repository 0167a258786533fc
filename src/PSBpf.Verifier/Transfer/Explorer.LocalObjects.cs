using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Uapi;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Transfer;

namespace PSBpf.Verifier;

/// <content>
/// Objects that the program makes, of structures of its own types. Who makes one has to give it back, or away: to a list, a tree or a map's value.
/// </content>
internal sealed partial class Explorer
{
    // What the kernel's allocator hands out for each CPU.
    private const int MostPerCpuBytes = 512;

    private IReadOnlyList<SpecialField> FieldsOfObject(int type) => _setting.SpecialStructures?.FieldsOf(type) ?? [];

    private static bool IsLock(SpecialField field) => field.Kind is SpecialFieldKind.SpinLock or SpecialFieldKind.ResilientSpinLock;

    private RegState LocalObject(int type, PointerFlags flags = PointerFlags.None, int offset = 0)
    {
        var pointer = RegState.Pointer(RegisterType.LocalObject) with { Map = type, Flags = flags, Offset = offset, KeepsId = FieldsOfObject(type).Any(IsLock) };
        if (pointer.KeepsId) pointer.Id = ++_nextId;
        return pointer;
    }

    private string NameOfObject(in RegState pointer) => _setting.OwnStructures!.NameOf(pointer.Map);

    /// <summary>A load or store through a pointer to such an object.</summary>
    private bool CheckLocalObject(int register, in RegState pointer, int offset, int size, MemoryAccess access)
    {
        string name = NameOfObject(in pointer);
        int at = pointer.Offset + offset;
        if (at < 0) return RefuseStructure(register, name, $"invalid negative access: off={at}", $"r{register} points {-at} bytes before the object.");
        if (!pointer.Bits.IsConstant || pointer.Bits.Value != 0)
            return RefuseStructure(register, name, $"invalid variable offset: off={at}, var_off={pointer.Bits}", $"Objects are accessed at offsets that are known when the program is loaded; r{register}'s is not.");
        if ((pointer.Flags & PointerFlags.PerCpu) != 0) return RefuseStructure(register, name, $"access percpu memory: off={at}", $"r{register} stands for one object of each CPU; get one with bpf_per_cpu_ptr or bpf_this_cpu_ptr.");
        bool isThere = (pointer.Flags & PointerFlags.Untrusted) == 0;
        if (access == MemoryAccess.Write && !isThere) return Refuse(DiagnosticRules.ReadOnlyMemory, "only read is supported", $"r{register} points to an object that may be gone, which may only be read.", register);
        foreach (var field in FieldsOfObject(pointer.Map))
        {
            if (!isThere || at >= field.End || at + size <= field.Offset) continue;
            return Refuse(DiagnosticRules.SpecialField, $"direct access to {field.Name} is disallowed",
                $"Bytes {field.Offset} to {field.End - 1} of struct {name} are a {(field.Kind == SpecialFieldKind.KernelPointer ? "pointer that only bpf_kptr_xchg" : $"struct {field.Name}, which only its functions")} may touch.", register);
        }

        var place = _setting.OwnStructures!.Access(pointer.Map, at, size);
        if (place.Kind == PlaceKind.Refused) return Refuse(DiagnosticRules.MemoryBounds, place.Message, $"{size} bytes at offset {at} of struct {name} are no field, or more than one.", register);
        if (isThere || place.Kind is not (PlaceKind.StructurePointer or PlaceKind.Pointer)) return true;
        return Refuse(DiagnosticRules.NotJudged, "pointers in objects that may be gone are not judged", $"A pointer is loaded from an object of struct {name} that may be gone.", register);
    }

    /// <summary>The structure that an object is made of, by its number in the program's types.</summary>
    private bool CheckMadeStructure(KfuncPrototype kfunc, int register, ref CallFacts facts)
    {
        ref readonly var state = ref Registers[register];
        if (!state.IsScalar) return Refuse(DiagnosticRules.HelperArgument, $"R{register} is not a scalar", $"{kfunc.Name} takes the number of a type in r{register}, which is a {state.TypeName}.", register);
        if (!state.IsConstant) return Refuse(DiagnosticRules.HelperArgument, $"R{register} must be a known constant", $"{kfunc.Name} takes the number of a type that is known when the program is loaded.", register);
        _precision.Mark(_state, register);
        ulong id = state.Bits.Value;
        if (id > uint.MaxValue) return Refuse(DiagnosticRules.HelperArgument, "local type ID argument must be in range [0, U32_MAX]", $"{(long)id} is no type's number.", register);
        if (_spec.Btf is not { } types || _setting.SpecialStructures!.Problem is not null)
        {
            return Refuse(DiagnosticRules.HelperArgument, "bpf_obj_new/bpf_percpu_obj_new requires prog BTF",
                _spec.Btf is null ? "Which structure an object has is known from type information only, and the program comes without." : $"Linux does not take the program's types: {_setting.SpecialStructures!.Problem}.", register,
                _spec.Btf is null ? "Compile with -g." : "");
        }

        if (!TypesAreTaken(register)) return false;
        if (id >= (ulong)types.Count || types[(int)id] is not BtfStruct { IsUnion: false } structure)
            return Refuse(DiagnosticRules.HelperArgument, "bpf_obj_new/bpf_percpu_obj_new type ID argument must be of a struct", $"Type {id} of the program is no structure.", register, "Call it as bpf_obj_new(typeof(struct …)).");
        facts.Variable = structure.Id;
        return kfunc.Returns != KfuncReturn.PerCpuObjectOrNull || CheckPerCpuStructure(types, structure, register);
    }

    private bool CheckPerCpuStructure(BtfTypeSet types, BtfStruct structure, int register)
    {
        if (structure.Size == 0) return Refuse(DiagnosticRules.HelperArgument, "bpf_percpu_obj_new type size (0) is not allowed", $"struct {structure.Name} has no bytes.", register);
        if (structure.Size > MostPerCpuBytes)
            return Refuse(DiagnosticRules.HelperArgument, $"bpf_percpu_obj_new type size ({structure.Size}) is greater than {MostPerCpuBytes}", $"struct {structure.Name} has {structure.Size} bytes.", register);
        if (!IsPlain(types, structure, 0))
            return Refuse(DiagnosticRules.HelperArgument, "bpf_percpu_obj_new type ID argument must be of a struct of scalars", $"struct {structure.Name} has members that are neither numbers nor structures of numbers.", register);
        if (FieldsOfObject(structure.Id).Count == 0) return true;
        return Refuse(DiagnosticRules.HelperArgument, "bpf_percpu_obj_new type ID argument must not contain special fields", $"struct {structure.Name} has a field that only its functions touch.", register);
    }

    // Structures of numbers, to the depth that the kernel looks.
    private static bool IsPlain(BtfTypeSet types, BtfStruct structure, int depth)
    {
        const int maxDepth = 4;
        if (depth >= maxDepth) return false;
        foreach (var member in structure.Members)
        {
            var type = types.Resolve(types[member.TypeId]);
            while (type is BtfArray array) type = types.Resolve(types[array.ElementId]);
            if (type is BtfInt or BtfEnumType || (type is BtfStruct { IsUnion: false } inner && IsPlain(types, inner, depth + 1))) continue;
            return false;
        }

        return true;
    }

    /// <summary>An object that is given back.</summary>
    private bool CheckDroppedObject(KfuncPrototype kfunc, int index, ref CallFacts facts)
    {
        int register = index + 1;
        if (!IsThere(kfunc, index)) return false;
        ref readonly var state = ref Registers[register];
        if (!IsTrusted(in state) && !(state.Flags == PointerFlags.PerCpu && state.Reference != 0))
            return Refuse(DiagnosticRules.HelperArgument, $"R{register} must be referenced or trusted", $"{kfunc.Name} takes an object that is known to be there, and nothing vouches for r{register}.", register);
        bool wantsPerCpu = kfunc.Arguments[index] == KfuncArgument.PerCpuObject;
        if (!CheckObjectOffset(register, releases: true)) return false;
        if (state.Type != RegisterType.LocalObject || state.Flags is not (PointerFlags.None or PointerFlags.PerCpu))
            return Refuse(DiagnosticRules.HelperArgument, $"arg#{index} expected pointer to allocated object", $"{kfunc.Name} takes an object that the program made in r{register}, which is a {state.TypeName}.", register);
        if ((state.Flags == PointerFlags.PerCpu) != wantsPerCpu)
        {
            return Refuse(DiagnosticRules.HelperArgument, $"arg#{index} expected for {(wantsPerCpu ? "bpf_obj_drop_impl()" : "bpf_percpu_obj_drop_impl()")}",
                $"What {(wantsPerCpu ? "bpf_obj_new" : "bpf_percpu_obj_new")} made is given back by {(wantsPerCpu ? "bpf_obj_drop" : "bpf_percpu_obj_drop")}.", register);
        }

        if (state.Reference == 0) return RefuseUnowned(register);
        facts.Released = state.Reference;
        return true;
    }

    private bool RefuseUnowned(int register) =>
        Refuse(DiagnosticRules.HelperArgument, "allocated object must be referenced", $"The program does not own what r{register} points to.", register, "Take it out of the list or tree first.");

    private bool IsThere(KfuncPrototype kfunc, int index)
    {
        int register = index + 1;
        if (!Registers[register].MaybeNull && !TakesNull(register)) return true;
        return Refuse(DiagnosticRules.NullCheck, $"Possibly NULL pointer passed to trusted arg{index}", $"{kfunc.Name} takes an object in r{register}, which may be null here.", register);
    }

    // Where in it a pointer points has to be known.
    private bool CheckObjectOffset(int register, bool releases = false)
    {
        ref readonly var state = ref Registers[register];
        if (!RegisterTypes.HasStructure(state.Type)) return true;
        if (state.MaybeNull && state.Offset != 0)
            return Refuse(DiagnosticRules.NullCheck, $"dereference of modified {state.TypeName} ptr R{register} off={state.Offset} disallowed", $"r{register} may be null.", register);
        if (releases && state.Reference != 0 && state.Offset != 0)
        {
            return Refuse(DiagnosticRules.HelperArgument, $"R{register} must have zero offset when passed to release func or trusted arg to kfunc",
                $"What is given back is the object, and r{register} points into it.", register, "Subtract the member's offset first: container_of does.");
        }

        return CheckStructureOffset(register, in state);
    }

    /// <summary>An object that another owner is found for (bpf_refcount_acquire).</summary>
    private bool CheckSharedObject(KfuncPrototype kfunc, int index, ref CallFacts facts)
    {
        int register = index + 1;
        if (!IsThere(kfunc, index) || !CheckObjectOffset(register)) return false;
        ref readonly var state = ref Registers[register];
        if (state.Type != RegisterType.LocalObject || (state.Flags & PointerFlags.Untrusted) != 0)
            return Refuse(DiagnosticRules.HelperArgument, $"arg#{index} is neither owning or non-owning ref", $"{kfunc.Name} takes an object that the program made in r{register}, which is a {state.TypeName}.", register);
        int counts = FieldsOfObject(state.Map).Count(field => field.Kind == SpecialFieldKind.ReferenceCount);
        if (counts > 1) return Refuse(DiagnosticRules.NotJudged, "several bpf_refcount are not judged", $"struct {NameOfObject(in state)} has {counts} fields of type struct bpf_refcount.", register);
        if (counts == 0)
        {
            return Refuse(DiagnosticRules.HelperArgument, $"arg#{index} doesn't point to a type with bpf_refcount field", $"struct {NameOfObject(in state)} has no struct bpf_refcount: it has one owner.", register,
                "Add a member struct bpf_refcount.");
        }

        facts.Variable = state.Map;
        facts.IsOwned = (state.Flags & PointerFlags.NotOwned) == 0;
        return true;
    }

    /// <summary>Makes r0 an object that the program owns from here on.</summary>
    private void SetOwned(int type, PointerFlags flags, int offset, bool mayBeNull)
    {
        Registers[0] = LocalObject(type, flags, offset);
        if (mayBeNull)
        {
            MayBeNull(ref Registers[0], acquires: true);
            return;
        }

        Registers[0].Reference = ++_nextId;
        _state.References.Add((_nextId, _pc));
    }
}
