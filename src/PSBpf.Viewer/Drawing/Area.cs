namespace PSBpf.Viewer;

/// <summary>A rectangle of a canvas with coordinates of its own; nothing is drawn outside of it.</summary>
internal readonly record struct Area(Canvas Canvas, int X, int Y, int Width, int Height)
{
    /// <summary>Writes text into a line, from a column on.</summary>
    public void Put(int x, int y, string text, Tone tone = Tone.Normal)
    {
        if (y >= 0 && y < Height) Canvas.Put(X + x, Y + y, text, tone, X, X + Width);
    }

    /// <summary>Writes text so that it ends at the right edge.</summary>
    public void PutRight(int y, string text, Tone tone = Tone.Normal) => Put(Width - CellWidth.Of(text), y, text, tone);

    /// <summary>A whole line in one tone: the text, and blanks behind it.</summary>
    public void Line(int y, string text, Tone tone)
    {
        Put(0, y, new string(' ', Math.Max(0, Width)), tone);
        Put(0, y, text, tone);
    }

    /// <summary>Gives a line another tone.</summary>
    public void Tint(int y, Tone tone)
    {
        if (y >= 0 && y < Height) Canvas.Tint(X, Y + y, Width, tone);
    }

    /// <summary>Lines of this area.</summary>
    public Area Rows(int from, int count) => new(Canvas, X, Y + from, Width, Math.Clamp(count, 0, Math.Max(0, Height - from)));

    /// <summary>Columns of this area.</summary>
    public Area Columns(int from, int count) => new(Canvas, X + from, Y, Math.Clamp(count, 0, Math.Max(0, Width - from)), Height);

    /// <summary>Blanks all of it.</summary>
    public void Clear(Tone tone = Tone.Normal)
    {
        for (int y = 0; y < Height; y++) Line(y, "", tone);
    }
}
