using System.Text;

namespace PSBpf.Viewer;

/// <summary>A line of text that is being typed.</summary>
internal sealed class InputLine(string text = "")
{
    private readonly StringBuilder _text = new(text);
    private int _caret = text.Length;

    /// <summary>What is typed.</summary>
    public string Text => _text.ToString();

    /// <summary>Takes a key.</summary>
    /// <returns>Whether it is one for typing.</returns>
    public bool Press(string key)
    {
        switch (key)
        {
            case "Space": Insert(" "); return true;
            case "Backspace": Remove(_caret - 1); return true;
            case "Delete": Remove(_caret); return true;
            case "Left": _caret = Step(_caret, -1); return true;
            case "Right": _caret = Step(_caret, 1); return true;
            case "Home" or "Ctrl+A": _caret = 0; return true;
            case "End" or "Ctrl+E": _caret = _text.Length; return true;
            case "Ctrl+U": _text.Clear(); _caret = 0; return true;
            default:
                if (key.Length > 2 || !Rune.TryGetRuneAt(key, 0, out var rune) || rune.Utf16SequenceLength != key.Length || Rune.IsControl(rune)) return false;
                Insert(key);
                return true;
        }
    }

    /// <summary>Takes text at once; of several lines the first.</summary>
    public void Insert(string text)
    {
        string line = text.Split('\n', '\r')[0];
        _text.Insert(_caret, line);
        _caret += line.Length;
    }

    /// <summary>Draws it with the caret.</summary>
    public void Draw(Area area, int x, int y)
    {
        int room = Math.Max(1, area.Width - x - 1);
        int from = Math.Max(0, _caret - room + 1);
        string shown = Text[from..Math.Min(_text.Length, from + room)];
        area.Put(x, y, shown, Tone.Input);
        area.Put(x + CellWidth.Of(Text[from.._caret]), y, _caret < _text.Length ? _text[_caret].ToString() : " ", Tone.Caret);
    }

    private void Remove(int at)
    {
        if (at < 0 || at >= _text.Length) return;
        int from = char.IsLowSurrogate(_text[at]) ? at - 1 : at;
        int length = char.IsHighSurrogate(_text[from]) ? 2 : 1;
        _text.Remove(from, Math.Min(length, _text.Length - from));
        if (_caret > from) _caret = from;
    }

    private int Step(int at, int by)
    {
        int to = Math.Clamp(at + by, 0, _text.Length);
        return to > 0 && to < _text.Length && char.IsLowSurrogate(_text[to]) ? to + by : to;
    }
}
