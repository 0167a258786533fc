namespace PSBpf.Btf;

/// <summary>
/// What attributes say in BTF: btf_type_tag of what a pointer points to (the kernel's __user, __rcu, __percpu), and btf_decl_tag of structs, their
/// members and typedefs. Written as macros, since compilers before clang 14 have no such attributes.
/// </summary>
internal sealed class BtfTags
{
    private const int Whole = -1;

    private readonly Dictionary<(int Type, int Component), List<string>> _declarations = [];

    /// <param name="types">The types, each of which is looked at.</param>
    public BtfTags(BtfTypeSet types)
    {
        for (int id = 0; id < types.Count; id++)
        {
            if (types.KindOf(id) is BtfKind.TypeTag) IsUsed = true;
            if (types.KindOf(id) is not BtfKind.DeclarationTag || types[id] is not BtfReference tag) continue;
            // Functions that programs may call carry tags for the verifier and not for who calls them.
            if (types.KindOf(tag.TargetId) is not (BtfKind.Struct or BtfKind.Union or BtfKind.Typedef)) continue;
            IsUsed = true;
            if (!_declarations.TryGetValue((tag.TargetId, tag.ComponentIndex), out List<string>? names)) _declarations.Add((tag.TargetId, tag.ComponentIndex), names = []);
            if (!names.Contains(tag.Name)) names.Add(tag.Name);
        }
    }

    /// <summary>Whether there are any.</summary>
    public bool IsUsed { get; }

    /// <summary>What defines the macros.</summary>
    public static string Macros => """
        #if !defined(BPF_NO_BTF_TAGS) && defined(__has_attribute)
        #if __has_attribute(btf_type_tag)
        #define __psbpf_type_tag(name) __attribute__((btf_type_tag(name)))
        #endif
        #if __has_attribute(btf_decl_tag)
        #define __psbpf_decl_tag(name) __attribute__((btf_decl_tag(name)))
        #endif
        #endif
        #ifndef __psbpf_type_tag
        #define __psbpf_type_tag(name)
        #endif
        #ifndef __psbpf_decl_tag
        #define __psbpf_decl_tag(name)
        #endif


        """;

    /// <summary>A type tag, with a blank after it.</summary>
    public static string OfPointee(string name) => $"__psbpf_type_tag(\"{Escape(name)}\") ";

    /// <summary>The tags of a type, each with a blank before it; empty for none.</summary>
    public string Of(BtfType type) => Text(type.Id, Whole);

    /// <summary>The tags of a member, each with a blank before it; empty for none.</summary>
    public string Of(BtfStruct structure, int member) => Text(structure.Id, member);

    private string Text(int type, int component) =>
        _declarations.TryGetValue((type, component), out List<string>? names) ? string.Concat(names.Select(name => $" __psbpf_decl_tag(\"{Escape(name)}\")")) : "";

    private static string Escape(string name) => string.Concat(name.Select(character => character is '"' or '\\' ? $"\\{character}" : char.IsControl(character) ? " " : $"{character}"));
}
