using System.Reflection;

namespace PSBpf.Architecture.Tests.Repository;

/// <summary>The folder that these tests were built in, and what is in it.</summary>
internal static class Checkout
{
    private static readonly string[] Generated = ["bin", "obj", "out", "TestResults"];

    /// <summary>The repository's top folder.</summary>
    public static string Root { get; } = Path.GetFullPath(Metadata("RepositoryRoot"));

    /// <summary>Where below a project's bin folder its assembly lies.</summary>
    public static string BuildOutput { get; } = Metadata("BuildOutput");

    /// <summary>The projects in src.</summary>
    public static IReadOnlyList<ProjectFile> Projects { get; } = Read("src");

    /// <summary>The projects in tests.</summary>
    public static IReadOnlyList<ProjectFile> TestProjects { get; } = Read("tests");

    /// <summary>The full path of a file named from the top.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>Files below a folder with that ending, without what builds make; paths from the top with slashes.</summary>
    public static IEnumerable<string> Files(string folder, string extension) =>
        Directory.EnumerateFiles(PathOf(folder), "*" + extension, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(Generated.Contains))
            .Order(StringComparer.Ordinal);

    private static ProjectFile[] Read(string folder) =>
        Files(folder, ".csproj").Select(path => new ProjectFile(PathOf(path))).ToArray();

    private static string Metadata(string key) =>
        typeof(Checkout).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
