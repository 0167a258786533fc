namespace PSBpf.Benchmarks;

/// <summary>What the command line asks for.</summary>
/// <param name="Filters">Parts of names; a program is measured when its name contains one of them, or there are none.</param>
/// <param name="Rounds">Interleaved rounds whose median counts.</param>
/// <param name="Quick">Shorter samples: for a look, not for figures.</param>
/// <param name="Costs">Also measure loading, calls, memory and replay.</param>
/// <param name="CostFilters">Parts of titles; costs are measured when their title contains one of them, or there are none.</param>
/// <param name="JsonPath">Where the figures go as JSON; null for nowhere.</param>
/// <param name="List">Only name the programs.</param>
/// <param name="Checked">The compiler's column is code that checks every memory access and counts its loops.</param>
/// <param name="Read">Only measure reading objects.</param>
/// <param name="ColdTypes">Only time the first look at the kernel's types in this process.</param>
/// <param name="Verify">Only measure verifying the programs of these objects, or of the fetched ones when there are none; null otherwise.</param>
/// <param name="Verdicts">Only what becomes of the programs of the fetched objects: docs/corpus.md.</param>
/// <param name="Cold">Only time the first load and run of this program in this process; null to measure.</param>
internal sealed record BenchmarkOptions(
    IReadOnlyList<string> Filters, int Rounds, bool Quick, bool Costs, IReadOnlyList<string> CostFilters, string? JsonPath, bool List, string? Cold, bool Checked, bool Read, bool ColdTypes, IReadOnlyList<string>? Verify, bool Verdicts = false)
{
    public const string Usage = """
        PSBpf.Benchmarks: the same programs in the managed engine, in the Linux kernel and as native code

          --filter TEXT[,TEXT]   only programs whose name contains one of the texts
          --quick                fewer rounds and shorter samples: seconds instead of minutes
          --rounds N             interleaved rounds whose median counts (5)
          --checked              compile with checks, which nobody needs whose programs are verified: what they cost
          --no-costs             only the table of programs, not loading, calls, memory and replay
          --read                 only reading real objects (scripts/corpus.sh), beside libbpf
          --verify [FILE...]     only verifying the programs of objects (those of scripts/corpus.sh), beside the kernel
          --verdicts             only what becomes of the programs of fetched objects, as a table in Markdown (scripts/corpus.sh --table)
          --cold-types           only the first look at the kernel's types in a new process
          --costs TEXT[,TEXT]    no table of programs, and only the costs whose title contains one of the texts
          --json FILE            the figures as JSON as well
          --list                 the programs, without measuring

        """;

    /// <summary>Reads the command line.</summary>
    /// <returns>Null when it asks for help or cannot be understood; then <paramref name="problem"/> says why, if there is one.</returns>
    public static BenchmarkOptions? Parse(IReadOnlyList<string> arguments, out string? problem)
    {
        var options = new BenchmarkOptions([], 5, Quick: false, Costs: true, CostFilters: [], JsonPath: null, List: false, Cold: null, Checked: false, Read: false, ColdTypes: false, Verify: null);
        problem = null;
        for (int index = 0; index < arguments.Count; index++)
        {
            string name = arguments[index];
            string? Next() => index + 1 < arguments.Count ? arguments[++index] : null;
            switch (name)
            {
                case "--quick": options = options with { Quick = true, Rounds = 2 }; break;
                case "--checked": options = options with { Checked = true }; break;
                case "--verdicts": options = options with { Verdicts = true }; break;
                case "--read": options = options with { Read = true }; break;
                case "--cold-types": options = options with { ColdTypes = true }; break;
                case "--verify":
                    options = options with { Verify = [.. arguments.Skip(index + 1).TakeWhile(argument => !argument.StartsWith("--", StringComparison.Ordinal))] };
                    index += options.Verify!.Count;
                    break;
                case "--no-costs": options = options with { Costs = false }; break;
                case "--list": options = options with { List = true }; break;
                case "--filter" when Next() is { } text: options = options with { Filters = Texts(text) }; break;
                case "--costs" when Next() is { } text: options = options with { CostFilters = Texts(text) }; break;
                case "--json" when Next() is { } path: options = options with { JsonPath = path }; break;
                case "--cold" when Next() is { } program: options = options with { Cold = program }; break;
                case "--rounds" when Next() is { } number && int.TryParse(number, out int rounds) && rounds > 0: options = options with { Rounds = rounds }; break;
                case "--help" or "-h": return null;
                default:
                    problem = $"'{name}' is no option, or its value is missing.";
                    return null;
            }
        }

        return options;
    }

    /// <summary>Whether a program is asked for.</summary>
    public bool Includes(string name) => Matches(Filters, name);

    /// <summary>Whether costs are asked for.</summary>
    public bool IncludesCosts(string title) => Costs && Matches(CostFilters, title);

    private static bool Matches(IReadOnlyList<string> filters, string name) =>
        filters.Count == 0 || filters.Any(filter => name.Contains(filter, StringComparison.OrdinalIgnoreCase));

    private static string[] Texts(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
