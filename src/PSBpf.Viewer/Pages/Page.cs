namespace PSBpf.Viewer;

/// <summary>A page of the top: what is between the first and the last line of the screen.</summary>
internal abstract class Page(Shell shell)
{
    /// <summary>Which one it is.</summary>
    public abstract PageKind Kind { get; }

    /// <summary>How often it looks anew; null for as often as the programs are looked at.</summary>
    public virtual TimeSpan? Every => null;

    /// <summary>Text that its lines contain.</summary>
    public abstract string Filter { get; set; }

    /// <summary>How many lines there are, and how many of them are shown.</summary>
    public abstract (int Shown, int Total) Count { get; }

    /// <summary>Number of the selected line.</summary>
    public abstract int Selected { get; }

    /// <summary>By how many cells long texts are shifted.</summary>
    public abstract int Shifted { get; }

    /// <summary>Id of the column that it is sorted by, and whether the greatest comes first.</summary>
    public abstract (string? Column, bool Descending) Order { get; }

    /// <summary>What it belongs to.</summary>
    protected Shell Shell { get; } = shell;

    /// <summary>What the top knows.</summary>
    protected TopState State => Shell.State;

    /// <summary>Draws it.</summary>
    public abstract void Draw(Area area);

    /// <summary>Does what a key asks for.</summary>
    public abstract void Do(TopCommand command);

    /// <summary>Takes a click.</summary>
    public abstract void Click(int x, int y, bool twice);

    /// <summary>Takes a turn of the mouse's wheel, in lines.</summary>
    public abstract void Wheel(int lines);

    /// <summary>Looks at what it shows, away from the screen where that may take long.</summary>
    public virtual void Look()
    {
    }

    /// <summary>Takes note of a new frame of figures.</summary>
    public virtual void OnFrame()
    {
    }

    /// <summary>It comes to the screen.</summary>
    public virtual void Open()
    {
    }

    /// <summary>It leaves the screen.</summary>
    public virtual void Close()
    {
    }
}
