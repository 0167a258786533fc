using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using PSBpf.Btf;

namespace PSBpf.Hosting;

/// <summary>
/// Writes the JavaScript that reads a type out of a view on memory, so that V8 makes plain objects of one shape: the body of a
/// function of the helpers <c>h</c> that gives a function of view, offset and length. What it reads is what
/// <see cref="BtfValue"/> reads.
/// </summary>
internal sealed class EventDecoder
{
    /// <summary>For values that <see cref="ScriptValue.Bytes"/> wrote.</summary>
    public const string Tagged = "return (v,o,n)=>h.tagged(v,o,n);";

    private readonly BtfTypeSet _types;
    private readonly StringBuilder _tables = new();
    private readonly Dictionary<int, string> _names = [];

    private EventDecoder(BtfTypeSet types) => _types = types;

    /// <summary>The function's body for a type.</summary>
    public static string Write(BtfTypeSet types, BtfType type)
    {
        var decoder = new EventDecoder(types);
        string read = decoder.Expression(type, 0);
        return $"\"use strict\";{decoder._tables}return (v,o)=>{(read[0] == '{' ? $"({read})" : read)};";
    }

    private string Expression(BtfType type, long at)
    {
        int size = _types.SizeOf(type);
        switch (_types.Resolve(type))
        {
            case BtfInt integer: return Integer(integer, at * 8 + integer.BitOffset, integer.Bits);
            case BtfEnumType enumeration: return Enumeration(enumeration, Number(at, enumeration.Size, enumeration.IsSigned));
            case BtfReference { ReferenceKind: BtfKind.Pointer }: return Number(at, 8, signed: false);
            case BtfStruct structure: return Structure(structure, at);
            case BtfArray array: return Array(array, at, size);
            case BtfFloat { Size: 2 }: return $"h.half(v,{At(at)})";
            case BtfFloat { Size: 4 or 8 } number: return $"v.getFloat{number.Size * 8}({At(at)},true)";
            default: return $"h.bytes(v,{At(at)},{size})";
        }
    }

    // A type that is used often, or inside of a list, has a function of its own.
    private string Structure(BtfStruct structure, long at)
    {
        if (!_names.TryGetValue(structure.Id, out string? name))
        {
            name = _names[structure.Id] = $"s{_names.Count}";
            var members = new StringBuilder();
            Members(structure, 0, members, []);
            _tables.Append(CultureInfo.InvariantCulture, $"const {name}=(v,o)=>({{{members}}});");
        }

        return $"{name}(v,{At(at)})";
    }

    private void Members(BtfStruct structure, long at, StringBuilder into, HashSet<string> seen)
    {
        foreach (var member in structure.Members)
        {
            var type = _types[member.TypeId];
            var resolved = _types.Resolve(type);
            if (member.Name.Length == 0)
            {
                // Anonymous bitfields are padding.
                if (resolved is BtfStruct nested) Members(nested, at + member.BitOffset / 8, into, seen);
                continue;
            }

            if (!seen.Add(member.Name)) continue;
            long bit = at * 8 + member.BitOffset;
            string read = (member.BitfieldSize, resolved) switch
            {
                ( > 0, BtfEnumType enumeration) => Enumeration(enumeration, Bits(bit, member.BitfieldSize, enumeration.IsSigned)),
                ( > 0, BtfInt integer) => Integer(integer, bit, member.BitfieldSize),
                (_, BtfInt integer) => Integer(integer, bit + integer.BitOffset, integer.Bits),
                _ => Expression(type, bit / 8),
            };
            // Computed where it has to be, so that a member named __proto__ is one: V8 makes objects with computed names three times as slowly.
            string name = Quote(member.Name);
            into.Append(CultureInfo.InvariantCulture, $"{(member.Name == "__proto__" ? $"[{name}]" : name)}:{read},");
        }
    }

    private string Array(BtfArray array, long at, int size)
    {
        var element = _types[array.ElementId];
        if (_types.Resolve(element) is BtfInt { Size: 1 } integer && !integer.Encoding.HasFlag(BtfIntEncoding.Bool))
        {
            // clang gives char no encoding of its own, only its name.
            if (integer.Encoding.HasFlag(BtfIntEncoding.Char) || integer.Name == "char") return $"h.text(v,{At(at)},{size})";
            if (!integer.Encoding.HasFlag(BtfIntEncoding.Signed)) return $"h.bytes(v,{At(at)},{size})";
        }

        return $"h.list(v,{At(at)},{array.Length},{_types.SizeOf(element)},(v,o)=>{Expression(element, 0)})";
    }

    private static string Integer(BtfInt integer, long bit, int bits)
    {
        bool signed = integer.Encoding.HasFlag(BtfIntEncoding.Signed);
        string read = bit % 8 == 0 && bits is 8 or 16 or 32 or 64 && bits == integer.Size * 8 ? Number(bit / 8, integer.Size, signed) : Bits(bit, bits, signed);
        return integer.Encoding.HasFlag(BtfIntEncoding.Bool) ? $"{read}!=0" : read;
    }

    private static string Number(long at, int size, bool signed) => size switch
    {
        1 => $"v.get{(signed ? "Int" : "Uint")}8({At(at)})",
        2 or 4 => $"v.get{(signed ? "Int" : "Uint")}{size * 8}({At(at)},true)",
        _ => $"h.{(signed ? 'i' : 'u')}64(v,{At(at)})",
    };

    private static string Bits(long bit, int count, bool signed) =>
        $"h.bits(v,{At(bit / 8)},{bit % 8},{count},{(signed ? "true" : "false")})";

    private string Enumeration(BtfEnumType enumeration, string number)
    {
        if (!_names.TryGetValue(enumeration.Id, out string? name))
        {
            name = _names[enumeration.Id] = $"e{_names.Count}";
            var rows = enumeration.Members.DistinctBy(member => member.Value)
                .Select(member => $"[{Literal(member.Value, enumeration.IsSigned)},{Quote(member.Name)}]");
            _tables.Append(CultureInfo.InvariantCulture, $"const {name}m=new Map([{string.Join(',', rows)}]),{name}=n=>{name}m.get(n)??n;");
        }

        return $"{name}({number})";
    }

    private static string Literal(long value, bool signed)
    {
        Int128 number = signed ? value : (ulong)value;
        string text = number.ToString(CultureInfo.InvariantCulture);
        return Int128.Abs(number) < (Int128)1 << 53 ? text : text + "n";
    }

    private static string At(long at) => at == 0 ? "o" : string.Create(CultureInfo.InvariantCulture, $"o+{at}");

    private static string Quote(string name) => $"\"{JavaScriptEncoder.Default.Encode(name)}\"";
}
