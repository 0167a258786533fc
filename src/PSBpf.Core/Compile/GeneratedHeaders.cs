using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PSBpf.Uapi;

namespace PSBpf.Compile;

/// <summary>The headers that say in C what the tables of the UAPI say: a test keeps the files in module/include equal to them.</summary>
internal static partial class GeneratedHeaders
{
    private const string Licence = "/* SPDX-License-Identifier: MIT */\n";

    // Words that the UAPI writes as one.
    private static readonly (string Ours, string Theirs)[] Words =
        [("PER_CPU", "PERCPU"), ("RING_BUF", "RINGBUF"), ("SOCK_ARRAY", "SOCKARRAY"), ("SEG6_LOCAL", "SEG6LOCAL"), ("UNSPECIFIED", "UNSPEC")];

    /// <summary>Texts by their names below the include folder.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["bpf/bpf_helper_defs.h"] = Helpers(),
        ["linux/bpf_numbers.h"] = Numbers(),
    };

    /// <summary>The UAPI's word for a value of one of its enums: <c>PerCpuHash</c> is <c>PERCPU_HASH</c>.</summary>
    public static string UapiName(string name)
    {
        string text = WordStart().Replace(name, "_").ToUpperInvariant();
        foreach ((string ours, string theirs) in Words) text = text.Replace(ours, theirs, StringComparison.Ordinal);
        return text;
    }

    private static string Helpers()
    {
        var text = new StringBuilder(Licence);
        text.Append("/* Every helper of the UAPI, made from PSBpf's table; bpf-helpers(7) says what they do. A call of one becomes \"call NUMBER\". */\n");
        text.Append("#ifndef PSBPF_BPF_HELPER_DEFS_H\n#define PSBPF_BPF_HELPER_DEFS_H\n\n#include <linux/types.h>\n\n");
        foreach (string tag in HelperTable.All.SelectMany(helper => StructTag().Matches(helper.Declaration).Select(match => match.Value)).Distinct().Order(StringComparer.Ordinal))
            text.Append(tag).Append(";\n");
        text.Append('\n');
        foreach (HelperPrototype helper in HelperTable.All)
            text.Append(CultureInfo.InvariantCulture, $"static {Pointer(helper)} = (void *){helper.Id};\n");
        return text.Append("\n#endif\n").ToString();
    }

    // "long bpf_f(int a)" as a constant that points to such a function.
    private static string Pointer(HelperPrototype helper) =>
        helper.Declaration.Replace(helper.Name + "(", $"(* const {helper.Name})(", StringComparison.Ordinal);

    private static string Numbers()
    {
        var text = new StringBuilder(Licence);
        text.Append("/* The numbers of map types, program types, attach types and helpers, made from PSBpf's tables. */\n");
        text.Append("#ifndef PSBPF_LINUX_BPF_NUMBERS_H\n#define PSBPF_LINUX_BPF_NUMBERS_H\n");
        AppendEnum<MapType>(text, "bpf_map_type", "BPF_MAP_TYPE_", "__MAX_BPF_MAP_TYPE",
            ("BPF_MAP_TYPE_CGROUP_STORAGE_DEPRECATED", (int)MapType.CgroupStorage), ("BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE_DEPRECATED", (int)MapType.PerCpuCgroupStorage));
        AppendEnum<ProgramType>(text, "bpf_prog_type", "BPF_PROG_TYPE_", "__MAX_BPF_PROG_TYPE");
        AppendEnum<AttachType>(text, "bpf_attach_type", "BPF_", "__MAX_BPF_ATTACH_TYPE");
        text.Append("\n#define MAX_BPF_ATTACH_TYPE __MAX_BPF_ATTACH_TYPE\n\nenum bpf_func_id {\n\tBPF_FUNC_unspec = 0,\n");
        foreach (HelperPrototype helper in HelperTable.All)
            text.Append(CultureInfo.InvariantCulture, $"\tBPF_FUNC_{helper.Name["bpf_".Length..]} = {helper.Id},\n");
        text.Append(CultureInfo.InvariantCulture, $"\t__BPF_FUNC_MAX_ID = {HelperTable.All.Count + 1},\n}};\n");
        return text.Append("\n#endif\n").ToString();
    }

    private static void AppendEnum<T>(StringBuilder text, string tag, string prefix, string last, params (string Name, int Value)[] aliases)
        where T : struct, Enum
    {
        text.Append(CultureInfo.InvariantCulture, $"\nenum {tag} {{\n");
        int max = -1;
        foreach (T value in Enum.GetValues<T>())
        {
            int number = Convert.ToInt32(value, CultureInfo.InvariantCulture);
            max = Math.Max(max, number);
            text.Append(CultureInfo.InvariantCulture, $"\t{prefix}{UapiName(value.ToString())} = {number},\n");
            foreach ((string alias, int of) in aliases)
                if (of == number) text.Append(CultureInfo.InvariantCulture, $"\t{alias} = {of},\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"\t{last} = {max + 1},\n}};\n");
    }

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])")]
    private static partial Regex WordStart();

    [GeneratedRegex(@"struct \w+")]
    private static partial Regex StructTag();
}
