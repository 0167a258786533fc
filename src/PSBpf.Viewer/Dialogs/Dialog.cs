namespace PSBpf.Viewer;

/// <summary>A question in front of a page. It takes all keys until it is answered or Esc ends it.</summary>
internal abstract class Dialog(string title)
{
    /// <summary>Whether it is over.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Draws it in the middle of an area.</summary>
    public void Draw(Area area)
    {
        int width = Math.Min(area.Width, Math.Max(CellWidth.Of(title) + 2, Width) + 4);
        int height = Math.Min(area.Height, Lines + 2);
        var frame = area.Rows((area.Height - height) / 2, height).Columns((area.Width - width) / 2, width);
        frame.Clear(Tone.Dialog);
        string edge = new('─', Math.Max(0, width - 2));
        frame.Put(0, 0, $"┌{edge}┐", Tone.Dialog);
        for (int y = 1; y < height - 1; y++)
        {
            frame.Put(0, y, "│", Tone.Dialog);
            frame.Put(width - 1, y, "│", Tone.Dialog);
        }

        frame.Put(0, height - 1, $"└{edge}┘", Tone.Dialog);
        frame.Put(2, 0, CellWidth.Cut($" {title} ", width - 4), Tone.Dialog);
        Inside = frame.Columns(2, width - 4).Rows(1, height - 2);
        DrawInside(Inside);
    }

    /// <summary>Takes a key.</summary>
    public void Press(string key)
    {
        if (key is "Esc") Close();
        else OnKey(key);
    }

    /// <summary>Takes a click at a place of the screen.</summary>
    public void Click(int x, int y, bool twice)
    {
        if (x >= Inside.X && x < Inside.X + Inside.Width && y >= Inside.Y && y < Inside.Y + Inside.Height) OnClick(y - Inside.Y, twice);
    }

    /// <summary>Takes text that was pasted.</summary>
    public virtual void Paste(string text)
    {
    }

    /// <summary>Where the last drawing put it.</summary>
    protected Area Inside { get; private set; }

    /// <summary>Cells it asks for.</summary>
    protected abstract int Width { get; }

    /// <summary>Lines it asks for.</summary>
    protected abstract int Lines { get; }

    /// <summary>Draws what is inside of the frame.</summary>
    protected abstract void DrawInside(Area area);

    /// <summary>Takes a key that is not Esc.</summary>
    protected abstract void OnKey(string key);

    /// <summary>Takes a click on a line inside of the frame.</summary>
    protected virtual void OnClick(int line, bool twice)
    {
    }

    /// <summary>Ends it.</summary>
    protected void Close() => IsClosed = true;
}
