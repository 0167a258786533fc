namespace PSBpf.Host.CommandLine;

/// <summary>A command line, read.</summary>
internal sealed record HostOptions
{
    /// <summary>Gets what to do.</summary>
    public required HostMode Mode { get; init; }

    /// <summary>Gets the script's path, the command's text, or what is wrong, according to <see cref="Mode"/>.</summary>
    public string Text { get; init; } = string.Empty;

    /// <summary>Gets the arguments for the script.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Gets a value indicating whether questions fail instead of waiting for an answer.</summary>
    public bool NonInteractive { get; init; }

    /// <summary>Gets a value indicating whether the PSBpf module is left out.</summary>
    public bool NoModule { get; init; }

    /// <summary>Gets a value indicating whether the prompt's greeting is left out.</summary>
    public bool NoLogo { get; init; }
}
