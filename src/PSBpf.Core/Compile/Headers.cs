namespace PSBpf.Compile;

/// <summary>PSBpf's own headers: bpf/bpf_helpers.h and its like, and those of Linux that programs include.</summary>
public static class Headers
{
    private const string Mark = "bpf/bpf_helpers.h";

    /// <summary>The folder that holds them: the module keeps it beside its bin folder, a program that embeds the session below its own. Null when it is not there.</summary>
    public static string? Folder { get; } = Find();

    private static string? Find()
    {
        string own = Path.GetDirectoryName(typeof(Headers).Assembly.Location) is { Length: > 0 } folder ? folder : AppContext.BaseDirectory;
        return new[] { Path.GetFullPath(Path.Combine(own, "..", "include")), Path.Combine(own, "include") }.FirstOrDefault(candidate => File.Exists(Path.Combine(candidate, Mark)));
    }
}
