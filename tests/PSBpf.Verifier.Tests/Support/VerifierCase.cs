using System.Globalization;
using System.Text.RegularExpressions;
using PSBpf.Btf;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Targets;
using PSBpf.Uapi;

namespace PSBpf.Verifier.Tests.Support;

/// <summary>
/// One small program with the verdict that both verifiers must give. Cases are text, so that a new one is a few lines:
/// <code>
/// test: what it shows, with {N} for each value
/// each: N=1|2|4
/// type: xdp
/// map: counts hash 4 8 16
/// struct: pair int a; struct bpf_spin_lock lock
/// map: typed hash 4 pair 16
/// function: sub int global (struct pair *p __nonnull)
/// expect: reject part of the message     (or: accept)
/// r0 = {N}
/// exit
/// </code>
/// Instead of <c>type:</c>, <c>section: tp_btf/sched_switch</c> says what SEC() would: type, attach type, target and whether it sleeps. <c>{task_struct.comm}</c>
/// is where the machine's kernel has a member; cases with such, or with a target, need its types. <c>{type pair}</c> is the number of a structure of the case; the program
/// comes with type information then.
/// <c>exception: NAME</c> tags the program with the function that bpf_throw calls. A value may be several lines with <c>\n</c> between. <c>call bpf_iter_num_new()</c> calls a kernel function by its name. A blank line ends a case; <c>#</c> starts a comment line. With <c>function:</c> lines, one for each subprogram's label,
/// what it returns, <c>global</c> if it is no static function, and its parameters if it has any, the program comes with type
/// information (<see cref="CaseTypes"/>). A map whose value is a structure's name is described by it. A message after <c>expect: reject</c> must be in both
/// verifiers' words; after <c>expect: reject-here</c> in ours only.
/// </summary>
public sealed partial record VerifierCase(string Place, string Name, ProgramSpec Program, bool Accepts, string Message, bool KernelSaysSo, bool NeedsTypes)
{
    public override string ToString() => $"{Place} {Name}";

    /// <summary>Every case of every file.</summary>
    public static IReadOnlyList<VerifierCase> All => Cases.Value;

    private static readonly Lazy<List<VerifierCase>> Cases = new(() =>
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Cases"), "*.cases").Order(StringComparer.Ordinal).SelectMany(Read)]);

    public static IEnumerable<VerifierCase> Read(string path) => Read(Path.GetFileName(path), System.IO.File.ReadLines(path));

    /// <summary>The cases of some lines.</summary>
    public static IEnumerable<VerifierCase> Read(string place, IEnumerable<string> lines)
    {
        var block = new List<string>();
        int number = 0, start = 0;
        foreach (string line in lines.Append(""))
        {
            number++;
            if (line.StartsWith('#')) continue;
            if (!string.IsNullOrWhiteSpace(line))
            {
                if (block.Count == 0) start = number;
                block.Add(line);
                continue;
            }

            if (block.Count == 0) continue;
            foreach (var one in Expand(place, start, block)) yield return one;
            block.Clear();
        }
    }

    private static List<VerifierCase> Expand(string file, int line, List<string> block)
    {
        IEnumerable<string> texts = [string.Join('\n', block.Where(text => !text.StartsWith("each:", StringComparison.Ordinal)))];
        foreach (string each in block.Where(text => text.StartsWith("each:", StringComparison.Ordinal)))
        {
            string[] parts = each[5..].Trim().Split('=', 2);
            texts = texts.SelectMany(text => Separator().Split(parts[1]).Select(value => Substitute(text, "{" + parts[0] + "}", value)));
        }

        return texts.Select((text, index) => Parse($"{file}:{line}.{index}", text)).ToList();
    }

    // A value may be several lines, with \n between; in the name they stand in one.
    private static string Substitute(string text, string mark, string value) => string.Join('\n', text.Split('\n').Select(line =>
        line.Replace(mark, value.Replace("\\n", line.StartsWith("test: ", StringComparison.Ordinal) ? "; " : "\n", StringComparison.Ordinal), StringComparison.Ordinal)));

    // A bar separates values; the bar of |= does not.
    [GeneratedRegex(@"\|(?!=)")]
    private static partial Regex Separator();

    private static VerifierCase Parse(string place, string text)
    {
        bool needsTypes = Member().IsMatch(text);
        text = Member().Replace(text, match => OffsetOf(match.Groups[1].Value, match.Groups[2].Value));
        string name = "", type = "xdp", license = "GPL", expect = "", section = "";
        uint flags = 0;
        string? exception = null;
        var attach = default(AttachType);
        var maps = new List<string>();
        var types = new CaseTypes();
        var functions = new List<(string Label, string Text)>();
        var code = new List<string>();
        foreach (string row in text.Split('\n'))
        {
            int colon = row.IndexOf(": ", StringComparison.Ordinal);
            switch (colon > 0 ? row[..colon] : "")
            {
                case "test": name = row[(colon + 2)..]; break;
                case "section": section = row[(colon + 2)..]; break;
                case "type": type = row[(colon + 2)..]; break;
                case "license": license = row[(colon + 2)..]; break;
                case "expect": expect = row[(colon + 2)..]; break;
                case "function": functions.Add((row.Split(' ')[1], row.Split(' ', 3)[2])); break;
                case "attach": attach = Enum.Parse<AttachType>(row[(colon + 2)..]); break;
                case "flags": flags = row[(colon + 2)..] == "sleepable" ? SectionNames.Sleepable : throw new FormatException($"{place}: flags: sleepable"); break;
                case "struct": types.Declare(row[(colon + 2)..]); break;
                case "exception": exception = row[(colon + 2)..]; break;
                case "map": maps.Add(row[(colon + 2)..]); break;
                default: code.Add(row); break;
            }
        }

        bool namesTypes = code.Any(line => LocalType().IsMatch(line));
        for (int index = 0; index < code.Count; index++)
            code[index] = LocalType().Replace(code[index], match => types.Type("struct " + match.Groups[1].Value).ToString(CultureInfo.InvariantCulture));
        var called = KernelFunctions.Name(code);
        var assembled = Assembler.Assemble(string.Join('\n', code), maps.Select(map => map.Split(' ')[0]));
        var specs = functions.Select(function => (function.Label, Start: assembled.Labels[function.Label], function.Text)).OrderBy(function => function.Start)
            .Prepend((Label: "main", Start: 0, Text: "int")).Select(function => types.Function(function.Label, function.Start, function.Text)).ToList();
        if (exception is not null) types.Tag(specs[0].TypeId, "exception_callback:" + exception);
        var ids = maps.Select(map => (Key: KeyId(types, map), Value: ValueId(types, map))).ToList();
        var built = types.Build();
        var program = new ProgramSpec
        {
            Name = "case",
            Type = ProgramTypeTable.Find(type)!.Type,
            ExpectedAttachType = attach,
            Flags = flags,
            License = license,
            Instructions = assembled.Instructions,
            Externs = KernelFunctions.Uses(called, assembled.Instructions),
            Maps = [.. maps.Select((map, index) => ParseMap(map, types, built, ids[index].Key, ids[index].Value))],
        };
        if (section.Length > 0)
        {
            var row = SectionNames.Match(section)!;
            program = program with { Section = section, Type = row.Type, ExpectedAttachType = row.Attach, Flags = row.Flags, AttachTarget = row.TargetOf(section) };
            needsTypes |= AttachPoint.NameOf(row.Type, row.Attach) is not null;
        }

        if (functions.Count > 0 || namesTypes) program = program with { Btf = built, Functions = specs };

        string[] verdict = expect.Split(' ', 2);
        return new VerifierCase(
            place, name, program, verdict[0] == "accept", verdict.Length > 1 ? verdict[1] : "",
            verdict[0] switch { "reject" => true, "accept" or "reject-here" => false, _ => throw new FormatException($"{place}: expect: accept, reject or reject-here") }, needsTypes);
    }

    [GeneratedRegex(@"\{type (\w+)\}")]
    private static partial Regex LocalType();

    [GeneratedRegex(@"\{(\w+)\.([\w.]+)\}")]
    private static partial Regex Member();

    // Where there are no types, cases that ask for some do not run.
    private static string OffsetOf(string structure, string path)
    {
        if (TargetKernel.Machine.Types?.Types is not { } types) return "0";
        BtfType type = types.Find(BtfKind.Struct, structure) ?? throw new FormatException($"the kernel has no struct {structure}");
        int offset = 0;
        foreach (string name in path.Split('.'))
        {
            if (!types.TryFindMember(type, name, out var member, out int bits)) throw new FormatException($"struct {structure} has no {path}");
            offset += bits / 8;
            type = types[member.TypeId];
        }

        return offset.ToString(CultureInfo.InvariantCulture);
    }

    private static bool IsTyped(string text) => !char.IsAsciiDigit(text.Split(' ')[3][0]);

    private static int KeyId(CaseTypes types, string text) => IsTyped(text) && text.Split(' ')[2] == "4" ? types.Type("int") : 0;

    private static int ValueId(CaseTypes types, string text) => IsTyped(text) ? types.Type("struct " + text.Split(' ')[3]) : 0;

    // name type key value entries [flags [map_extra in hexadecimal]]; the value is a size or a structure
    private static MapSpec ParseMap(string text, CaseTypes types, BtfTypeSet built, int key, int value)
    {
        string[] parts = text.Split(' ');
        uint Number(int index) => uint.Parse(parts[index], CultureInfo.InvariantCulture);
        return new MapSpec
        {
            Name = parts[0],
            Type = Enum.Parse<MapType>(parts[1], ignoreCase: true),
            KeySize = Number(2),
            ValueSize = value == 0 ? Number(3) : (uint)types.SizeOf(value),
            MaxEntries = Number(4),
            Extra = parts.Length > 6 ? ulong.Parse(parts[6], NumberStyles.HexNumber, CultureInfo.InvariantCulture) : 0,
            Flags = parts.Length > 5 ? Enum.Parse<MapFlags>(parts[5], ignoreCase: true) : MapFlags.None,
            Btf = value == 0 ? null : built,
            KeyType = key == 0 ? null : built[key],
            ValueType = value == 0 ? null : built[value],
        };
    }
}
