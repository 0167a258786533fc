namespace PSBpf.Host.Prompt;

/// <summary>What reading a line gave.</summary>
/// <param name="Text">The line; null when there is none.</param>
/// <param name="Ended">Whether no more lines will come.</param>
internal readonly record struct LineRead(string? Text, bool Ended)
{
    /// <summary>Gets what Ctrl+C gives: no line, but others may come.</summary>
    public static LineRead Cancelled => new(null, Ended: false);

    /// <summary>Gets what the end of the input gives.</summary>
    public static LineRead End => new(null, Ended: true);
}
