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
        _ => null,
    };

    /// <summary>Whether an iterator of that name is known.</summary>
    public static bool IsIterator(string name) => AttachArguments.IsIterator(name);

    /// <summary>Finds a program's target.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="type">The program's type.</param>
    /// <param name="attach">Its attach type.</param>
    /// <param name="name">What its section names.</param>
    /// <returns>Null when the kernel has no such target.</returns>
    public static AttachPoint? Find(CoreTarget kernel, ProgramType type, AttachType attach, string name)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        if (NameOf(type, attach) is not var (kind, prefix)) return null;
        foreach (var types in kernel.Types.Find(kind, prefix + name) is not null ? [kernel.Types] : kernel.Modules)
        {
            if (types.Find(kind, prefix + name) is not BtfReference target) continue;
            var described = types[target.TargetId];
            if (kind == BtfKind.Typedef && described is BtfReference { ReferenceKind: BtfKind.Pointer } pointer) described = types[pointer.TargetId];
            return described is BtfFunctionPrototype prototype ? new AttachPoint(name, type, attach, types, prototype) : null;
        }

        return null;
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
        (ProgramType.Lsm, _) when index < ParameterCount => LsmHooks.IsTrusted(Name) ? AttachArgument.Trusted : AttachArgument.None,
        _ => AttachArgument.None,
    };

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
