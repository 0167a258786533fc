using System.Text;

namespace PSBpf.Viewer;

/// <summary>A screenful of cells. Pages draw on it; the terminal's driver shows it.</summary>
internal sealed class Canvas
{
    private readonly string[] _cells;
    private readonly Tone[] _tones;

    /// <summary>Makes an empty one.</summary>
    public Canvas(int width, int height)
    {
        Width = Math.Max(0, width);
        Height = Math.Max(0, height);
        _cells = new string[Width * Height];
        _tones = new Tone[Width * Height];
        Array.Fill(_cells, " ");
    }

    /// <summary>Cells in a line.</summary>
    public int Width { get; }

    /// <summary>Lines.</summary>
    public int Height { get; }

    /// <summary>All of it.</summary>
    public Area All => new(this, 0, 0, Width, Height);

    /// <summary>What a cell shows; empty for the second half of a wide character.</summary>
    public string this[int x, int y] => _cells[y * Width + x];

    /// <summary>How it shows it.</summary>
    public Tone ToneAt(int x, int y) => _tones[y * Width + x];

    /// <summary>Writes one line of text; what lies outside of the limits is left out.</summary>
    public void Put(int x, int y, string text, Tone tone, int from, int to)
    {
        if (y < 0 || y >= Height) return;
        from = Math.Max(from, 0);
        to = Math.Min(to, Width);
        foreach (var rune in text.EnumerateRunes())
        {
            int cells = CellWidth.Of(rune);
            if (cells == 0) continue;
            if (x + cells > to) return;
            if (x >= from) Set(x, y, cells, CellWidth.Drawable(rune), tone);
            x += cells;
        }
    }

    /// <summary>Gives cells another tone and leaves what they show.</summary>
    public void Tint(int x, int y, int width, Tone tone)
    {
        if (y < 0 || y >= Height) return;
        for (int i = Math.Max(0, x); i < Math.Min(Width, x + width); i++) _tones[y * Width + i] = tone;
    }

    /// <summary>Whether a line of another canvas looks the same.</summary>
    public bool HasSameLine(Canvas other, int y)
    {
        if (other.Width != Width || y >= Height) return false;
        int from = y * Width;
        return _tones.AsSpan(from, Width).SequenceEqual(other._tones.AsSpan(from, Width)) && _cells.AsSpan(from, Width).SequenceEqual(other._cells.AsSpan(from, Width));
    }

    /// <summary>The runs of one tone in a line, in order.</summary>
    public IEnumerable<(int X, string Text, Tone Tone)> Runs(int y)
    {
        var text = new StringBuilder();
        for (int start = 0, x = 0; x <= Width; x++)
        {
            if (x < Width && (x == start || ToneAt(x, y) == ToneAt(start, y)))
            {
                text.Append(this[x, y]);
                continue;
            }

            if (start < x) yield return (start, text.ToString(), ToneAt(start, y));
            text.Clear();
            if (x == Width) yield break;
            start = x;
            text.Append(this[x, y]);
        }
    }

    /// <summary>The lines without what is blank at their ends.</summary>
    public override string ToString() =>
        string.Join('\n', Enumerable.Range(0, Height).Select(y => string.Concat(Enumerable.Range(0, Width).Select(x => this[x, y])).TrimEnd()));

    private void Set(int x, int y, int cells, Rune rune, Tone tone)
    {
        int at = y * Width + x;
        _cells[at] = rune.IsAscii ? Ascii[rune.Value] : rune.ToString();
        _tones[at] = tone;
        if (cells < 2) return;
        _cells[at + 1] = "";
        _tones[at + 1] = tone;
    }

    private static readonly string[] Ascii = [.. Enumerable.Range(0, 128).Select(code => ((char)code).ToString())];
}
