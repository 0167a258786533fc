using System.Reflection;

namespace PSBpf.Pester.Runner;

/// <summary>Where the specs lie: in the source folder, so that $PSScriptRoot leads to the repository as it does under Pester.</summary>
internal static class SpecFolder
{
    public static string Path { get; } = typeof(SpecFolder).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "SpecFolder").Value!;
}
