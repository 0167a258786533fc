namespace PSBpf.Host;

/// <summary>The lines around a line that Select-String found.</summary>
/// <param name="PreContext">The lines before it.</param>
/// <param name="PostContext">The lines after it.</param>
public sealed record MatchInfoContext(IReadOnlyList<string> PreContext, IReadOnlyList<string> PostContext);
