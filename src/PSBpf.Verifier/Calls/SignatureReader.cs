using PSBpf.Btf;
using PSBpf.Objects;
using PSBpf.Uapi;
using PSBpf.Verifier.Transfer;

namespace PSBpf.Verifier.Calls;

/// <summary>Reads the signature of a global function from its BTF prototype and declaration tags.</summary>
internal sealed class SignatureReader(ProgramSpec spec, ContextLayout context, StructureWalk? kernel)
{
    private const int MaxParameters = 5;

    /// <summary>Declaration tags of parameters start with this.</summary>
    private const string TagPrefix = "arg:";

    /// <summary>What the kernel calls the registers that kprobes see, whatever structure that is on a machine.</summary>
    private const string UserRegisters = "bpf_user_pt_regs_t";

    /// <summary>Reads it.</summary>
    /// <param name="function">The function; not static.</param>
    /// <param name="problem">Why there is none.</param>
    public FunctionSignature? Read(FunctionSpec function, out SignatureProblem? problem)
    {
        problem = null;
        var types = spec.Btf!;
        if (types[function.TypeId] is not BtfReference { ReferenceKind: BtfKind.Function, TargetId: var id } || types[id] is not BtfFunctionPrototype prototype)
        {
            problem = new SignatureProblem($"Function '{function.Name}' has no prototype", $"The type information of '{function.Name}' describes no function.");
            return null;
        }

        if (types.Resolve(types[prototype.ReturnId]) is not (BtfInt or BtfEnumType))
        {
            problem = new SignatureProblem($"Global function {function.Name}() doesn't return scalar. Only those are supported.",
                $"'{function.Name}' is global and returns something other than a number.");
            return null;
        }

        if (prototype.Parameters.Count > MaxParameters)
        {
            problem = new SignatureProblem($"Global function {function.Name}() with {prototype.Parameters.Count} > {MaxParameters} args. Buggy compiler.",
                $"'{function.Name}' has {prototype.Parameters.Count} parameters; {MaxParameters} fit the registers.");
            return null;
        }

        var parameters = new SignatureParameter[prototype.Parameters.Count];
        for (int index = 0; index < parameters.Length; index++)
        {
            if (Parameter(index, types[prototype.Parameters[index].TypeId], TagsOf(function.TypeId, index), out problem) is not { } parameter) return null;
            parameters[index] = parameter;
        }

        return new FunctionSignature(parameters);
    }

    private HashSet<string> TagsOf(int function, int parameter)
    {
        var tags = new HashSet<string>();
        foreach (var type in spec.Btf!.Types)
        {
            if (type is BtfReference { ReferenceKind: BtfKind.DeclarationTag } tag && tag.TargetId == function && tag.ComponentIndex == parameter
                && tag.Name.StartsWith(TagPrefix, StringComparison.Ordinal)) tags.Add(tag.Name[TagPrefix.Length..]);
        }

        return tags;
    }

    private SignatureParameter? Parameter(int index, BtfType declared, HashSet<string> tags, out SignatureProblem? problem)
    {
        var types = spec.Btf!;
        problem = null;
        var type = types.Resolve(declared);
        bool isPointer = type is BtfReference { ReferenceKind: BtfKind.Pointer };
        if (tags.Count > 0 && !isPointer)
        {
            problem = new SignatureProblem($"arg#{index} type is not a pointer, but is tagged {string.Join(", ", tags.Order())}", $"Parameter {index + 1} is tagged as a pointer and is none.");
            return null;
        }

        if (!isPointer)
        {
            if (type is BtfInt or BtfEnumType) return new SignatureParameter(ParameterKind.Scalar);
            problem = new SignatureProblem($"Arg#{index} type {type.Name} in function is not supported yet.", $"Parameter {index + 1} is neither a number nor a pointer.");
            return null;
        }

        if (tags is { Count: 1 } && tags.Contains("arena")) return new SignatureParameter(ParameterKind.Arena);
        var target = types[((BtfReference)type).TargetId];
        if (tags.SetEquals(["trusted"]) || tags.SetEquals(["trusted", "nullable"])) return Named(index, target, ParameterKind.Trusted, tags.Contains("nullable"), out problem);
        if (tags.SetEquals(["untrusted"]))
        {
            if (types.Resolve(target) is BtfVoid or BtfInt or BtfEnumType) return new SignatureParameter(ParameterKind.Untrusted);
            return Named(index, target, ParameterKind.Untrusted, maybeNull: false, out problem);
        }

        if (tags.Count == 0 && types.Resolve(target) is BtfStruct { Name: "bpf_dynptr" }) return new SignatureParameter(ParameterKind.Dynptr);
        if (tags.Contains("ctx"))
        {
            if (tags.Count == 1 && MayBeContext(target)) return new SignatureParameter(ParameterKind.Context);
            problem = new SignatureProblem($"arg#{index} doesn't point to a type that may be ctx", $"Parameter {index + 1} is tagged as the context and does not point to one.");
            return null;
        }

        if (tags.Except(["nonnull"]).Any())
        {
            problem = new SignatureProblem($"arg#{index} has unsupported set of tags", $"Parameter {index + 1} has tags that do not go with its type: {string.Join(", ", tags.Order())}.");
            return null;
        }

        if (tags.Count == 0 && IsNamedContext(target)) return new SignatureParameter(ParameterKind.Context);
        return Memory(index, target, maybeNull: tags.Count == 0, out problem);
    }

    // The kernel's structure of the same name.
    private SignatureParameter? Named(int index, BtfType target, ParameterKind kind, bool maybeNull, out SignatureProblem? problem)
    {
        var resolved = spec.Btf!.Resolve(target);
        problem = null;
        if (resolved is BtfStruct { IsUnion: false, Name.Length: > 0 } or BtfForward { IsUnion: false } && kernel is not null && kernel.Types.Find(BtfKind.Struct, resolved.Name) is not null)
            return new SignatureParameter(kind, MaybeNull: maybeNull, Structure: resolved.Name);
        problem = new SignatureProblem($"arg#{index} reference type('{resolved.Kind} {resolved.Name}') has no matches",
            kernel is null ? $"Parameter {index + 1} is a structure of the kernel, and no kernel's types are known here." : $"Parameter {index + 1} does not point to a structure that the kernel has.", IsJudged: kernel is not null);
        return null;
    }

    private SignatureParameter? Memory(int index, BtfType target, bool maybeNull, out SignatureProblem? problem)
    {
        var types = spec.Btf!;
        problem = null;
        var resolved = types.Resolve(target);
        if (resolved is BtfStruct { Name: "bpf_dynptr" })
        {
            problem = new SignatureProblem($"arg#{index} dynptr is not judged", $"This version of the verifier does not judge parameters that are dynptrs.", IsJudged: false);
            return null;
        }

        bool sized = resolved is BtfInt or BtfEnumType or BtfStruct or BtfArray or BtfReference { ReferenceKind: BtfKind.Pointer };
        if (sized && types.SizeOf(resolved) is > 0 and var size) return new SignatureParameter(ParameterKind.Memory, size, maybeNull);
        problem = new SignatureProblem($"arg#{index} reference type('{resolved.Kind} {resolved.Name}') size cannot be determined",
            $"Parameter {index + 1} points to something whose size is not known.");
        return null;
    }

    // A pointer to what the kernel's headers call the context needs no tag.
    private bool IsNamedContext(BtfType target)
    {
        if (spec.Type == ProgramType.Kprobe && IsUserRegisters(target)) return true;
        return context.Name.Length > 0 && spec.Btf!.Resolve(target) is BtfStruct { IsUnion: false } structure && structure.Name == context.Name;
    }

    // What may be tagged as one, asked of Linux 6.18.
    private bool MayBeContext(BtfType target)
    {
        var resolved = spec.Btf!.Resolve(target);
        if (resolved is BtfVoid || spec.Type == ProgramType.Tracepoint || IsNamedContext(target)) return true;
        return spec.Type switch
        {
            ProgramType.PerfEvent => IsUserRegisters(target) || resolved is BtfStruct { Name: "pt_regs" },
            ProgramType.RawTracepoint or ProgramType.RawTracepointWritable => resolved is BtfInt { Size: 8 },
            _ => false,
        };
    }

    private bool IsUserRegisters(BtfType type)
    {
        while (type is BtfReference { ReferenceKind: BtfKind.Const or BtfKind.Volatile or BtfKind.Typedef } reference)
        {
            if (reference is { ReferenceKind: BtfKind.Typedef, Name: UserRegisters }) return true;
            type = spec.Btf![reference.TargetId];
        }

        return false;
    }
}
