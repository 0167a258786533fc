using System.Collections.Frozen;
using System.Globalization;

namespace PSBpf.Btf;

/// <summary>
/// The C names of types and enumerators. BTF may use a name several times, or one that C cannot: the first type in order of ids keeps
/// it, others become <c>name___2</c> and so on, which CO-RE takes for flavours of the same name.
/// </summary>
internal sealed class BtfNames
{
    private static readonly FrozenSet<string> Reserved = new[]
    {
        "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern", "float", "for", "goto", "if", "inline", "int", "long",
        "register", "restrict", "return", "short", "signed", "sizeof", "static", "struct", "switch", "typedef", "typeof", "union", "unsigned", "void", "volatile", "while",
        "asm", "_Alignas", "_Alignof", "_Atomic", "_Bool", "_Complex", "_Generic", "_Imaginary", "_Noreturn", "_Static_assert", "_Thread_local", "_Float16", "__int128",
        "__builtin_va_list",
    }.ToFrozenSet();

    private readonly string[]? _names;
    private readonly Dictionary<(int Enum, int Index), string> _enumerators = [];
    private readonly Dictionary<string, int> _tags = [];
    private readonly Dictionary<string, int> _ordinary = [];

    /// <param name="types">The types.</param>
    /// <param name="areUnique">Whether names are made unique, for all types in one file; else each type keeps its own.</param>
    public BtfNames(BtfTypeSet types, bool areUnique = true)
    {
        if (!areUnique) return;
        _names = new string[types.Types.Count];
        Dictionary<(string Name, bool IsUnion), string> defined = [];
        foreach (BtfType type in types.Types)
        {
            _names[type.Id] = type switch
            {
                BtfStruct or BtfEnumType when type.Name.Length > 0 => Claim(_tags, type.Name),
                BtfReference { ReferenceKind: BtfKind.Typedef } => Claim(_ordinary, type.Name),
                _ => "",
            };
            if (type is BtfStruct structure && type.Name.Length > 0) defined.TryAdd((type.Name, structure.IsUnion), _names[type.Id]);
            if (type is BtfEnumType enumeration)
                for (int index = 0; index < enumeration.Members.Count; index++) _enumerators[(type.Id, index)] = Claim(_ordinary, enumeration.Members[index].Name);
        }

        // A forward declaration is one of the struct that has the name, if there is one.
        foreach (BtfType type in types.Types)
        {
            if (type is not BtfForward forward) continue;
            if (!defined.TryGetValue((type.Name, forward.IsUnion), out string? name)) defined[(type.Name, forward.IsUnion)] = name = Claim(_tags, type.Name);
            _names[type.Id] = name;
        }
    }

    /// <summary>The name of a type; empty for anonymous ones.</summary>
    public string Of(BtfType type) => _names is null ? type.Name : _names[type.Id];

    /// <summary>The name of an enumerator.</summary>
    public string Of(BtfEnumType type, int index) => _names is null ? type.Members[index].Name : _enumerators[(type.Id, index)];

    /// <summary>Whether something at file scope has a name, so that a parameter must not.</summary>
    public bool IsTaken(string name) => _ordinary.ContainsKey(name) || Reserved.Contains(name);

    /// <summary>A name as C can write it.</summary>
    public static string Identifier(string name)
    {
        if (name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(character => char.IsAsciiLetterOrDigit(character) || character == '_')) return name;
        string text = string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) ? character : '_'));
        return text.Length == 0 || char.IsAsciiDigit(text[0]) ? "_" + text : text;
    }

    private static string Claim(Dictionary<string, int> taken, string name)
    {
        name = Identifier(name);
        if (!Reserved.Contains(name) && taken.TryAdd(name, 1)) return name;
        while (true)
        {
            int number = taken[name] = Math.Max(taken.GetValueOrDefault(name), 1) + 1;
            string candidate = string.Create(CultureInfo.InvariantCulture, $"{name}___{number}");
            if (taken.TryAdd(candidate, 1)) return candidate;
        }
    }
}
