using System.Text.RegularExpressions;
using PSBpf.Architecture.Tests.Metadata;
using PSBpf.Architecture.Tests.Repository;

namespace PSBpf.Architecture.Tests;

/// <summary>
/// Which folders of a project may use which others of it; "." is the project's own folder. Core's folders stand in
/// layers. In Runtime a run, what it runs and what it runs on know each other; that knot is named, so that it cannot grow.
/// </summary>
public sealed class NamespaceTests
{
    private static readonly Dictionary<string, (string Folder, string[] Uses)[]> Allowed = new()
    {
        ["PSBpf.Core"] =
        [
            ("Diagnostics", []),
            ("Uapi", []),
            ("Elf", ["Diagnostics"]),
            ("Btf", ["Diagnostics", "Elf"]),
            ("Isa", ["Diagnostics", "Uapi"]),
            // It reads the symbols of what it compiled, and declares helpers from their table.
            ("Compile", ["Diagnostics", "Elf", "Uapi"]),
            ("CoRe", ["Btf", "Diagnostics", "Isa"]),
            ("Targets", ["Btf", "CoRe", "Diagnostics", "Elf", "Uapi"]),
            ("Objects", ["Btf", "CoRe", "Diagnostics", "Elf", "Isa", "Targets", "Uapi"]),
            ("Kernel", ["Diagnostics", "Objects", "Uapi"]),
        ],
        ["PSBpf.Runtime"] =
        [
            ("Environment", []),
            ("Memory", []),
            ("Sources", []),
            ("Statistics", []),
            ("Contexts", ["Interpreter", "Memory", "Runs"]),
            ("Conformance", [".", "Contexts", "Helpers", "Interpreter", "Jit", "Maps", "Memory", "Runs"]),
            // Interfaces are the engine's; what a helper answers may depend on the program's type.
            ("Helpers", [".", "Contexts", "Environment", "Interpreter", "Maps", "Memory", "Runs"]),
            ("Interpreter", ["Contexts", "Helpers", "Jit", "Maps", "Runs", "Statistics"]),
            ("Jit", [".", "Contexts", "Helpers", "Interpreter", "Maps", "Memory", "Runs"]),
            ("Maps", [".", "Environment", "Interpreter", "Memory", "Runs"]),
            ("Runs", [".", "Contexts", "Environment", "Helpers", "Interpreter", "Jit", "Maps", "Memory", "Statistics"]),
            // Packets are sent on to what maps' entries stand for.
            ("Hooks", [".", "Contexts", "Environment", "Interpreter", "Maps", "Runs"]),
            ("Tracing", [".", "Contexts", "Interpreter", "Maps", "Memory", "Runs"]),
            (".", ["Environment", "Helpers", "Hooks", "Interpreter", "Jit", "Maps", "Memory", "Runs", "Statistics", "Tracing"]),
        ],
    };

    /// <summary>Folders that use each other, directly or through others.</summary>
    private static readonly Dictionary<string, string[]> Knots = new()
    {
        ["PSBpf.Core"] = [],
        ["PSBpf.Runtime"] = [".", "Contexts", "Helpers", "Hooks", "Interpreter", "Jit", "Maps", "Runs", "Tracing"],
    };

    public static TheoryData<string> Projects => new(Allowed.Keys);

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_folder_uses_only_what_its_row_names(string name)
    {
        var rows = Allowed[name].ToDictionary(row => row.Folder, row => row.Uses);
        var edges = Edges(name);
        Assert.NotEmpty(edges);
        var foreign = edges.Where(edge => !rows.GetValueOrDefault(edge.From, []).Contains(edge.To)).Select(edge => $"{edge.From} -> {edge.To}").Order(StringComparer.Ordinal);
        Assert.Equal([], foreign);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_table_allows_nothing_that_is_not_used(string name)
    {
        var edges = Edges(name);
        var unused = Allowed[name].SelectMany(row => row.Uses.Select(to => (From: row.Folder, To: to))).Where(edge => !edges.Contains(edge));
        Assert.Empty(unused);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_folder_has_its_row(string name)
    {
        var project = Checkout.Projects.Single(candidate => candidate.Name == name);
        var folders = Checkout.Files(Path.GetRelativePath(Checkout.Root, project.Folder), ".cs")
            .Select(path => Path.GetRelativePath(project.Folder, Checkout.PathOf(path)).Replace('\\', '/').Split('/'))
            .Select(parts => parts.Length == 1 ? "." : parts[0]).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(folders, Allowed[name].Select(row => row.Folder).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_that_use_each_other_are_named(string name)
    {
        var edges = Edges(name);
        var folders = Allowed[name].Select(row => row.Folder);
        Assert.Equal(Knots[name], folders.Where(folder => Reaches(edges, folder, folder, [])).Order(StringComparer.Ordinal));
    }

    private static bool Reaches(HashSet<(string From, string To)> edges, string from, string to, HashSet<string> seen) =>
        edges.Where(edge => edge.From == from).Any(edge => edge.To == to || (seen.Add(edge.To) && Reaches(edges, edge.To, to, seen)));

    private static HashSet<(string From, string To)> Edges(string name)
    {
        var project = Checkout.Projects.Single(candidate => candidate.Name == name);
        using var assembly = new AssemblyFile(project.AssemblyPath);
        var edges = NamespaceEdges.Of(assembly).Concat(Usings(project))
            .Select(edge => (From: Folder(project, edge.From), To: Folder(project, edge.To)))
            .Where(edge => edge.From != edge.To);
        return [.. edges];
    }

    private static IEnumerable<(string From, string To)> Usings(ProjectFile project)
    {
        foreach (string path in Checkout.Files(Path.GetRelativePath(Checkout.Root, project.Folder), ".cs"))
        {
            string text = File.ReadAllText(Checkout.PathOf(path));
            var from = Regex.Match(text, @"^namespace ([\w.]+);", RegexOptions.Multiline);
            if (!from.Success) continue;
            // "using static" names a type and an alias may: their namespaces leave traces in the metadata.
            foreach (Match use in Regex.Matches(text, @"^using ([\w.]+);", RegexOptions.Multiline))
            {
                string to = use.Groups[1].Value;
                if (IsInside(project, from.Groups[1].Value) && IsInside(project, to)) yield return (from.Groups[1].Value, to);
            }
        }
    }

    // Core's root namespace is the prefix of every other project's: only its own folders count.
    private static bool IsInside(ProjectFile project, string space) =>
        project.RootNamespace != "PSBpf"
            ? space == project.RootNamespace || space.StartsWith(project.RootNamespace + ".", StringComparison.Ordinal)
            : space == "PSBpf" || Directory.Exists(Path.Combine(project.Folder, space["PSBpf.".Length..].Replace('.', '/')));

    private static string Folder(ProjectFile project, string space) =>
        space == project.RootNamespace ? "." : space[(project.RootNamespace.Length + 1)..].Split('.')[0];
}
