using System.Globalization;
using System.Text;
using PSBpf.Diagnostics;

namespace PSBpf.Btf;

/// <summary>
/// Writes types as a C header that gives every struct the layout that BTF says. What is contained by value is defined
/// before; what is pointed to is declared before.
/// </summary>
internal sealed class BtfHeaderWriter
{
    /// <summary>Names that refer to names, without end, are no C.</summary>
    private const int MaxDepth = 1000;

    private readonly BtfTypeSet _types;
    private readonly BtfHeaderOptions _options;
    private readonly BtfDeclarator _declarator;
    private readonly BtfTags? _tags;
    private readonly StringBuilder _text = new();
    private readonly byte[] _state;
    private readonly HashSet<string> _declared = [];
    private int _depth;

    private BtfHeaderWriter(BtfTypeSet types, BtfHeaderOptions options)
    {
        _types = types;
        _options = options;
        _tags = options.Tags ? new BtfTags(types) : null;
        _declarator = new BtfDeclarator(types, new BtfNames(types), tags: _tags);
        _state = new byte[types.Types.Count];
    }

    /// <summary>The header's text.</summary>
    /// <exception cref="BpfException">BPF0201: types refer to each other as no C types can.</exception>
    public static string Write(BtfTypeSet types, BtfHeaderOptions options) => new BtfHeaderWriter(types, options).Write();

    private string Write()
    {
        if (_options.Origin is { } origin) _text.Append(CultureInfo.InvariantCulture, $"/* {origin.Replace("*/", "* /", StringComparison.Ordinal)} */\n");
        _text.Append(CultureInfo.InvariantCulture, $"#ifndef {_options.Guard}\n#define {_options.Guard}\n\n");
        if (_tags is { IsUsed: true }) _text.Append(BtfTags.Macros.ReplaceLineEndings("\n"));
        if (_options.PreserveAccessIndex)
            _text.Append("#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)\n#endif\n\n");
        foreach (BtfType type in _options.Roots ?? _types.Types)
            if (IsNamed(type)) Require(type, complete: true);
        if (_options.Roots is null) AppendEnumerations();
        if (_options.PreserveAccessIndex) _text.Append("#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n#pragma clang attribute pop\n#endif\n\n");
        if (_options.Functions && _options.Roots is null) AppendFunctions();
        return _text.Append(CultureInfo.InvariantCulture, $"#endif /* {_options.Guard} */\n").ToString();
    }

    private static bool IsNamed(BtfType type) =>
        type is BtfForward or BtfReference { ReferenceKind: BtfKind.Typedef } || type is BtfStruct or BtfEnumType && type.Name.Length > 0;

    // What a type needs stands before it: complete where it is contained, by name where it is pointed to.
    private void Require(BtfType type, bool complete)
    {
        if (++_depth > MaxDepth) throw DiagnosticRules.BtfMalformed.Error($"BTF type {type.Id} '{type.Name}' refers to types more than {MaxDepth} deep.");
        switch (type)
        {
            case BtfReference { ReferenceKind: BtfKind.Pointer } pointer:
                Require(_types[pointer.TargetId], complete: false);
                break;
            case BtfReference { ReferenceKind: BtfKind.Typedef } typedef:
                DefineTypedef(typedef);
                if (complete) Require(_types[typedef.TargetId], complete: true);
                break;
            case BtfReference { ReferenceKind: BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict or BtfKind.TypeTag } qualifier:
                Require(_types[qualifier.TargetId], complete);
                break;
            case BtfArray array:
                Require(_types[array.ElementId], complete: true);
                break;
            case BtfFunctionPrototype prototype:
                Require(_types[prototype.ReturnId], complete: false);
                foreach (BtfParameter parameter in prototype.Parameters) Require(_types[parameter.TypeId], complete: false);
                break;
            case BtfForward:
                Declare(type);
                break;
            case BtfEnumType when type.Name.Length > 0:
                Define(type);
                break;
            case BtfStruct structure when type.Name.Length == 0:
                RequireMembers(structure);
                break;
            case BtfStruct when complete:
                Define(type);
                break;
            case BtfStruct:
                Declare(type);
                break;
        }

        _depth--;
    }

    private void RequireMembers(BtfStruct structure)
    {
        if (_state[structure.Id] == Open) return;
        byte before = _state[structure.Id];
        _state[structure.Id] = Open;
        foreach (BtfMember member in structure.Members) Require(_types[member.TypeId], complete: true);
        _state[structure.Id] = before;
    }

    private void DefineTypedef(BtfReference typedef)
    {
        if (_state[typedef.Id] != Untouched) return;
        _state[typedef.Id] = Open;
        Require(_types[typedef.TargetId], complete: false);
        _text.Append("typedef ").Append(_declarator.Declare(_types[typedef.TargetId], _declarator.Names.Of(typedef), 0)).Append(_tags?.Of(typedef)).Append(";\n\n");
        _state[typedef.Id] = Done;
    }

    private void Define(BtfType type)
    {
        if (_state[type.Id] == Done) return;
        if (_state[type.Id] == Open)
        {
            Declare(type);
            return;
        }

        _state[type.Id] = Open;
        if (type is BtfStruct structure)
            foreach (BtfMember member in structure.Members) Require(_types[member.TypeId], complete: true);
        _text.Append(_declarator.Define(type, 0)).Append(";\n\n");
        _declared.Add(_declarator.Tag(type));
        _state[type.Id] = Done;
    }

    private void Declare(BtfType type)
    {
        string tag = _declarator.Tag(type);
        if (_declared.Add(tag)) _text.Append(tag).Append(";\n\n");
    }

    // Constants that no type uses: flags, mostly.
    private void AppendEnumerations()
    {
        foreach (BtfType type in _types.Types)
            if (type is BtfEnumType { Name.Length: 0 } enumeration && !_declarator.IsWritten(enumeration)) _text.Append(_declarator.Define(enumeration, 0)).Append(";\n\n");
    }

    // The kernel marks the functions that programs may call.
    private void AppendFunctions()
    {
        var functions = _types.Types.OfType<BtfReference>().Where(tag => tag is { ReferenceKind: BtfKind.DeclarationTag, Name: "bpf_kfunc" })
            .Select(tag => _types[tag.TargetId]).OfType<BtfReference>().Where(function => function.ReferenceKind == BtfKind.Function).DistinctBy(function => function.Name).ToArray();
        if (functions.Length == 0) return;
        var declarations = new List<string>();
        foreach (BtfReference function in functions)
        {
            Require(_types[function.TargetId], complete: false);
            declarations.Add($"extern {_declarator.Declare(_types[function.TargetId], BtfNames.Identifier(function.Name), 0)} __attribute__((weak, section(\".ksyms\")));\n");
        }

        _text.Append("#ifndef BPF_NO_KFUNC_PROTOTYPES\n");
        foreach (string declaration in declarations) _text.Append(declaration);
        _text.Append("#endif\n\n");
    }

    private const byte Untouched = 0, Open = 1, Done = 2;
}
