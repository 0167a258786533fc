using PSBpf.Btf;

namespace PSBpf.Hosting;

/// <summary>BTF types as C spells them: <c>struct counter</c>, <c>enum protocol</c>, <c>__u64</c>, <c>char[16]</c>.</summary>
internal static class TypeNames
{
    // Chains of references are acyclic once read; the bound keeps a corrupt set from recursing without end.
    private const int Deepest = 32;

    public static string Of(BtfTypeSet types, BtfType type) => Of(types, type, Deepest);

    private static string Of(BtfTypeSet types, BtfType type, int depth)
    {
        if (depth == 0) return "…";
        return type switch
        {
            BtfStruct { Name: "" } anonymous => anonymous.IsUnion ? "union { … }" : "struct { … }",
            BtfStruct structure => $"{(structure.IsUnion ? "union" : "struct")} {structure.Name}",
            BtfEnumType { Name: "" } => "enum { … }",
            BtfEnumType enumeration => $"enum {enumeration.Name}",
            BtfForward forward => $"{(forward.IsUnion ? "union" : "struct")} {forward.Name}",
            BtfArray array => $"{Of(types, types[array.ElementId], depth - 1)}[{array.Length}]",
            BtfReference { Kind: BtfKind.Pointer } pointer => Pointer(Of(types, types[pointer.TargetId], depth - 1)),
            BtfReference { Kind: BtfKind.Const } constant => $"const {Of(types, types[constant.TargetId], depth - 1)}",
            BtfReference { Kind: BtfKind.Volatile or BtfKind.Restrict or BtfKind.TypeTag or BtfKind.Variable } reference =>
                Of(types, types[reference.TargetId], depth - 1),
            BtfFunctionPrototype => "function",
            _ => type.Name,
        };
    }

    private static string Pointer(string target) => target.EndsWith('*') ? target + "*" : target + " *";
}
