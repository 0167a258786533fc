using System.Reflection;

// The module has one session in a process: tests that use it take turns.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace PSBpf.ModuleTests;

/// <summary>Paths in the repository.</summary>
internal static class Repository
{
    public static string Root { get; } = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    public static string Manifest => Path("PSBpf.psd1");

    public static string Samples => Path("scripts", "samples");

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);
}
