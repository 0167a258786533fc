using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace PSBpf.Compile;

/// <summary>What an object was made of, kept in the cache folder: when nothing of it has changed, compiling again would give the same object.</summary>
internal sealed record BuildRecord
{
    /// <summary>The compiler and its arguments, one line each.</summary>
    public required string Command { get; init; }

    /// <summary>Every file that clang read, by path, with the hash of its content.</summary>
    public required Dictionary<string, string> Inputs { get; init; }

    /// <summary>The hash of the object.</summary>
    public required string Output { get; init; }

    /// <summary>The record of an object; null when there is none, or none that can be read.</summary>
    public static BuildRecord? Load(string output)
    {
        try
        {
            return JsonSerializer.Deserialize<BuildRecord>(File.ReadAllBytes(PathFor(output)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Keeps the record; a cache folder that cannot be written costs a compilation next time and nothing else.</summary>
    public void Save(string output)
    {
        try
        {
            string path = PathFor(output);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(this));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    /// <summary>Whether the object is still what this command makes of these files.</summary>
    public bool Holds(string command, string output) =>
        Command == command && HashOf(output) == Output && Inputs.All(input => HashOf(input.Key) == input.Value);

    /// <summary>The hash of a file's content; null when it cannot be read.</summary>
    public static string? HashOf(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string PathFor(string output) => Path.Combine(BuildCache.Folder, "records", BuildCache.KeyOf(output) + ".json");
}

/// <summary>The folder of things that can be made again: <c>$PSBPF_CACHE</c>, or the user's cache folder.</summary>
internal static class BuildCache
{
    /// <summary>The environment variable that names another folder.</summary>
    public const string Variable = "PSBPF_CACHE";

    /// <summary>The folder; it need not exist yet.</summary>
    public static string Folder => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? Path.GetFullPath(named) : Path.Combine(Root(), "psbpf");

    /// <summary>A name for a file that stands for some text.</summary>
    public static string KeyOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));

    private static string Root()
    {
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathFullyQualified(cache)) return cache;
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (OperatingSystem.IsWindows()) return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        if (home.Length == 0) return Path.GetTempPath();
        return OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches") : Path.Combine(home, ".cache");
    }
}
