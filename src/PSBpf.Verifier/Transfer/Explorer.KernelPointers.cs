using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Targets;
using PSBpf.Uapi;
using PSBpf.Verifier.Cfg;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Transfer;

namespace PSBpf.Verifier;

/// <content>Pointers into the kernel's memory: where they come from, what they lead to, and who takes them.</content>
internal sealed partial class Explorer
{
    // What each instruction accessed memory through first.
    private readonly (RegisterType Type, PointerFlags Flags)[] _accessedBy;

    // Whether what runs may sleep: callbacks that run later do or do not, whatever their program may.
    private bool MaySleep => Start.Row is { } row ? row.MaySleep : _setting.MaySleep;

    // What does not sleep runs within an RCU section.
    private bool IsInRcuSection => !MaySleep || _state.RcuLocks > 0 || _state.IsLocked;

    private static RegState KernelPointer(int structure, PointerFlags flags) => RegState.Pointer(RegisterType.KernelStructure) with { Map = structure, Flags = flags };

    private static RegState KernelMemory(int size, PointerFlags flags) => RegState.Pointer(RegisterType.KernelMemory) with { Range = size, Flags = flags };

    // What is known not to be null without a check.
    private static bool IsNeverNull(in RegState pointer) => pointer.Type switch
    {
        RegisterType.KernelStructure or RegisterType.LocalObject => IsTrusted(in pointer),
        RegisterType.KernelMemory => (pointer.Flags & PointerFlags.Untrusted) == 0,
        _ => false,
    };

    private static bool IsTrusted(in RegState pointer) => pointer.Reference != 0 || pointer.Flags == PointerFlags.Trusted
        || (pointer.Type == RegisterType.LocalObject && (pointer.Flags & ~PointerFlags.NotOwned) == 0);

    /// <summary>A read of the context of a program whose context is what its target has as parameters.</summary>
    private bool CheckParameter(AttachPoint point, int offset, int size, MemoryAccess access, ref RegState loaded)
    {
        if (offset < 0 || offset >= _context.Size || access == MemoryAccess.Write || offset % size != 0)
            return RefuseContext(offset, size, access == MemoryAccess.Write ? "The parameters of what the program attaches to may not be written." : $"Parameters are at multiples of 8, up to {_context.Size}.");
        if (offset % sizeof(ulong) != 0) return RefuseParameter(point, offset, size, $"offset {offset} is not multiple of 8", "Each parameter begins at a multiple of 8.");
        int index = point.ParameterAt(offset);
        bool isResult = index == point.ParameterCount && _spec.ExpectedAttachType is AttachType.TraceFexit or AttachType.ModifyReturn or AttachType.LsmMac or AttachType.LsmCgroup;
        if (index >= point.ParameterCount && !isResult)
            return RefuseParameter(point, offset, size, $"doesn't have {index + 1}-th argument", $"'{point.Name}' has {point.ParameterCount} parameters, which begin at offset 0, eight bytes each.");
        var declared = isResult ? point.Result : point.Parameter(index);
        var type = point.Types.Resolve(declared);
        if (isResult && _spec.ExpectedAttachType == AttachType.ModifyReturn && type is not BtfInt { Size: <= 8 })
            return RefuseParameter(point, offset, size, $"ret type {point.Types.Declare(type)} not allowed for fmod_ret", $"'{point.Name}' does not return a number.");
        if (type is BtfInt { Size: <= 8 } or BtfEnumType or BtfStruct) return true;
        if (type is not BtfReference { ReferenceKind: BtfKind.Pointer } pointer)
            return RefuseParameter(point, offset, size, $"arg{index} has type {point.Types.Declare(type)}. Only pointer access is allowed", "It is neither a number nor a pointer.");
        if (size != sizeof(ulong)) return RefuseParameter(point, offset, size, $"size {size} must be 8", "A pointer is read whole.");
        var what = isResult ? AttachArgument.None : point.ArgumentAt(index);
        if ((what & AttachArgument.Buffer) != 0)
        {
            loaded = RegState.Pointer(RegisterType.KernelBuffer) with { Flags = what.HasFlag(AttachArgument.ReadOnlyBuffer) ? PointerFlags.ReadOnly : PointerFlags.None };
            if ((what & AttachArgument.MaybeNull) != 0) MayBeNull(ref loaded, acquires: false);
            return true;
        }

        var pointee = point.Types.Resolve(point.Types[pointer.TargetId]);
        if (pointee is BtfVoid or BtfInt) return true;
        if (pointee is not BtfStruct)
            return RefuseParameter(point, offset, size, $"arg{index} type {point.Types.Declare(pointee)} is not a struct", $"It is a pointer to {point.Types.Declare(pointee)}; only pointers to structures, numbers and void are handed out.");
        var flags = (what & AttachArgument.Trusted) != 0 ? PointerFlags.Trusted : PointerFlags.None;
        if (point.Types[pointer.TargetId] is BtfReference { ReferenceKind: BtfKind.TypeTag, Name: "user" }) flags |= PointerFlags.User;
        if (point.Types[pointer.TargetId] is BtfReference { ReferenceKind: BtfKind.TypeTag, Name: "percpu" }) flags |= PointerFlags.PerCpu;
        loaded = KernelPointer(point.Narrow(pointee).Id, flags);
        if ((what & AttachArgument.MaybeNull) != 0) MayBeNull(ref loaded, acquires: false);
        return true;
    }

    private bool RefuseParameter(AttachPoint point, int offset, int size, string message, string reason) => Refuse(DiagnosticRules.ContextAccess,
        $"func '{point.Name}' {message}\ninvalid bpf_context access off={offset} size={size}", reason);

    // A structure of the kernel that a context hands out, by its name.
    private bool LoadNamedStructure(string name, ref RegState loaded)
    {
        if (!TryFindStructure(name, out int id)) return false;
        loaded = KernelPointer(id, PointerFlags.Trusted);
        return true;
    }

    private bool TryFindStructure(string name, out int id)
    {
        id = 0;
        if (_setting.Structures is not { } structures)
        {
            return Refuse(DiagnosticRules.KernelTypesMissing, $"failed to find kernel BTF type ID of '{name}'",
                $"A pointer to struct {name} is used here, which only a kernel's type information describes, and no kernel's is known here.");
        }

        if (structures.Types.Find(BtfKind.Struct, name) is not { } found)
            return Refuse(DiagnosticRules.NotJudged, $"failed to find kernel BTF type ID of '{name}'", $"The kernel that the program is for has no struct {name}.");
        id = found.Id;
        return true;
    }

    /// <summary>A load or store through a pointer to a structure of the kernel.</summary>
    private bool CheckKernelStructure(int register, in RegState pointer, int offset, int size, MemoryAccess access, ref RegState loaded)
    {
        if (_setting.Structures is not { } structures) return RefuseAccess(register, in pointer);
        string name = structures.NameOf(pointer.Map);
        int at = pointer.Offset + offset;
        if (!_spec.HasGplLicense)
        {
            return Refuse(DiagnosticRules.GplOnly, $"Cannot access kernel 'struct {name}' from non-GPL compatible program",
                $"Structures of the kernel may be read by programs with a GPL-compatible licence only; this one has '{_spec.License}'.", register);
        }

        if (at < 0) return RefuseStructure(register, name, $"invalid negative access: off={at}", $"r{register} points {-at} bytes before the structure.");
        if (!pointer.Bits.IsConstant || pointer.Bits.Value != 0)
            return RefuseStructure(register, name, $"invalid variable offset: off={at}, var_off={pointer.Bits}", $"Structures are accessed at offsets that are known when the program is loaded; r{register}'s is not.");
        if ((pointer.Flags & PointerFlags.User) != 0) return RefuseStructure(register, name, $"access user memory: off={at}", $"r{register} points to user space's memory; read it with bpf_probe_read_user.");
        if ((pointer.Flags & PointerFlags.PerCpu) != 0) return RefuseStructure(register, name, $"access percpu memory: off={at}", $"r{register} stands for one variable of each CPU; get one with bpf_per_cpu_ptr or bpf_this_cpu_ptr.");
        if (access == MemoryAccess.Write && _setting.Attach is { Operations: { } table } point && name == table.Writable.Structure) return CheckMemberWrite(point, register, name, structures.Types[pointer.Map], at, size);
        if (access == MemoryAccess.Write) return Refuse(DiagnosticRules.ReadOnlyMemory, "only read is supported", $"r{register} points to struct {name}, which programs may only read.", register);
        var place = structures.Access(pointer.Map, at, size);
        switch (place.Kind)
        {
            case PlaceKind.Refused:
                return Refuse(DiagnosticRules.MemoryBounds, place.Message, $"{size} bytes at offset {at} of struct {name} are no field, or more than one.", register);
            case PlaceKind.StructurePointer:
                var (flags, mayBeNull) = TrustIn(structures, in pointer, place);
                loaded = KernelPointer(place.TypeId, flags);
                if (mayBeNull) MayBeNull(ref loaded, acquires: false);
                return true;
            case PlaceKind.Pointer when (place.Flags & (PointerFlags.User | PointerFlags.PerCpu)) == 0:
                loaded = KernelMemory(0, PointerFlags.Untrusted | PointerFlags.ReadOnly);
                return true;
            default: return true;
        }
    }

    // Programs that stand in for functions of a subsystem may write what that allows.
    private bool CheckMemberWrite(AttachPoint point, int register, string name, BtfType structure, int offset, int size)
    {
        int end = point.WritableUntil(structure, offset);
        if (end == 0) return Refuse(DiagnosticRules.ReadOnlyMemory, $"no write support to {name} at off {offset}", $"Programs may not write struct {name} at offset {offset}.", register);
        if (offset + size <= end) return true;
        return Refuse(DiagnosticRules.MemoryBounds, $"write access at off {offset} with size {size} beyond the member of {name} ended at {end}", $"{size} bytes at offset {offset} of struct {name} are more than the member.", register);
    }

    private bool RefuseStructure(int register, string name, string message, string reason) =>
        Refuse(DiagnosticRules.MemoryBounds, $"R{register} is ptr_{name} {message}", reason, register);

    // How much a pointer that was found in a structure is worth depends on the pointer to the structure, and on the kernel's lists.
    private (PointerFlags Flags, bool MayBeNull) TrustIn(StructureWalk structures, in RegState owner, Place place)
    {
        const PointerFlags kept = PointerFlags.Untrusted | PointerFlags.User | PointerFlags.PerCpu;
        int structure = owner.Map;
        bool Listed(string ending) => structures.IsListed(structure, place.Member, place.TypeId, ending);
        if ((owner.Flags & PointerFlags.Untrusted) != 0) return (PointerFlags.Untrusted, false);
        if (!IsTrusted(in owner) && (owner.Flags & PointerFlags.Rcu) == 0) return (place.Flags & kept, false);
        if (Listed("__safe_trusted")) return (place.Flags | PointerFlags.Trusted, false);
        if (Listed("__safe_trusted_or_null")) return (place.Flags | PointerFlags.Trusted, true);
        if (!IsInRcuSection) return (PointerFlags.Untrusted, false);
        if (Listed("__safe_rcu")) return (place.Flags | PointerFlags.Rcu, false);
        bool listed = Listed("__safe_rcu_or_null");
        if (listed || (place.Flags & PointerFlags.Rcu) != 0) return ((listed ? place.Flags & ~PointerFlags.Untrusted : place.Flags) | PointerFlags.Rcu, true);
        return (place.Flags & kept, false);
    }

    /// <summary>
    /// What an instruction does with the context, a socket or a structure of the kernel depends on what it accesses, so it accesses the same on every path. Loads
    /// may be through pointers that are vouched for differently: they are then taken as if nothing was.
    /// </summary>
    private bool CheckSamePointer(int register, in RegState pointer, bool merges)
    {
        ref var before = ref _accessedBy[_pc];
        var now = (pointer.Type, pointer.Flags);
        if (before.Type == RegisterType.Uninitialized || before == now)
        {
            before = now;
            return true;
        }

        if (!IsPeculiar(now.Type) && !IsPeculiar(before.Type)) return true;
        if (merges && IsFaulting(now.Type) && IsFaulting(before.Type)) return true;
        return Refuse(DiagnosticRules.ContextAccess, "same insn cannot be used with different pointers",
            $"r{register} is a {pointer.TypeName} here, and on another path something else; what this instruction does depends on which.", register);

        static bool IsPeculiar(RegisterType type) => type is RegisterType.Context or RegisterType.Arena || RegisterTypes.HasStructure(type) || RegisterTypes.IsSocket(type);
        static bool IsFaulting(RegisterType type) => type is RegisterType.KernelMemory || RegisterTypes.HasStructure(type);
    }

    /// <summary>A load or store through a pointer to other memory of the kernel.</summary>
    private bool CheckKernelMemory(int register, in RegState pointer, int offset, long size, MemoryAccess access)
    {
        if (access == MemoryAccess.Write && (pointer.Flags & PointerFlags.ReadOnly) != 0)
            return Refuse(DiagnosticRules.ReadOnlyMemory, $"R{register} cannot write into {pointer.TypeName}", $"r{register} points to memory of the kernel that programs may only read.", register);
        // Loads through what nothing vouches for may fault anyway.
        if ((pointer.Flags & PointerFlags.Untrusted) != 0) return true;
        return CheckRegion(register, in pointer, offset, size, pointer.Range, DiagnosticRules.MemoryBounds,
            (at, limit) => $"invalid access to memory, mem_size={limit} off={at} size={size}", "the kernel's variable");
    }

    /// <summary>A load or store through a buffer of a tracepoint or an iterator. How large it is is known when the program is attached.</summary>
    private bool CheckKernelBuffer(int register, in RegState pointer, int offset, long size, MemoryAccess access)
    {
        bool readOnly = (pointer.Flags & PointerFlags.ReadOnly) != 0;
        if (access == MemoryAccess.Write && readOnly)
            return Refuse(DiagnosticRules.ReadOnlyMemory, $"R{register} cannot write into {pointer.TypeName}", $"r{register} points to a key, which programs may only read.", register);
        string kind = pointer.Type == RegisterType.TracepointBuffer ? "tracepoint" : readOnly ? "rdonly" : "rdwr";
        if (pointer.Offset + offset < 0)
        {
            return Refuse(DiagnosticRules.MemoryBounds, $"R{register} invalid {kind} buffer access: off={pointer.Offset + offset}, size={size}",
                $"r{register} points before the buffer.", register);
        }

        if (pointer.Bits.IsConstant && pointer.Bits.Value == 0) return true;
        return Refuse(DiagnosticRules.MemoryBounds, $"R{register} invalid variable buffer offset: off={pointer.Offset + offset}, var_off={pointer.Bits}",
            $"The buffer is accessed at offsets that are known when the program is loaded; r{register}'s is not.", register);
    }

    /// <summary>The address of a variable of the kernel, from a 64-bit immediate that names it by its type's id.</summary>
    private bool LoadKernelVariable(in DecodedInstruction instruction)
    {
        // That it can be resolved was found out before exploring.
        _ = KernelVariables.Find(_spec, _setting, _pc, in instruction, out Registers[instruction.Destination]);
        return Next(2);
    }

    /// <summary>Whether what the program attaches to allows a helper that its type allows.</summary>
    private bool IsAllowedAt(HelperPrototype helper)
    {
        if (_setting.Attach is not { } point || AttachHelpers.IsAllowed(helper, _spec, point.Name)) return true;
        return Refuse(DiagnosticRules.HelperNotAllowed, $"program of this type cannot use helper {helper.Name}#{helper.Id}",
            $"Programs that attach to '{point.Name}' may not call {helper.Name}, or are not known to be allowed to.");
    }

    /// <summary>An argument that is a pointer to a structure of the kernel.</summary>
    /// <param name="helper">The helper.</param>
    /// <param name="register">Where it is passed.</param>
    /// <param name="wanted">Name of the structure.</param>
    /// <param name="mayBeNull">Whether the helper takes null.</param>
    /// <param name="mayBeRcu">Whether the helper takes what only the RCU section keeps.</param>
    private bool CheckStructureArgument(HelperPrototype helper, int register, string wanted, bool mayBeNull, bool mayBeRcu = true)
    {
        if (mayBeNull && TakesNull(register)) return true;
        ref readonly var state = ref Registers[register];
        bool fits = state.Type == RegisterType.KernelStructure && (mayBeNull || !state.MaybeNull)
            && (state.Flags is PointerFlags.None or PointerFlags.Trusted || (mayBeRcu && state.Flags == PointerFlags.Rcu));
        if (!fits) return RefuseArgument(helper, register, mayBeRcu ? "ptr_, trusted_ptr_, rcu_ptr_" : "sock_common, sock, tcp_sock, xdp_sock, ptr_, trusted_ptr_", $"a pointer to struct {wanted}");
        if (!CheckStructureOffset(register, in state)) return false;
        if (!TryFindStructure(wanted, out int id)) return false;
        var structures = _setting.Structures!;
        if (structures.Contains(state.Map, state.Offset, id)) return true;
        string name = structures.NameOf(state.Map);
        return Refuse(DiagnosticRules.HelperArgument, $"R{register} is of type {name} but {wanted} is expected",
            $"{helper.Name} takes a pointer to struct {wanted} in r{register}, which points {(state.Offset == 0 ? "to" : $"{state.Offset} bytes into")} struct {name}.", register);
    }

    private bool CheckStructureOffset(int register, in RegState state)
    {
        if (!state.Bits.IsConstant || state.Bits.Value != 0)
        {
            return Refuse(DiagnosticRules.HelperArgument, $"variable {state.TypeName} access var_off={state.Bits} disallowed",
                $"r{register} is a structure's address plus an offset that is not constant.", register);
        }

        if (state.Offset >= 0) return true;
        return Refuse(DiagnosticRules.HelperArgument, $"negative offset {state.TypeName} ptr R{register} off={state.Offset} disallowed", $"r{register} points before the structure.", register);
    }

    /// <summary>Memory that is read of a structure of the kernel.</summary>
    private bool CheckStructureMemory(HelperPrototype helper, ArgumentKind kind, int register, long size)
    {
        ref readonly var state = ref Registers[register];
        if (state.Flags != PointerFlags.Trusted) return RefuseArgument(helper, register, MemoryKinds, "memory");
        if (kind is not (ArgumentKind.Memory or ArgumentKind.MemoryOrNull or ArgumentKind.FixedMemory) || size is 0 or > int.MaxValue)
        {
            return Refuse(DiagnosticRules.HelperArgument, $"{helper.Name}() may write into memory pointed by R{register} type={state.TypeName}",
                $"{helper.Name} is given a structure of the kernel in r{register}, which is taken only where a helper reads a number of bytes that is not zero.", register);
        }

        var ignored = default(RegState);
        return CheckStructureOffset(register, in state) && CheckKernelStructure(register, in state, 0, (int)size, MemoryAccess.Read, ref ignored);
    }

    /// <summary>What a helper returns that is a pointer into the kernel's memory.</summary>
    private bool SetKernelResult(HelperPrototype helper, in CallFacts facts)
    {
        switch (helper.Return)
        {
            case ReturnKind.Structure or ReturnKind.StructureOrNull:
                if (!TryFindStructure(helper.ReturnedStructure, out int id)) return false;
                // The current task is there as long as it runs.
                Registers[0] = KernelPointer(id, helper.ReturnsTrusted ? PointerFlags.Trusted : PointerFlags.None);
                if (helper.Return == ReturnKind.StructureOrNull) MayBeNull(ref Registers[0], acquires: false);
                // A socket that was cast lives as long as the socket does.
                if (facts.Reference != 0 && helper.KeepsReference) Registers[0].Reference = facts.Reference;
                return true;
            case var _ when facts.IsOwned:
                Registers[0] = LocalObject(facts.Variable, PointerFlags.Rcu);
                return true;
            default:
                var structures = _setting.Structures!;
                var type = structures.Resolve(facts.Variable);
                Registers[0] = type is BtfStruct ? KernelPointer(type.Id, PointerFlags.None) : KernelMemory(structures.Types.SizeOf(type), PointerFlags.ReadOnly);
                if (helper.Return == ReturnKind.PerCpuVariableOrNull) MayBeNull(ref Registers[0], acquires: false);
                return true;
        }
    }

    private bool CheckPerCpuArgument(HelperPrototype helper, int register, ref CallFacts facts)
    {
        ref readonly var state = ref Registers[register];
        bool isObject = state.Type == RegisterType.LocalObject && state.Flags == (PointerFlags.PerCpu | PointerFlags.Rcu);
        bool fits = !state.MaybeNull && (isObject || (state.Type == RegisterType.KernelStructure && state.Flags is PointerFlags.PerCpu or (PointerFlags.PerCpu | PointerFlags.Rcu) or (PointerFlags.PerCpu | PointerFlags.Trusted)));
        if (!fits) return RefuseArgument(helper, register, "percpu_ptr_, percpu_rcu_ptr_, percpu_trusted_ptr_", "a per-CPU variable of the kernel");
        if (state.Offset != 0 || !state.Bits.IsConstant || state.Bits.Value != 0)
            return Refuse(DiagnosticRules.HelperArgument, $"dereference of modified {state.TypeName} ptr R{register} off={state.Offset} disallowed", $"{helper.Name} takes the variable's address as it is; r{register} was moved.", register);
        facts.Variable = state.Map;
        facts.IsOwned = isObject;
        return true;
    }
}
