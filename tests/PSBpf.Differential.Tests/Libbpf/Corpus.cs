namespace PSBpf.Differential.Tests.Libbpf;

/// <summary>Real objects out of Debian's packages, where scripts/corpus.sh has collected them.</summary>
internal static class Corpus
{
    private static string Folder => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "psbpf", "corpus");

    /// <summary>The paths of all objects; the test is skipped where there are none.</summary>
    public static string[] FilesOrSkip()
    {
        if (!File.Exists(Path.Combine(Folder, "complete"))) Assert.Skip($"there are no real objects in {Folder}: scripts/corpus.sh fetches them");
        return [.. Directory.GetFiles(Folder, "*.o").Order(StringComparer.Ordinal)];
    }
}
