using System.Globalization;
using System.Text;

namespace PSBpf.Differential.Tests.Libbpf;

/// <summary>Generates pairs of C sources: types as an object knows them with questions about them, and the same types as a kernel might have them.</summary>
internal sealed class CoreGenerator(int seed)
{
    private const int Structs = 6, Members = 6;

    private static readonly string[] Scalars = ["int", "unsigned int", "long", "unsigned long", "unsigned char", "signed char", "_Bool", "short", "unsigned short"];

    private readonly Random _random = new(seed);
    private readonly List<(string Path, bool IsBitfield, bool IsScalar, bool IsNumber)>[] _fields = new List<(string, bool, bool, bool)>[Structs];

    /// <summary>The kernel's types.</summary>
    public string Kernel()
    {
        var text = new StringBuilder();
        Types(text, isKernel: true);
        for (int index = 0; index < Structs; index++) text.Append(CultureInfo.InvariantCulture, $"struct s{index} v{index};\n");
        text.Append("enum e ev; union u uv; s_t tv; fn_t *fv; struct only_there there;\n");
        return text.ToString();
    }

    /// <summary>The object: one program for each question.</summary>
    public string Object(int questions)
    {
        var text = new StringBuilder("char LICENSE[] __attribute__((section(\"license\"), used)) = \"GPL\";\n#define SEC(n) __attribute__((section(n), used))\n");
        text.Append("#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)\n");
        Types(text, isKernel: false);
        text.Append("struct gone { int a; };\n#pragma clang attribute pop\n");
        for (int index = 0; index < questions; index++)
            text.Append(CultureInfo.InvariantCulture, $"SEC(\"socket\") long q{index}(void *p) {{ return {Question()}; }}\n");
        return text.ToString();
    }

    private void Types(StringBuilder text, bool isKernel)
    {
        // The kernel has the enumerators in another order and some of them not at all.
        text.Append(isKernel ? "enum e { TWO = 22, ONE = 11, BIG = 0x7fffffff, FOUR = -4 };\n" : "enum e { ONE = 1, TWO = 2, THREE = 3, FOUR = -4 };\n");
        text.Append(CultureInfo.InvariantCulture, $"union u {{ int a; {(isKernel ? "long" : "int")} b; }};\ntypedef struct {{ int x; {(isKernel ? "char y; " : "")}}} anonymous_t;\n");
        text.Append(CultureInfo.InvariantCulture, $"typedef int (fn_t)(int, {Pick("long", "void *", "struct s0 *")});\n");
        if (isKernel) text.Append("struct only_there { int a; };\n");
        for (int index = 0; index < Structs; index++)
        {
            // An object's own declarations are often shorter, and of some flavour.
            text.Append(CultureInfo.InvariantCulture, $"struct s{index} {{\n");
            if (!isKernel) _fields[index] = [];
            foreach (int member in Enumerable.Range(0, Members).OrderBy(_ => isKernel ? _random.Next() : 0))
            {
                if (isKernel && _random.Next(6) == 0) continue;
                if (isKernel && _random.Next(3) == 0) text.Append(CultureInfo.InvariantCulture, $"  {Pick(Scalars)} pad{member};\n");
                Member(text, index, member, isKernel);
            }

            if (_random.Next(3) == 0) text.Append("  int tail[0];\n");
            if (!isKernel && text.ToString().EndsWith("tail[0];\n", StringComparison.Ordinal)) _fields[index].Add(("tail[2]", false, true, false));
            text.Append("};\n");
        }

        text.Append("typedef struct s1 s_t;\n");
    }

    private void Member(StringBuilder text, int index, int member, bool isKernel)
    {
        string name = $"m{member}";
        // The kind of a member depends on its number alone, most of the time.
        int kind = _random.Next(8) == 0 ? _random.Next(8) : (index * 5 + member) % 8;
        string scalar = Pick(Scalars);
        (string declaration, string path, bool isBitfield) = kind switch
        {
            0 or 1 => ($"{scalar} {name}", name, false),
            2 => ($"{Pick("int", "unsigned int", "long", "unsigned char")} {name} : {_random.Next(1, 9)}", name, true),
            3 => ($"{Pick("void", "char", "struct s0", "struct undefined")} *{name}", name, false),
            4 => ($"{scalar} {name}[{_random.Next(2, 6)}]", $"{name}[{_random.Next(3)}]", false),
            5 => isKernel && _random.Next(2) == 0 ? ($"struct {{ int q{member}; union {{ long z{member}; {scalar} {name}; }}; }}", name, false)
                : ($"union {{ {scalar} {name}; char w{member}; }}", name, false),
            6 => index > 0 ? ($"struct s{_random.Next(index)} {name}", name, false) : ($"enum e {name}", name, false),
            _ => ($"anonymous_t {name}", $"{name}.x", false),
        };
        if (declaration.Contains("[2]", StringComparison.Ordinal) && path.EndsWith("[2]", StringComparison.Ordinal)) path = $"{name}[1]";
        text.Append("  ").Append(declaration).Append(";\n");
        if (!isKernel) _fields[index].Add((path, isBitfield, kind is 0 or 1 or 3 or 4 or 5 or 7, kind is 0 or 1 or 2 or 5));
    }

    private string Question()
    {
        int index = _random.Next(Structs);
        var (path, isBitfield, isScalar, isNumber) = _fields[index][_random.Next(_fields[index].Count)];
        string field = $"((struct s{index} *)p)->{path}", type = Pick("struct s" + index, "struct gone", "union u", "s_t", "fn_t", "enum e", "anonymous_t");
        return _random.Next(10) switch
        {
            0 or 1 or 2 when isScalar && !isBitfield => $"(long){field}",
            <= 3 when isNumber => $"__builtin_preserve_field_info({field}, {_random.Next(6)})",
            <= 3 when !path.EndsWith(']') => $"__builtin_preserve_field_info({field}, {_random.Next(3)})",
            <= 4 => $"__builtin_preserve_field_info({field}, 2)",
            5 => $"__builtin_preserve_type_info(*({type} *)0, {_random.Next(3)})",
            6 => $"__builtin_btf_type_id(*({Pick("struct s" + index, "union u", "s_t", "enum e")} *)0, {_random.Next(2)})",
            7 or 8 => $"__builtin_preserve_enum_value(*(enum e *){Pick("ONE", "TWO", "FOUR", "THREE")}, {_random.Next(2)})",
            _ => $"__builtin_preserve_type_info(*(struct s{index} *)0, 2)",
        };
    }

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];
}
