using PSBpf.Architecture.Tests.Metadata;
using PSBpf.Architecture.Tests.Repository;

namespace PSBpf.Architecture.Tests;

/// <summary>The projects are cut at the lines of trust and deployment; docs/architecture.md has the same table.</summary>
public sealed class ProjectTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["PSBpf.Core"] = [],
        ["PSBpf.Verifier"] = ["PSBpf.Core"],
        ["PSBpf.Runtime"] = ["PSBpf.Core", "PSBpf.Verifier"],
        ["PSBpf.Linux"] = ["PSBpf.Core"],
        ["PSBpf.Hosting"] = ["PSBpf.Core", "PSBpf.Verifier", "PSBpf.Runtime", "PSBpf.Linux"],
        // What Hosting shows: verifications and maps (Core), captures, hooks and links (Runtime).
        ["PSBpf.PowerShell"] = ["PSBpf.Hosting", "PSBpf.Core", "PSBpf.Runtime"],
        // Adapters see the contract that they implement, and nobody sees them: they are found by name.
        ["PSBpf.Disassembly"] = ["PSBpf.Hosting"],
        // Its loader tells a refused import by the diagnostic that Hosting throws.
        ["PSBpf.Scripting"] = ["PSBpf.Hosting", "PSBpf.Core"],
        // Its pages show what Hosting has: types, verifications, values (Core).
        ["PSBpf.Viewer"] = ["PSBpf.Hosting", "PSBpf.Core"],
        // The host knows no engine: it loads the module as any PowerShell would.
        ["PSBpf.Host"] = [],
    };

    /// <summary>Third-party packages, and the assemblies they bring.</summary>
    private static readonly Dictionary<string, string[]> Packages = new()
    {
        ["PSBpf.PowerShell"] = ["PowerShellStandard.Library"],
        ["PSBpf.Disassembly"] = ["Iced"],
        ["PSBpf.Scripting"] =
        [
            "Microsoft.ClearScript.V8", "Microsoft.ClearScript.V8.Native.linux-x64", "Microsoft.ClearScript.V8.Native.win-x64",
            "Microsoft.ClearScript.V8.Native.osx-arm64", "Microsoft.ClearScript.V8.Native.osx-x64",
        ],
        ["PSBpf.Viewer"] = ["Terminal.Gui"],
        ["PSBpf.Host"] = ["RadLine", "Spectre.Console", "System.Management.Automation"],
    };

    private static readonly string[] PackageAssemblies = ["ClearScript.Core", "ClearScript.V8", "Iced", "RadLine", "Spectre.Console", "System.Management.Automation", "Terminal.Gui"];

    public static TheoryData<string> Projects => new(Checkout.Projects.Select(project => project.Name));

    [Fact]
    public void Every_project_has_its_row() =>
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), Checkout.Projects.Select(project => project.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void The_solution_builds_every_project()
    {
        string solution = File.ReadAllText(Checkout.PathOf("PSBpf.sln"));
        foreach (var project in Checkout.Projects.Concat(Checkout.TestProjects))
            Assert.Contains(Path.GetFileName(project.FilePath), solution, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_its_row_names(string name)
    {
        var project = Find(name);
        Assert.Subset(Set(Allowed[name]), Set(project.References));
        // Built first but not seen: only by the host, for the module and its adapters.
        Assert.Equal(name == "PSBpf.Host" ? ["PSBpf.PowerShell", "PSBpf.Disassembly", "PSBpf.Scripting", "PSBpf.Viewer"] : [], project.BuildOrder);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_built_assembly_uses_only_what_its_row_names(string name)
    {
        using var assembly = new AssemblyFile(Find(name).AssemblyPath);
        Assert.NotEmpty(assembly.References);
        foreach (string reference in assembly.References)
        {
            if (reference.StartsWith("PSBpf.", StringComparison.Ordinal)) Assert.Contains(reference, Allowed[name]);
            else if (Packages.ContainsKey(name) && PackageAssemblies.Contains(reference)) continue;
            else Assert.True(IsFramework(reference), $"{name} uses {reference}");
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_uses_only_the_packages_that_it_may(string name)
    {
        foreach (var package in Find(name).Packages)
        {
            string id = package.Attribute("Include")!.Value;
            Assert.Contains(id, Packages.GetValueOrDefault(name, []));
            // The shell brings its own engine: the module must not.
            if (id == "PowerShellStandard.Library") Assert.Equal("all", package.Attribute("PrivateAssets")?.Value);
        }
    }

    [Fact]
    public void Versions_of_packages_stand_in_one_file()
    {
        var packages = Checkout.Projects.Concat(Checkout.TestProjects).SelectMany(project => project.Packages).ToArray();
        Assert.NotEmpty(packages);
        foreach (var package in packages)
        {
            Assert.Null(package.Attribute("Version"));
            Assert.Null(package.Attribute("VersionOverride"));
            Assert.Empty(package.Elements());
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Internals_are_shown_to_the_projects_own_tests_only(string name)
    {
        var project = Find(name);
        Assert.Empty(project.Friends); // src/Directory.Build.props has the one rule for all.
        using var assembly = new AssemblyFile(project.AssemblyPath);
        Assert.Equal([name + ".Tests"], assembly.Friends);
    }

    private static ProjectFile Find(string name) => Checkout.Projects.Single(project => project.Name == name);

    private static HashSet<string> Set(IEnumerable<string> names) => [.. names];

    private static bool IsFramework(string name) =>
        name is "netstandard" or "mscorlib" || name.StartsWith("System.", StringComparison.Ordinal)
        || name is "Microsoft.Win32.Primitives" or "Microsoft.Win32.Registry";
}
