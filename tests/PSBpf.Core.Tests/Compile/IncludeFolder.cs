namespace PSBpf.Core.Tests.Compile;

/// <summary>The repository's module/include.</summary>
internal static class IncludeFolder
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
            if (File.Exists(System.IO.Path.Combine(folder, "PSBpf.sln"))) return System.IO.Path.Combine(folder, "module", "include");
        throw new DirectoryNotFoundException("The tests do not run inside a checkout.");
    }
}
