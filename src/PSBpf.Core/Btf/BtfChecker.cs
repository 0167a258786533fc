namespace PSBpf.Btf;

/// <summary>Checks that every id in a list of types exists and is of a kind that may stand there.</summary>
internal sealed class BtfChecker(BtfType[] types, Func<string, Exception> malformed)
{
    public void CheckReferences()
    {
        foreach (BtfType type in types)
        {
            switch (type)
            {
                case BtfReference reference:
                    CheckTarget(reference);
                    break;
                case BtfArray array:
                    Check(type, array.ElementId);
                    Check(type, array.IndexId);
                    break;
                case BtfStruct structure:
                    foreach (BtfMember member in structure.Members) Check(type, member.TypeId);
                    break;
                case BtfFunctionPrototype prototype:
                    Check(type, prototype.ReturnId);
                    foreach (BtfParameter parameter in prototype.Parameters) Check(type, parameter.TypeId);
                    break;
                case BtfDataSection section:
                    foreach (BtfSectionVariable variable in section.Variables) Check(type, variable.TypeId, BtfKind.Variable, BtfKind.Function);
                    break;
            }
        }
    }

    private void CheckTarget(BtfReference reference)
    {
        switch (reference.ReferenceKind)
        {
            case BtfKind.Function:
                Check(reference, reference.TargetId, BtfKind.FunctionPrototype);
                break;
            case BtfKind.DeclarationTag:
                Check(reference, reference.TargetId, BtfKind.Struct, BtfKind.Union, BtfKind.Function, BtfKind.Variable, BtfKind.Typedef);
                break;
            default:
                Check(reference, reference.TargetId);
                break;
        }
    }

    /// <summary>A reference to a type in the C sense; or, where kinds are given, to one of those.</summary>
    private void Check(BtfType from, int id, params ReadOnlySpan<BtfKind> kinds)
    {
        if (id >= types.Length) throw malformed($"BTF type {from.Id} '{from.Name}' refers to type {id}, but there are only {types.Length}.");
        BtfKind kind = types[id].Kind;
        bool fits = kinds.IsEmpty
            ? kind is not (BtfKind.Variable or BtfKind.DataSection or BtfKind.Function or BtfKind.DeclarationTag)
            : kinds.Contains(kind);
        if (!fits) throw malformed($"BTF type {from.Id} '{from.Name}' ({from.Kind}) refers to type {id}, which is a {kind}.");
    }
}
