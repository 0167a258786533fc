namespace PSBpf.Viewer;

/// <summary>A row of the table of keys.</summary>
/// <param name="Command">What the keys do.</param>
/// <param name="Keys">Their names; the first is the one in the last line of the screen.</param>
/// <param name="Pages">Where they do it.</param>
/// <param name="Label">The word in the last line of the screen; empty for keys that it has no room for.</param>
/// <param name="Help">The line on the help page.</param>
internal sealed record KeyBinding(TopCommand Command, IReadOnlyList<string> Keys, PageKind Pages, string Label, string Help)
{
    /// <summary>The heading under which the help page lists it.</summary>
    public required string Group { get; init; }
}
