namespace PSBpf.Viewer;

/// <summary>Asks whether to do something that cannot be taken back. Only y does it.</summary>
internal sealed class Confirmation(string title, IReadOnlyList<string> lines, Action confirmed) : Dialog(title)
{
    private const string Answers = "y  Yes    n  No";

    protected override int Width => Math.Max(Answers.Length, lines.Max(CellWidth.Of));

    protected override int Lines => lines.Count + 2;

    protected override void DrawInside(Area area)
    {
        for (int y = 0; y < lines.Count; y++) area.Put(0, y, CellWidth.Cut(lines[y], area.Width), Tone.Dialog);
        area.Put(0, lines.Count + 1, Answers, Tone.Dialog);
    }

    protected override void OnKey(string key)
    {
        Close();
        if (key is "y" or "Y") confirmed();
    }
}
