namespace PSBpf.Pester.Runner;

/// <summary>The temporary folder behind $TestDrive: what a block puts there is gone when the block has ended.</summary>
internal sealed class TestDrive : IDisposable
{
    public TestDrive() => Path = Directory.CreateTempSubdirectory("psbpf-specs-").FullName;

    public string Path { get; }

    /// <summary>All files and folders that are there now.</summary>
    public HashSet<string> Contents() =>
        [.. Directory.EnumerateFileSystemEntries(Path, "*", SearchOption.AllDirectories)];

    /// <summary>Removes what is not in <paramref name="kept"/>.</summary>
    public void RestoreTo(HashSet<string> kept)
    {
        // Longest first, so that a folder is empty when its turn comes.
        foreach (string entry in Contents().Except(kept).OrderByDescending(entry => entry.Length))
        {
            if (Directory.Exists(entry))
                Directory.Delete(entry, recursive: true);
            else if (File.Exists(entry))
                File.Delete(entry);
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
