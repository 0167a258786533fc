namespace PSBpf.Viewer;

/// <summary>Something that happened while the top was open.</summary>
/// <param name="Number">Counts them.</param>
/// <param name="Time">When it was seen.</param>
/// <param name="Text">What.</param>
/// <param name="Tone">How it is shown.</param>
internal sealed record LogEntry(long Number, DateTimeOffset Time, string Text, Tone Tone);
