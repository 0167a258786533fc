using System.Globalization;
using System.Text;

namespace PSBpf.Btf;

/// <summary>Writes declarations whose names are unique: <c>int (*name[4])(struct a *, ...)</c>. Types without a name are written out where they stand.</summary>
internal sealed class BtfDeclarator
{
    private const int MaxSteps = 64;

    /// <summary>Bytes that are filled with a line for each word.</summary>
    private const int LongestGap = 4096;

    private readonly BtfTypeSet _types;
    private readonly BtfNames _names;
    private readonly BtfStructLayout _layout;
    private readonly HashSet<int> _enumerations = [];
    private readonly HashSet<int> _open = [];
    private readonly bool _withOffsets;
    private readonly BtfTags? _tags;
    private int _start;
    private int _gaps;

    /// <param name="types">The types.</param>
    /// <param name="names">How they are called.</param>
    /// <param name="layout">Whether each member's line says where it lies and how many bytes it takes, and each gap how many it loses.</param>
    /// <param name="tags">The attributes to write; null for none.</param>
    public BtfDeclarator(BtfTypeSet types, BtfNames names, bool layout = false, BtfTags? tags = null)
    {
        _tags = tags;
        _types = types;
        _names = names;
        _layout = new BtfStructLayout(types);
        _withOffsets = layout;
    }

    public BtfNames Names => _names;

    /// <summary>Whether an enumeration without a name was written out: its enumerators exist only once.</summary>
    public bool IsWritten(BtfEnumType enumeration) => _enumerations.Contains(enumeration.Id);

    /// <summary>A type and what is declared with it; no name for the type alone.</summary>
    /// <param name="type">The type.</param>
    /// <param name="name">What is declared.</param>
    /// <param name="indent">How deep the lines of a body stand.</param>
    public string Declare(BtfType type, string name, int indent)
    {
        string declarator = name, qualifiers = "", tags = "";
        bool isPointer = false, isPointee = false;
        for (int step = 0; step < MaxSteps; step++)
        {
            switch (type)
            {
                case BtfReference { ReferenceKind: BtfKind.Pointer } pointer:
                    declarator = "*" + qualifiers + tags + declarator;
                    (qualifiers, tags) = ("", "");
                    (isPointer, isPointee) = (true, true);
                    type = _types[pointer.TargetId];
                    continue;
                case BtfReference { ReferenceKind: BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict } qualifier:
                    qualifiers = Qualify(qualifiers, qualifier.ReferenceKind);
                    isPointee = false;
                    type = _types[qualifier.TargetId];
                    continue;
                case BtfReference { ReferenceKind: BtfKind.TypeTag } tag:
                    // C has them for what a pointer points to; they stand after the type's name, or the star.
                    if (_tags is not null && isPointee) tags += BtfTags.OfPointee(tag.Name);
                    type = _types[tag.TargetId];
                    continue;
                case BtfArray array:
                    isPointee = false;
                    declarator = Grouped() + string.Create(CultureInfo.InvariantCulture, $"[{array.Length}]");
                    type = _types[array.ElementId];
                    continue;
                case BtfFunctionPrototype prototype:
                    declarator = Grouped() + Parameters(prototype, indent);
                    (qualifiers, tags, isPointee) = ("", "", false);
                    type = _types[prototype.ReturnId];
                    continue;
            }

            // restrict is for pointers only.
            string specifier = qualifiers.Replace("restrict ", "", StringComparison.Ordinal) + Specifier(type, indent);
            if (tags.Length > 0) specifier = $"{specifier} {tags.TrimEnd()}";
            return declarator.Length == 0 ? specifier : declarator[0] == '[' ? specifier + declarator : $"{specifier} {declarator}";
        }

        return name.Length == 0 ? "void *" : $"void *{name}";

        string Grouped()
        {
            string grouped = isPointer ? $"({declarator})" : declarator;
            isPointer = false;
            return grouped;
        }
    }

    /// <summary>The definition of a struct, union or enumeration, with its tag if it has one.</summary>
    public string Define(BtfType type, int indent) => type switch
    {
        BtfStruct structure => DefineStruct(structure, indent),
        BtfEnumType enumeration => DefineEnum(enumeration, indent),
        _ => throw new ArgumentException("Only structs, unions and enumerations are defined.", nameof(type)),
    };

    /// <summary>The keyword and name of a type with a tag.</summary>
    public string Tag(BtfType type)
    {
        string keyword = type switch
        {
            BtfStruct { IsUnion: true } or BtfForward { IsUnion: true } => "union",
            BtfEnumType => "enum",
            _ => "struct",
        };
        return $"{keyword} {_names.Of(type)}";
    }

    private static string Qualify(string qualifiers, BtfKind kind)
    {
        string word = kind switch { BtfKind.Const => "const ", BtfKind.Volatile => "volatile ", _ => "restrict " };
        return qualifiers.Contains(word, StringComparison.Ordinal) ? qualifiers : qualifiers + word;
    }

    private string Specifier(BtfType type, int indent) => type switch
    {
        BtfInt integer => BtfBaseTypes.NameOf(integer),
        BtfFloat number => BtfBaseTypes.NameOf(number),
        BtfReference { ReferenceKind: BtfKind.Typedef } => _names.Of(type),
        BtfStruct or BtfEnumType or BtfForward when _names.Of(type).Length > 0 => Tag(type),
        BtfEnumType enumeration when !_enumerations.Add(enumeration.Id) => BtfBaseTypes.NameOf(enumeration),
        BtfEnumType enumeration => DefineEnum(enumeration, indent),
        BtfStruct structure => DefineStruct(structure, indent),
        _ => "void",
    };

    private string Parameters(BtfFunctionPrototype prototype, int indent)
    {
        if (prototype.Parameters.Count == 0) return "(void)";
        // C before its newest version has no function that takes "..." alone.
        if (prototype.Parameters is [{ TypeId: 0, Name: "" }]) return "()";
        var parts = prototype.Parameters.Select(parameter =>
        {
            if (parameter.TypeId == 0 && parameter.Name.Length == 0) return "...";
            string name = parameter.Name.Length > 0 ? BtfNames.Identifier(parameter.Name) : "";
            return Declare(_types[parameter.TypeId], _names.IsTaken(name) ? "" : name, indent);
        });
        return $"({string.Join(", ", parts)})";
    }

    private string DefineStruct(BtfStruct structure, int indent)
    {
        // C has no type without a name that contains itself, not even through a pointer.
        if (_names.Of(structure).Length == 0 && !_open.Add(structure.Id)) return "void";
        bool isPacked = _layout.IsPacked(structure);
        var text = new StringBuilder(_names.Of(structure).Length > 0 ? Tag(structure) : structure.IsUnion ? "union" : "struct").Append(" {\n");
        int end = 0;
        for (int index = 0; index < structure.Members.Count; index++) end = AppendMember(text, structure, index, end, isPacked, indent + 1);
        string aligned = Finish(text, structure, end, isPacked, indent + 1);
        _open.Remove(structure.Id);
        return text.Append(Tabs(indent)).Append('}').Append(isPacked ? " __attribute__((packed))" : "").Append(aligned).Append(_tags?.Of(structure)).ToString();
    }

    private int AppendMember(StringBuilder text, BtfStruct structure, int index, int end, bool isPacked, int indent)
    {
        BtfMember member = structure.Members[index];
        BtfType type = _types[member.TypeId];
        int bits = _layout.BitfieldSize(member), offset = _layout.BitOffset(member);
        int size = bits > 0 ? bits : (int)Math.Min(_types.SizeOf(type) * 8L, int.MaxValue);
        string name = member.Name.Length > 0 ? BtfNames.Identifier(member.Name) : "";
        if (name.Length == 0 && _types.Resolve(type) is not BtfStruct) return end;
        if (offset < end || structure.IsUnion && offset != 0)
        {
            text.Append(Tabs(indent)).Append(CultureInfo.InvariantCulture, $"/* {name} at bit {offset} lies over another member */\n");
            return end;
        }

        if (!structure.IsUnion && (_withOffsets ? end : _layout.NaturalOffset(end, member, isPacked)) < offset) AppendPadding(text, end, offset, indent);
        int outer = _start;
        _start += offset;
        string declared = Declare(type, name, indent);
        _start = outer;
        text.Append(Tabs(indent)).Append(declared);
        if (bits > 0) text.Append(CultureInfo.InvariantCulture, $" : {bits}");
        text.Append(_tags?.Of(structure, index)).Append(';').Append(Place(declared, offset, bits, size, indent)).Append('\n');
        return structure.IsUnion ? 0 : offset + size;
    }

    // Space after the last member. A union has no place after a member: an alignment makes room, or a member of its own.
    private string Finish(StringBuilder text, BtfStruct structure, int end, bool isPacked, int indent)
    {
        int size = structure.Size * 8;
        if (structure.IsUnion)
        {
            end = structure.Members.Select(member => _layout.BitfieldSize(member) is > 0 and var bits ? bits : _types.SizeOf(_types[member.TypeId]) * 8).DefaultIfEmpty(0).Max();
            if (_layout.NaturalSize(end, structure, isPacked) >= size) return "";
            if (int.IsPow2(structure.Size)) return string.Create(CultureInfo.InvariantCulture, $" __attribute__((aligned({structure.Size})))");
            if (!_withOffsets) text.Append(Tabs(indent)).Append(CultureInfo.InvariantCulture, $"unsigned char __psbpf_padding[{structure.Size}];\n");
            return "";
        }

        if ((_withOffsets ? end : _layout.NaturalSize(end, structure, isPacked)) < size) AppendPadding(text, end, size, indent);
        return "";
    }

    // "16: 8" after a member at byte 16 of 8 bytes; "16.3: 1" bit after one at its third bit.
    private string Place(string declared, int offset, int bits, int size, int indent)
    {
        if (!_withOffsets) return "";
        int start = declared.LastIndexOf('\n') + 1, at = _start + offset;
        // A body's last line begins with its own tabs.
        int last = declared.Length - start + (start == 0 ? indent * 8 : indent * 7) + (bits > 0 ? 3 + bits.ToString(CultureInfo.InvariantCulture).Length : 0);
        string place = bits > 0 ? string.Create(CultureInfo.InvariantCulture, $"{at / 8}.{at % 8}: {bits} bits") : string.Create(CultureInfo.InvariantCulture, $"{at / 8}: {size / 8}");
        return $"{new string(' ', Math.Max(1, 56 - last))}/* {place} */";
    }

    private void AppendPadding(StringBuilder text, int from, int to, int indent)
    {
        if (_withOffsets)
        {
            string lost = (to - from) % 8 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{(to - from) / 8} bytes") : string.Create(CultureInfo.InvariantCulture, $"{to - from} bits");
            text.Append(Tabs(indent)).Append(CultureInfo.InvariantCulture, $"/* {lost} unused */\n");
            return;
        }

        // A line for each word is what others write; a struct that claims to have a hundred million bytes gets an array.
        int first = BtfStructLayout.RoundUp(from, BtfStructLayout.WordBits), bytes = (to - first) / BtfStructLayout.WordBits * sizeof(long);
        if (bytes > LongestGap)
        {
            AppendBitfields(text, from, first, indent);
            text.Append(Tabs(indent)).Append(CultureInfo.InvariantCulture, $"unsigned char __psbpf_gap{_gaps++}[{bytes}];\n");
            from = first + bytes * 8;
        }

        AppendBitfields(text, from, to, indent);
    }

    private static void AppendBitfields(StringBuilder text, int from, int to, int indent)
    {
        foreach (int bits in BtfStructLayout.Fill(from, to)) text.Append(Tabs(indent)).Append(CultureInfo.InvariantCulture, $"long long : {bits};\n");
    }

    private string DefineEnum(BtfEnumType enumeration, int indent)
    {
        _enumerations.Add(enumeration.Id);
        var text = new StringBuilder(_names.Of(enumeration).Length > 0 ? Tag(enumeration) : "enum").Append(" {\n");
        for (int index = 0; index < enumeration.Members.Count; index++)
            text.Append(Tabs(indent + 1)).Append(_names.Of(enumeration, index)).Append(" = ").Append(Value(enumeration, enumeration.Members[index].Value)).Append(",\n");
        // C has no enumeration without values.
        if (enumeration.Members.Count == 0) text.Append(Tabs(indent + 1)).Append(CultureInfo.InvariantCulture, $"__no_values_{enumeration.Id} = 0,\n");
        return text.Append(Tabs(indent)).Append('}').Append(BtfBaseTypes.EnumMode(enumeration)).ToString();
    }

    private static string Value(BtfEnumType enumeration, long value)
    {
        if (!enumeration.IsSigned) return ((ulong)value).ToString(CultureInfo.InvariantCulture) + (value is < 0 or > uint.MaxValue ? "ULL" : value > int.MaxValue ? "U" : "");
        if (value == long.MinValue) return "(-9223372036854775807LL - 1)";
        return value.ToString(CultureInfo.InvariantCulture) + (value is < int.MinValue or > int.MaxValue ? "LL" : "");
    }

    private static string Tabs(int count) => new('\t', count);
}
