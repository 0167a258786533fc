using System.Drawing;
using Terminal.Gui.Input;
using Terminal.Gui.ViewBase;
using Terminal.Gui.Views;

namespace PSBpf.Viewer;

/// <summary>Between the terminal and the shell: hands keys, clicks, sizes and time in, and shows the canvas that comes out.</summary>
internal sealed class TopScreen : Runnable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(250);

    private const int WheelLines = 3;

    private readonly Shell _shell;
    private readonly Theme _theme;
    private readonly Func<DateTimeOffset> _clock;
    private Canvas? _shown;

    /// <summary>Makes the view of a shell.</summary>
    /// <param name="shell">What it shows.</param>
    /// <param name="theme">How.</param>
    /// <param name="clock">The time.</param>
    public TopScreen(Shell shell, Theme theme, Func<DateTimeOffset> clock)
    {
        _shell = shell;
        _theme = theme;
        _clock = clock;
        Width = Dim.Fill();
        Height = Dim.Fill();
        CanFocus = true;
        SetScheme(new Terminal.Gui.Drawing.Scheme(theme.Of(Tone.Normal)));
        Initialized += (_, _) => Start();
        shell.Leaving += () => App?.RequestStop();
    }

    protected override bool OnKeyDown(Key key)
    {
        if (KeyNames.Of(key) is { } name)
        {
            _shell.Press(name);
            SetNeedsDraw();
        }

        // No key means anything else here: Esc does not quit, Tab does not wander.
        return true;
    }

    protected override bool OnPaste(string text)
    {
        _shell.Paste(text);
        SetNeedsDraw();
        return true;
    }

    protected override bool OnMouseEvent(Mouse mouse)
    {
        var place = mouse.Position ?? Point.Empty;
        if (mouse.Flags.HasFlag(MouseFlags.WheeledUp)) _shell.Wheel(-WheelLines);
        else if (mouse.Flags.HasFlag(MouseFlags.WheeledDown)) _shell.Wheel(WheelLines);
        else if (mouse.IsDoubleClicked) _shell.Click(place.X, place.Y, twice: true);
        else if (mouse.Flags.HasFlag(MouseFlags.LeftButtonClicked)) _shell.Click(place.X, place.Y, twice: false);
        else return true;
        SetNeedsDraw();
        return true;
    }

    // Every cell is ours: blanking them first would be work twice.
    protected override bool OnClearingViewport() => true;

    protected override bool OnDrawingContent(DrawContext? context)
    {
        var canvas = _shell.Draw(Viewport.Width, Viewport.Height);
        for (int y = 0; y < canvas.Height; y++)
        {
            if (_shown?.HasSameLine(canvas, y) == true) continue;
            foreach (var (x, text, tone) in canvas.Runs(y))
            {
                Move(x, y);
                SetAttribute(_theme.Of(tone));
                AddStr(text);
            }
        }

        _shown = canvas;
        return true;
    }

    private void Start()
    {
        // What the driver keeps is what was shown, until it is told to forget it: after a resize, for instance.
        App!.Driver!.ClearedContents += (_, _) =>
        {
            _shown = null;
            SetNeedsDraw();
        };
        Turn();
        App!.AddTimeout(Beat, () =>
        {
            Turn();
            return true;
        });
    }

    private void Turn()
    {
        if (_shell.Tick(_clock())) SetNeedsDraw();
    }
}
