namespace PSBpf.Viewer;

/// <summary>What a table shows at one place.</summary>
internal readonly record struct Cell(string Text, Tone Tone = Tone.Normal)
{
    public static implicit operator Cell(string text) => new(text);
}
