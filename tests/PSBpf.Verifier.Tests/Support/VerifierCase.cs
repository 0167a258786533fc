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
/// function: sub int
/// expect: reject part of the message     (or: accept)
/// r0 = {N}
/// exit
/// </code>
/// Instead of <c>type:</c>, <c>section: tp_btf/sched_switch</c> says what SEC() would: type, attach type, target and whether it sleeps. <c>{task_struct.comm}</c>
/// is where the machine's kernel has a member; cases with such, or with a target, need its types. A blank line ends a case; <c>#</c> starts a comment line. With <c>function:</c> lines, one for each subprogram's label,
/// what it returns, and <c>global</c> if it is no static function, the program comes with type information. A message after <c>expect: reject</c> must be in both
/// verifiers' words; after <c>expect: reject-here</c> in ours only.
/// </summary>
public sealed partial record VerifierCase(string Place, string Name, ProgramSpec Program, bool Accepts, string Message, bool KernelSaysSo, bool NeedsTypes)
{
    public override string ToString() => $"{Place} {Name}";

    /// <summary>Every case of every file.</summary>
    public static IReadOnlyList<VerifierCase> All => Cases.Value;

    private static readonly Lazy<List<VerifierCase>> Cases = new(() =>
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Cases"), "*.cases").Order(StringComparer.Ordinal).SelectMany(Read)]);

    public static IEnumerable<VerifierCase> Read(string path)
    {
        var block = new List<string>();
        int number = 0, start = 0;
        foreach (string line in System.IO.File.ReadLines(path).Append(""))
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
            foreach (var one in Expand(Path.GetFileName(path), start, block)) yield return one;
            block.Clear();
        }
    }

    private static List<VerifierCase> Expand(string file, int line, List<string> block)
    {
        IEnumerable<string> texts = [string.Join('\n', block.Where(text => !text.StartsWith("each:", StringComparison.Ordinal)))];
        foreach (string each in block.Where(text => text.StartsWith("each:", StringComparison.Ordinal)))
        {
            string[] parts = each[5..].Trim().Split('=', 2);
            texts = texts.SelectMany(text => Separator().Split(parts[1]).Select(value => text.Replace("{" + parts[0] + "}", value, StringComparison.Ordinal)));
        }

        return texts.Select((text, index) => Parse($"{file}:{line}.{index}", text)).ToList();
    }

    // A bar separates values; the bar of |= does not.
    [GeneratedRegex(@"\|(?!=)")]
    private static partial Regex Separator();

    private static VerifierCase Parse(string place, string text)
    {
        bool needsTypes = Member().IsMatch(text);
        text = Member().Replace(text, match => OffsetOf(match.Groups[1].Value, match.Groups[2].Value));
        string name = "", type = "xdp", license = "GPL", expect = "", section = "";
        var maps = new List<MapSpec>();
        var functions = new List<(string Label, string Returns)>();
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
                case "map": maps.Add(ParseMap(row[(colon + 2)..])); break;
                default: code.Add(row); break;
            }
        }

        var assembled = Assembler.Assemble(string.Join('\n', code), maps.Select(map => map.Name));
        var program = new ProgramSpec
        {
            Name = "case",
            Type = ProgramTypeTable.Find(type)!.Type,
            License = license,
            Instructions = assembled.Instructions,
            Maps = maps,
        };
        if (section.Length > 0)
        {
            var row = SectionNames.Match(section)!;
            program = program with { Section = section, Type = row.Type, ExpectedAttachType = row.Attach, Flags = row.Flags, AttachTarget = row.TargetOf(section) };
            needsTypes |= AttachPoint.NameOf(row.Type, row.Attach) is not null;
        }

        if (functions.Count > 0)
        {
            var described = FunctionTypes.Describe(
                [("main", 0, "int"), .. functions.Select(function => (function.Label, assembled.Labels[function.Label], function.Returns)).OrderBy(function => function.Item2)]);
            program = program with { Btf = described.Types, Functions = described.Functions };
        }

        string[] verdict = expect.Split(' ', 2);
        return new VerifierCase(
            place, name, program, verdict[0] == "accept", verdict.Length > 1 ? verdict[1] : "",
            verdict[0] switch { "reject" => true, "accept" or "reject-here" => false, _ => throw new FormatException($"{place}: expect: accept, reject or reject-here") }, needsTypes);
    }

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

    // name type key value entries [rdonly]
    private static MapSpec ParseMap(string text)
    {
        string[] parts = text.Split(' ');
        uint Number(int index) => uint.Parse(parts[index], CultureInfo.InvariantCulture);
        return new MapSpec
        {
            Name = parts[0],
            Type = Enum.Parse<MapType>(parts[1], ignoreCase: true),
            KeySize = Number(2),
            ValueSize = Number(3),
            MaxEntries = Number(4),
            Flags = parts.Length > 5 ? Enum.Parse<MapFlags>(parts[5], ignoreCase: true) : MapFlags.None,
        };
    }
}
