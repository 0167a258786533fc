using System.Collections.Frozen;

namespace PSBpf.Btf;

/// <summary>How clang's BPF target calls the types that have no parts. A name that it does not know, or knows with another size, is replaced.</summary>
internal static class BtfBaseTypes
{
    private static readonly FrozenDictionary<string, int> Integers = new Dictionary<string, int>
    {
        ["_Bool"] = 1, ["char"] = 1, ["signed char"] = 1, ["unsigned char"] = 1, ["short"] = 2, ["short int"] = 2, ["short unsigned int"] = 2, ["unsigned short"] = 2,
        ["int"] = 4, ["unsigned int"] = 4, ["long"] = 8, ["long int"] = 8, ["long unsigned int"] = 8, ["unsigned long"] = 8,
        ["long long"] = 8, ["long long int"] = 8, ["long long unsigned int"] = 8, ["unsigned long long"] = 8,
        ["__int128"] = 16, ["__int128 unsigned"] = 16, ["unsigned __int128"] = 16,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<(int Size, bool IsSigned), string> BySize = new Dictionary<(int Size, bool IsSigned), string>
    {
        [(1, true)] = "signed char", [(1, false)] = "unsigned char", [(2, true)] = "short", [(2, false)] = "unsigned short", [(4, true)] = "int", [(4, false)] = "unsigned int",
        [(8, true)] = "long long", [(8, false)] = "unsigned long long", [(16, true)] = "__int128", [(16, false)] = "unsigned __int128",
    }.ToFrozenDictionary();

    public static string NameOf(BtfInt integer)
    {
        if (Integers.TryGetValue(integer.Name, out int size) && size == integer.Size) return integer.Name;
        if (integer.Encoding.HasFlag(BtfIntEncoding.Bool) && integer.Size == 1) return "_Bool";
        return BySize[(integer.Size, integer.Encoding.HasFlag(BtfIntEncoding.Signed))];
    }

    /// <summary>An integer of an enumeration's size, for places after the one that defines its values.</summary>
    public static string NameOf(BtfEnumType enumeration) => BySize[(enumeration.Size, enumeration.IsSigned)];

    // BPF computes with no floating-point numbers: where clang has none of that size, the space is what matters.
    public static string NameOf(BtfFloat number) => number.Size switch
    {
        2 => "unsigned short",
        4 => "float",
        8 => "double",
        16 => "unsigned __int128",
        _ => "struct { unsigned int part[3]; }",
    };

    /// <summary>What says the size of an enumeration that is not an int.</summary>
    public static string EnumMode(BtfEnumType enumeration) => enumeration.Size switch
    {
        1 => " __attribute__((mode(QI)))",
        2 => " __attribute__((mode(HI)))",
        8 => " __attribute__((mode(DI)))",
        _ => "",
    };
}
