namespace PSBpf.Core.Tests.Objects;

/// <summary>The sample objects in the repository.</summary>
internal static class Samples
{
    public static string Folder { get; } = FindFolder();

    public static IEnumerable<string> Objects => Directory.GetFiles(Folder, "*.bpf.o").Order(StringComparer.Ordinal);

    public static string Path(string name) => System.IO.Path.Combine(Folder, name + ".bpf.o");

    private static string FindFolder()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
        {
            if (File.Exists(System.IO.Path.Combine(folder, "PSBpf.sln"))) return System.IO.Path.Combine(folder, "scripts", "samples");
        }

        throw new DirectoryNotFoundException($"PSBpf.sln is in no folder above {AppContext.BaseDirectory}.");
    }
}
