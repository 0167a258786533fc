namespace PSBpf.Viewer;

/// <summary>Asks for one of several.</summary>
/// <param name="title">What for.</param>
/// <param name="choices">What there is, each with a remark.</param>
/// <param name="selected">Which one is offered.</param>
/// <param name="picked">Called with the number of the one that was taken.</param>
internal sealed class PickList(string title, IReadOnlyList<(string Name, string Remark)> choices, int selected, Action<int> picked) : Dialog(title)
{
    private readonly int _names = choices.Max(choice => CellWidth.Of(choice.Name));
    private int _selected = Math.Clamp(selected, 0, choices.Count - 1);
    private int _top;

    protected override int Width => choices.Max(choice => _names + 3 + CellWidth.Of(choice.Remark));

    protected override int Lines => choices.Count;

    protected override void DrawInside(Area area)
    {
        _top = Math.Clamp(_top, Math.Max(0, _selected - area.Height + 1), _selected);
        for (int line = 0; line < area.Height && _top + line < choices.Count; line++)
        {
            var (name, remark) = choices[_top + line];
            area.Line(line, name, _top + line == _selected ? Tone.Selected : Tone.Dialog);
            area.Put(_names + 3, line, CellWidth.Cut(remark, area.Width - _names - 3), _top + line == _selected ? Tone.Selected : Tone.Dialog);
        }
    }

    protected override void OnKey(string key)
    {
        switch (KeyMap.Find(key, PageKind.Help))
        {
            case TopCommand.Up: Move(-1); break;
            case TopCommand.Down: Move(1); break;
            case TopCommand.PageUp: Move(-Inside.Height); break;
            case TopCommand.PageDown: Move(Inside.Height); break;
            case TopCommand.First: Move(-choices.Count); break;
            case TopCommand.Last: Move(choices.Count); break;
            case TopCommand.Quit: Close(); break;
            default:
                if (key == "Enter") Take();
                break;
        }
    }

    protected override void OnClick(int line, bool twice)
    {
        if (_top + line >= choices.Count) return;
        _selected = _top + line;
        Take();
    }

    private void Move(int by) => _selected = Math.Clamp(_selected + by, 0, choices.Count - 1);

    private void Take()
    {
        Close();
        picked(_selected);
    }
}
