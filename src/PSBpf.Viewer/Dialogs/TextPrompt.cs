namespace PSBpf.Viewer;

/// <summary>Asks for a text.</summary>
/// <param name="title">Which.</param>
/// <param name="text">What stands there at first.</param>
/// <param name="accepted">Called with what was typed.</param>
internal sealed class TextPrompt(string title, string text, Action<string> accepted) : Dialog(title)
{
    private const string Hint = "Enter takes it, Esc leaves things as they are";

    private readonly InputLine _line = new(text);

    protected override int Width => Math.Max(Hint.Length, text.Length + 12);

    protected override int Lines => 3;

    public override void Paste(string text) => _line.Insert(text);

    protected override void DrawInside(Area area)
    {
        _line.Draw(area, 0, 0);
        area.Put(0, 2, Hint, Tone.Dialog);
    }

    protected override void OnKey(string key)
    {
        if (key == "Enter")
        {
            Close();
            accepted(_line.Text);
        }
        else
        {
            _line.Press(key);
        }
    }
}
