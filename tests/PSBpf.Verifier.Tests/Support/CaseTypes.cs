using System.Globalization;
using PSBpf.Btf;
using PSBpf.Objects;

namespace PSBpf.Verifier.Tests.Support;

/// <summary>
/// The type information of a case, from the little C that its lines hold: <c>struct: pair int a; struct bpf_spin_lock lock</c>,
/// <c>function: sub int global (int *p __nonnull)</c>. A word that starts with <c>__</c> is a tag: before a star the type tag that
/// clang writes, after a parameter's name the declaration tag <c>arg:…</c>.
/// </summary>
internal sealed class CaseTypes
{
    private readonly List<BtfType> _types = [];
    private readonly Dictionary<string, int> _known = [];

    // What C programs get from their headers.
    private static readonly Dictionary<string, string> Declared = new()
    {
        ["bpf_spin_lock"] = "int val",
        ["bpf_res_spin_lock"] = "u32 val",
        ["bpf_timer"] = "u64 __opaque[2]",
        ["bpf_task_work"] = "u64 __opaque",
        ["bpf_wq"] = "u64 __opaque[2]",
        ["bpf_list_head"] = "u64 __opaque[2]",
        ["bpf_list_node"] = "u64 __opaque[3]",
        ["bpf_rb_root"] = "u64 __opaque[2]",
        ["bpf_rb_node"] = "u64 __opaque[4]",
        ["bpf_refcount"] = "u32 __opaque",
        ["bpf_dynptr"] = "u64 __opaque[2]",
        ["bpf_iter_num"] = "u64 __opaque[1]",
        ["bpf_list_excl_cache"] = "u64 a",
    };

    private static readonly Dictionary<string, (int Size, BtfIntEncoding Encoding)> Integers = new()
    {
        ["int"] = (4, BtfIntEncoding.Signed),
        ["long"] = (8, BtfIntEncoding.Signed),
        ["char"] = (1, BtfIntEncoding.Signed),
        ["bool"] = (1, BtfIntEncoding.Bool),
        ["huge"] = (16, BtfIntEncoding.Signed),
        ["u8"] = (1, default),
        ["u16"] = (2, default),
        ["u32"] = (4, default),
        ["u64"] = (8, default),
    };

    private int _open;

    /// <summary>Reads a line <c>NAME member; member; …</c>.</summary>
    public void Declare(string line)
    {
        string[] words = line.Split(' ', 2);
        int id = Structure(words[0]);
        Fill(id, words[0], words.Length > 1 ? words[1] : "");
    }

    /// <summary>Describes a function: what it returns, perhaps <c>global</c> or <c>extern</c>, perhaps its parameters in parentheses.</summary>
    public FunctionSpec Function(string name, int start, string text)
    {
        int open = text.IndexOf('(', StringComparison.Ordinal);
        string head = open < 0 ? text : text[..open];
        var words = head.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
        var linkage = words[^1] switch { "global" => BtfLinkage.Global, "extern" => BtfLinkage.Extern, _ => BtfLinkage.Static };
        if (linkage != BtfLinkage.Static) words.RemoveAt(words.Count - 1);
        int returns = Type(words);
        var parameters = new List<BtfParameter>();
        var tags = new List<(string Name, int Index)>();
        if (open >= 0)
        {
            foreach (string declaration in text[(open + 1)..text.LastIndexOf(')')].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                var parts = Words(declaration);
                while (parts[^1].StartsWith("__", StringComparison.Ordinal) && parts.Count > 2)
                {
                    tags.Add((parts[^1][2..], parameters.Count));
                    parts.RemoveAt(parts.Count - 1);
                }

                string parameter = parts[^1];
                parts.RemoveAt(parts.Count - 1);
                parameters.Add(new BtfParameter(parameter, Type(parts)));
            }
        }

        int prototype = Add(id => new BtfFunctionPrototype(id, returns, parameters));
        int function = Add(id => new BtfReference(id, name, BtfKind.Function, prototype, linkage));
        foreach (var (tag, index) in tags) Add(id => new BtfReference(id, "arg:" + tag, BtfKind.DeclarationTag, function, ComponentIndex: index));
        return new FunctionSpec(start, name, linkage, function);
    }

    /// <summary>Tags a declaration.</summary>
    public void Tag(int declaration, string tag) => Add(id => new BtfReference(id, tag, BtfKind.DeclarationTag, declaration, ComponentIndex: -1));

    /// <summary>The id of a type in C's words.</summary>
    public int Type(string text) => Type(Words(text));

    /// <summary>The set, and the types by id.</summary>
    public BtfTypeSet Build() => BtfTypeSet.Create(_types);

    private static List<string> Words(string text) => [.. text.Replace("*", " * ", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    private int Type(List<string> words)
    {
        int used = 1;
        int type = words[0] switch
        {
            "void" => 0,
            "struct" => Structure(words[used++]),
            "const" => Modified(BtfKind.Const, words, ref used),
            "ptr" => Once("ptr", id => new BtfReference(id, "", BtfKind.Pointer, Type("int"))),
            "enum" => Once("enum", id => new BtfEnumType(id, "choice", false, 4, false, [new BtfEnumMember("chosen", 0)])),
            "typedef" => Once("typedef", id => new BtfReference(id, "number", BtfKind.Typedef, Type("int"))),
            "bpf_user_pt_regs_t" => Once("bpf_user_pt_regs_t", id => new BtfReference(id, "bpf_user_pt_regs_t", BtfKind.Typedef, Structure("user_pt_regs"))),
            "float" => Once("float", id => new BtfFloat(id, "float", 4)),
            "array" => Once("array", id => new BtfArray(id, Type("int"), Type("int"), 3)),
            var name when Integers.TryGetValue(name, out var integer) =>
                Once(name, id => new BtfInt(id, name, integer.Size, integer.Encoding, 0, integer.Encoding == BtfIntEncoding.Bool ? 8 : integer.Size * 8)),
            var name => throw new FormatException($"no type {name}"),
        };
        foreach (string word in words.Skip(used))
        {
            int target = type;
            if (word == "*") type = Once($"{target}*", id => new BtfReference(id, "", BtfKind.Pointer, target));
            else if (word.StartsWith("__", StringComparison.Ordinal)) type = Once($"{target} {word}", id => new BtfReference(id, word[2..], BtfKind.TypeTag, target));
            else throw new FormatException($"no part of a type: {word}");
        }

        return type;
    }

    private int Modified(BtfKind kind, List<string> words, ref int used)
    {
        int count = words[1] == "struct" ? 2 : 1;
        int target = Type(words.GetRange(1, count));
        used += count;
        return Once($"{kind} {target}", id => new BtfReference(id, "", kind, target));
    }

    private int Structure(string name)
    {
        if (_known.TryGetValue("struct " + name, out int known)) return known;
        int id = _known["struct " + name] = Add(id => new BtfForward(id, name, false));
        if (Declared.TryGetValue(name, out var members)) Fill(id, name, members);
        return id;
    }

    private void Fill(int id, string name, string text)
    {
        var members = new List<BtfMember>();
        int at = 0, alignment = 1;
        if (++_open > 16) throw new FormatException($"struct {name} contains itself");
        var tags = new List<(string Name, int Member)>();
        foreach (string declaration in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var words = Words(declaration);
            int contains = words.FindIndex(word => word.StartsWith("contains:", StringComparison.Ordinal));
            if (contains >= 0)
            {
                tags.Add((words[contains], members.Count));
                words.RemoveAt(contains);
            }

            string member = words[^1];
            words.RemoveAt(words.Count - 1);
            int type = Type(words), length = 0;
            int bracket = member.IndexOf('[', StringComparison.Ordinal);
            var (size, align) = Layout(type);
            if (bracket >= 0)
            {
                length = int.Parse(member[(bracket + 1)..^1], CultureInfo.InvariantCulture);
                member = member[..bracket];
                int element = type;
                type = Once($"{element}[{length}]", array => new BtfArray(array, element, Type("int"), (uint)length));
                size *= length;
            }

            at = (at + align - 1) / align * align;
            members.Add(new BtfMember(member, type, at * 8, 0));
            at += size;
            alignment = Math.Max(alignment, align);
        }

        _open--;
        int total = (at + alignment - 1) / alignment * alignment;
        _types[id - 1] = new BtfStruct(id, name, false, total, members);
        foreach (var (tag, member) in tags) Add(tagId => new BtfReference(tagId, tag, BtfKind.DeclarationTag, id, ComponentIndex: member));
    }

    private (int Size, int Alignment) Layout(int type) => type == 0 ? (0, 1) : _types[type - 1] switch
    {
        BtfInt integer => (integer.Size, Math.Min(8, integer.Size)),
        BtfEnumType enumeration => (enumeration.Size, enumeration.Size),
        BtfReference { ReferenceKind: BtfKind.Pointer } => (8, 8),
        BtfReference reference => Layout(reference.TargetId),
        BtfStruct structure => (structure.Size, structure.Members.Select(member => Layout(member.TypeId).Alignment).DefaultIfEmpty(1).Max()),
        BtfArray array => (Layout(array.ElementId).Size * (int)array.Length, Layout(array.ElementId).Alignment),
        BtfFloat number => (number.Size, number.Size),
        var other => throw new FormatException($"{other.Kind} '{other.Name}' has no size"),
    };

    /// <summary>Bytes of a type.</summary>
    public int SizeOf(int type) => Layout(type).Size;

    private int Once(string key, Func<int, BtfType> make)
    {
        if (_known.TryGetValue(key, out int known)) return known;
        return _known[key] = Add(make);
    }

    // A type that is made of others is made after them.
    private int Add(Func<int, BtfType> make)
    {
        make(0);
        int id = _types.Count + 1;
        _types.Add(make(id));
        if (_types.Count != id) throw new FormatException("a type was made while another one was");
        return id;
    }
}
