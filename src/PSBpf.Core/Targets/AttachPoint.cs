using PSBpf.Btf;
using PSBpf.CoRe;
using PSBpf.Uapi;

namespace PSBpf.Targets;

/// <summary>
/// Where a program attaches, as the types of the kernel describe it: a function, a tracepoint, an LSM hook or an iterator. Its
/// parameters are the program's context: eight bytes for each, structures by value more.
/// </summary>
public sealed class AttachPoint
{
    private readonly AttachType _attach;
    private readonly ProgramType _type;
    // Parameters that are no program's business: a tracepoint's first.
    private readonly int _hidden;
    private readonly BtfFunctionPrototype _prototype;

    /// <summary>For struct_ops: the structure, and what its subsystem adds; null for what is not known.</summary>
    public OperationTable? Operations { get; private init; }

    /// <summary>For struct_ops: id of the structure's type; 0 otherwise.</summary>
    public int StructureId { get; private init; }

    /// <summary>For struct_ops: index of the member that the program stands in for, which bpf(2) takes as attach type.</summary>
    public int MemberIndex { get; private init; }

    private AttachPoint(string name, ProgramType type, AttachType attach, BtfTypeSet types, BtfFunctionPrototype prototype)
    {
        Name = name;
        _type = type;
        _attach = attach;
        Types = types;
        _prototype = prototype;
        _hidden = type == ProgramType.Tracing && attach == AttachType.TraceRawTp ? 1 : 0;
    }

    /// <summary>The target as the section names it, e.g. <c>sched_switch</c>.</summary>
    public string Name { get; }

    /// <summary>The types that its parameters are of: the kernel's, or those of the module that has it.</summary>
    public BtfTypeSet Types { get; }

    /// <summary>Number of parameters that a program sees.</summary>
    public int ParameterCount => Math.Max(0, _prototype.Parameters.Count - _hidden);

    /// <summary>What it returns.</summary>
    public BtfType Result => Types[_prototype.ReturnId];

    /// <summary>How the kernel's types name what programs of a type attach to; null for types that attach to nothing that has a type.</summary>
    public static (BtfKind Kind, string Prefix)? NameOf(ProgramType type, AttachType attach) => (type, attach) switch
    {
        (ProgramType.Tracing, AttachType.TraceRawTp) => (BtfKind.Typedef, "btf_trace_"),
        (ProgramType.Tracing, AttachType.TraceIter) => (BtfKind.Function, "bpf_iter_"),
        (ProgramType.Tracing, _) => (BtfKind.Function, ""),
        (ProgramType.Lsm, _) => (BtfKind.Function, "bpf_lsm_"),
        (ProgramType.StructOps, _) => (BtfKind.Struct, ""),
        _ => null,
    };

    /// <summary>Whether an iterator of that name is known.</summary>
    public static bool IsIterator(string name) => AttachArguments.IsIterator(name);

    /// <summary>Finds a program's target.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="type">The program's type.</param>
    /// <param name="attach">Its attach type.</param>
    /// <param name="name">What its section names; for struct_ops the structure's name, a slash and the member's.</param>
    /// <returns>Null when the kernel has no such target.</returns>
    public static AttachPoint? Find(CoreTarget kernel, ProgramType type, AttachType attach, string name)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentNullException.ThrowIfNull(name);
        if (NameOf(type, attach) is not var (kind, prefix)) return null;
        if (type == ProgramType.StructOps) return FindMember(kernel.Types, name);
        foreach (var types in kernel.Types.Find(kind, prefix + name) is not null ? [kernel.Types] : kernel.Modules)
        {
            if (types.Find(kind, prefix + name) is not BtfReference target) continue;
            var described = types[target.TargetId];
            if (kind == BtfKind.Typedef && described is BtfReference { ReferenceKind: BtfKind.Pointer } pointer) described = types[pointer.TargetId];
            return described is BtfFunctionPrototype prototype ? new AttachPoint(name, type, attach, types, prototype) : null;
        }

        return null;
    }

    /// <summary>What a parameter that points to a structure points to in truth.</summary>
    public BtfType Narrow(BtfType structure)
    {
        ArgumentNullException.ThrowIfNull(structure);
        return Operations is { } table && table.Narrowed.TryGetValue(structure.Name, out string? name) ? Types.Find(BtfKind.Struct, name) ?? structure : structure;
    }

    /// <summary>Where a member that programs may write ends.</summary>
    /// <param name="structure">The structure that is written.</param>
    /// <param name="offset">Where.</param>
    /// <returns>The first byte after the member; 0 when none may be written there.</returns>
    public int WritableUntil(BtfType structure, int offset)
    {
        ArgumentNullException.ThrowIfNull(structure);
        if (Operations is not { } table || structure.Name != table.Writable.Structure) return 0;
        foreach (string path in table.Writable.Members)
        {
            BtfType type = structure;
            int start = 0;
            foreach (string name in path.TrimStart('*').Split('.'))
            {
                if (!Types.TryFindMember(type, name, out var member, out int bits)) return 0;
                start += bits / 8;
                type = Types[member.TypeId];
            }

            int end = start + Types.SizeOf(type);
            if (offset == start || (path[0] == '*' && offset >= start && offset < end)) return end;
        }

        return 0;
    }

    /// <summary>The type of a parameter that a program sees.</summary>
    /// <param name="index">Counted from 0.</param>
    public BtfType Parameter(int index) => Types[_prototype.Parameters[_hidden + index].TypeId];

    /// <summary>The parameter that an offset of the context belongs to; the number of parameters for what the function returned, more for nothing.</summary>
    public int ParameterAt(int offset)
    {
        int end = 0;
        for (int index = 0; index < _prototype.Parameters.Count; index++)
        {
            end += Bytes(Types[_prototype.Parameters[index].TypeId]);
            if (offset < end) return index;
        }

        return offset < end + Bytes(Result) ? _prototype.Parameters.Count : _prototype.Parameters.Count + 1;
    }

    /// <summary>What a pointer parameter is to the program.</summary>
    /// <param name="index">Counted from 0.</param>
    public AttachArgument ArgumentAt(int index) => (_type, _attach) switch
    {
        (ProgramType.Tracing, AttachType.TraceRawTp) => AttachArguments.OfTracepoint(Name, index) | (IsMarkedNullable(index) ? AttachArgument.MaybeNull : AttachArgument.None),
        (ProgramType.Tracing, AttachType.TraceIter) => AttachArguments.OfIterator(Name, index),
        (ProgramType.StructOps, _) => AttachArgument.Trusted,
        (ProgramType.Lsm, _) when index < ParameterCount => LsmHooks.IsTrusted(Name) ? AttachArgument.Trusted : AttachArgument.None,
        _ => AttachArgument.None,
    };

    private static AttachPoint? FindMember(BtfTypeSet types, string name)
    {
        string[] path = name.Split('/');
        if (path.Length != 2 || types.Find(BtfKind.Struct, path[0]) is not BtfStruct structure) return null;
        for (int index = 0; index < structure.Members.Count; index++)
        {
            if (structure.Members[index].Name != path[1]) continue;
            if (types.Resolve(types[structure.Members[index].TypeId]) is not BtfReference { ReferenceKind: BtfKind.Pointer } pointer || types.Resolve(types[pointer.TargetId]) is not BtfFunctionPrototype prototype) return null;
            return new AttachPoint(path[1], ProgramType.StructOps, default, types, prototype) { Operations = OperationTable.Find(path[0]), StructureId = structure.Id, MemberIndex = index };
        }

        return null;
    }

    // Newer tracepoints say it in the names of their parameters.
    private bool IsMarkedNullable(int index) =>
        Types.Find(BtfKind.Function, "__bpf_trace_" + Name) is BtfReference function && Types[function.TargetId] is BtfFunctionPrototype prototype
        && index + _hidden < prototype.Parameters.Count && prototype.Parameters[index + _hidden].Name.EndsWith("__nullable", StringComparison.Ordinal);

    private int Bytes(BtfType type)
    {
        var layout = Types.Resolve(type);
        return layout is BtfReference { ReferenceKind: BtfKind.Pointer } ? sizeof(ulong) : (Types.SizeOf(layout) + 7) & ~7;
    }
}
