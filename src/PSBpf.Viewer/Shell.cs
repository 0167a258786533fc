using PSBpf.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.Viewer;

/// <summary>
/// The top without a terminal: keys, clicks and time go in, a canvas comes out. For the screen's thread alone; what takes
/// long goes to the worker.
/// </summary>
internal sealed class Shell
{
    private readonly Stack<Page> _pages = new();
    private readonly Dictionary<PageKind, Page> _main;
    private readonly KeyBar _bar = new();
    private readonly Look<StatisticFrame> _sampling;
    private Dialog? _dialog;
    private InputLine? _filter;
    private string? _notice;
    private Tone _noticeTone;
    private DateTimeOffset _nextSample;
    private DateTimeOffset _nextLook;
    private int _height;

    /// <summary>Opens it on its first page.</summary>
    /// <param name="options">How it starts.</param>
    /// <param name="worker">Does what takes long.</param>
    /// <param name="now">The time.</param>
    /// <param name="foreignMaps">Where maps of others come from; null for the options' kernel.</param>
    public Shell(TopOptions options, IWorker worker, DateTimeOffset now, IForeignMaps? foreignMaps = null)
    {
        ForeignMaps = foreignMaps ?? new KernelMaps(options);
        Worker = worker;
        Now = now;
        State = new TopState(options);
        _sampling = new Look<StatisticFrame>(worker, Accept, exception =>
        {
            State.Fail(Now, exception);
            Page.OnFrame();
        });
        _main = new Page[] { new ProgramsPage(this), new MapsPage(this), new HooksPage(this), new EventsPage(this), new LogPage(this) }.ToDictionary(page => page.Kind);
        _pages.Push(_main[PageKind.Programs]);
    }

    /// <summary>Somebody wants to leave.</summary>
    public event Action? Leaving;

    /// <summary>What the top knows.</summary>
    public TopState State { get; }

    /// <summary>The maps of others.</summary>
    public IForeignMaps ForeignMaps { get; }

    /// <summary>Does what takes long.</summary>
    public IWorker Worker { get; }

    /// <summary>The time.</summary>
    public DateTimeOffset Now { get; private set; }

    /// <summary>The page on the screen.</summary>
    public Page Page => _pages.Peek();

    /// <summary>The question in front of it; null when there is none.</summary>
    public Dialog? Dialog => _dialog is { IsClosed: false } ? _dialog : null;

    /// <summary>Time goes on: looks when it is time to.</summary>
    /// <returns>Whether something was looked at.</returns>
    public bool Tick(DateTimeOffset now)
    {
        Now = now;
        if (State.Paused) return false;
        bool looked = false;
        if (now >= _nextSample)
        {
            _nextSample = now + State.Interval;
            _sampling.Take(State.Options.Source.Sample);
            looked = true;
        }

        if (now >= _nextLook)
        {
            _nextLook = now + (Page.Every ?? State.Interval);
            Page.Look();
            looked = true;
        }

        return looked;
    }

    /// <summary>Takes a key, by its name.</summary>
    public void Press(string key)
    {
        _notice = null;
        if (key == "Ctrl+C") Leaving?.Invoke();
        else if (Dialog is { } dialog) dialog.Press(key);
        else if (_filter is not null) TypeFilter(key);
        else if (KeyMap.Find(key, Page.Kind) is { } command) Do(command);
    }

    /// <summary>Takes text at once.</summary>
    public void Paste(string text)
    {
        if (Dialog is { } dialog)
        {
            dialog.Paste(text);
        }
        else if (_filter is not null)
        {
            _filter.Insert(text);
            Page.Filter = _filter.Text;
        }
    }

    /// <summary>Takes a click at a place of the screen.</summary>
    public void Click(int x, int y, bool twice)
    {
        if (Dialog is { } dialog) dialog.Click(x, y, twice);
        else if (y != _height - 1) Page.Click(x, y, twice);
        else if (!twice && _bar.KeyAt(x) is { } key) Press(key);
    }

    /// <summary>Takes a turn of the wheel.</summary>
    public void Wheel(int lines)
    {
        if (Dialog is { } dialog) dialog.Press(lines < 0 ? "Up" : "Down");
        else Page.Wheel(lines);
    }

    /// <summary>Draws the screen.</summary>
    public Canvas Draw(int width, int height)
    {
        _height = height;
        var canvas = new Canvas(width, height);
        var screen = canvas.All;
        if (height < 3) return canvas;
        Banner.Draw(screen.Rows(0, 1), State, Now);
        var (message, tone) = Message();
        bool hasMessage = message.Length > 0 || _filter is not null;
        Page.Draw(screen.Rows(1, height - (hasMessage ? 3 : 2)));
        if (hasMessage) DrawMessage(screen.Rows(height - 2, 1), message, tone);
        _bar.Draw(screen.Rows(height - 1, 1), Page.Kind);
        Dialog?.Draw(screen.Rows(1, height - 2));
        return canvas;
    }

    /// <summary>Asks something.</summary>
    public void Ask(Dialog dialog) => _dialog = dialog;

    /// <summary>Shows a page above the one that is there.</summary>
    public void Show(Page page)
    {
        Page.Close();
        _pages.Push(page);
        Opened();
    }

    /// <summary>Says something until the next key.</summary>
    public void Notice(string text) => (_notice, _noticeTone) = (text, Tone.Strong);

    /// <summary>Says what was done, and logs it.</summary>
    public void Did(string text)
    {
        State.Report(Now, text, Tone.Good);
        (_notice, _noticeTone) = (text, Tone.Good);
        Page.Look();
    }

    /// <summary>Says what went wrong, and logs it.</summary>
    public void Fail(Exception exception)
    {
        string text = exception is BpfException { Diagnostic.Id: var id } ? $"{id} {exception.Message}" : exception.Message;
        if (text != _notice) State.Report(Now, text, Tone.Bad);
        (_notice, _noticeTone) = (text, Tone.Bad);
    }

    /// <summary>Ends what its pages have open.</summary>
    public void Close() => Page.Close();

    private void Accept(StatisticFrame frame)
    {
        State.Accept(frame);
        // Pages that are not on the screen keep up too, so that they are ready when they come back.
        foreach (var page in _pages.Union(_main.Values)) page.OnFrame();
    }

    private void Do(TopCommand command)
    {
        switch (command)
        {
            case TopCommand.Quit: Leaving?.Invoke(); break;
            case TopCommand.Back: Back(); break;
            case TopCommand.Help: Show(new HelpPage(this)); break;
            case TopCommand.Programs: Switch(PageKind.Programs); break;
            case TopCommand.Maps: Switch(PageKind.Maps); break;
            case TopCommand.Hooks: Switch(PageKind.Hooks); break;
            case TopCommand.Events: Switch(PageKind.Events); break;
            case TopCommand.Log: Switch(PageKind.Log); break;
            case TopCommand.Filter: _filter = new InputLine(Page.Filter); break;
            case TopCommand.Pause: State.Paused = !State.Paused; break;
            case TopCommand.Faster: ChangeInterval(-1); break;
            case TopCommand.Slower: ChangeInterval(1); break;
            default: Page.Do(command); break;
        }
    }

    private void Back()
    {
        if (Page.Filter.Length > 0)
        {
            Page.Filter = "";
        }
        else if (_pages.Count > 1)
        {
            _pages.Pop().Close();
            Opened();
        }
    }

    // A main page that lies below comes up; otherwise it goes on top, so that Esc leads back.
    private void Switch(PageKind kind)
    {
        var page = _main[kind];
        if (!_pages.Contains(page))
        {
            Show(page);
            return;
        }

        while (Page != page) _pages.Pop().Close();
        Opened();
    }

    private void Opened()
    {
        _nextLook = Now;
        Page.Open();
    }

    private void ChangeInterval(int step)
    {
        State.ChangeInterval(step);
        _nextSample = Now + State.Interval;
        _nextLook = Now + (Page.Every ?? State.Interval);
    }

    private void TypeFilter(string key)
    {
        if (key is "Enter" or "Esc")
        {
            if (key == "Esc") Page.Filter = "";
            _filter = null;
        }
        else if (_filter!.Press(key))
        {
            Page.Filter = _filter.Text;
        }
        else if (KeyMap.Find(key, Page.Kind) is TopCommand.Up or TopCommand.Down or TopCommand.PageUp or TopCommand.PageDown)
        {
            Page.Do(KeyMap.Find(key, Page.Kind)!.Value);
        }
    }

    private (string Text, Tone Tone) Message() => (_notice, State.Failure) switch
    {
        ({ } notice, _) => (notice, _noticeTone),
        (_, { } failure) => ($"{failure} (it goes on trying; l shows the log)", Tone.Bad),
        _ when Page.Filter.Length > 0 => ($"filter: {Page.Filter}   {Page.Count.Shown} of {Page.Count.Total} lines", Tone.Strong),
        _ => ("", Tone.Normal),
    };

    private void DrawMessage(Area line, string message, Tone tone)
    {
        if (_filter is null)
        {
            line.Put(0, 0, CellWidth.Cut(" " + message, line.Width), tone);
            return;
        }

        const string Label = " filter: ";
        line.Put(0, 0, Label, Tone.Strong);
        _filter.Draw(line, Label.Length, 0);
        line.PutRight(0, $"{Page.Count.Shown} of {Page.Count.Total} lines ", Tone.Dim);
    }
}
