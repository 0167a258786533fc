using System.Reflection;

namespace PSBpf.Pester.Runner;

/// <summary>Where the specs lie: in the source folders, so that $PSScriptRoot leads to the repository as it does under Pester.</summary>
internal static class SpecFolder
{
    private static readonly string Repository = typeof(SpecFolder).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>tests/Pester.</summary>
    public static string Path { get; } = System.IO.Path.Combine(Repository, "tests", "Pester");

    /// <summary>The specs of tests/Pester itself and those of the runbooks, in a fixed order.</summary>
    public static IEnumerable<string> Specs()
    {
        string runbooks = System.IO.Path.Combine(Repository, "scripts", "runbooks");
        IEnumerable<string> found = Directory.EnumerateFiles(Path, "*.Tests.ps1");
        if (Directory.Exists(runbooks))
            found = found.Concat(Directory.EnumerateFiles(runbooks, "*.Tests.ps1", SearchOption.AllDirectories));
        return found.Order(StringComparer.Ordinal);
    }
}
