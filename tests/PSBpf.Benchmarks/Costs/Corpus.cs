namespace PSBpf.Benchmarks.Costs;

/// <summary>The real objects that scripts/corpus.sh fetched.</summary>
internal static class Corpus
{
    /// <summary>The objects' files, by name; none where the script has not run.</summary>
    public static IReadOnlyList<FileInfo> Files()
    {
        string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given
            ? given : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var folder = new DirectoryInfo(Path.Combine(cache, "psbpf", "corpus"));
        return folder.Exists ? [.. folder.GetFiles("*.o").OrderBy(file => file.Name, StringComparer.Ordinal)] : [];
    }

    /// <summary>An object's name, without the package that it came from.</summary>
    public static string NameOf(string file) => Path.GetFileNameWithoutExtension(file)[(Path.GetFileName(file).IndexOf('_', StringComparison.Ordinal) + 1)..];
}
