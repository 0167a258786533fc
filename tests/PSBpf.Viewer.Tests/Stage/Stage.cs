using System.Drawing;
using System.Runtime.CompilerServices;
using PSBpf.Hosting;
using Terminal.Gui.App;
using Terminal.Gui.Drivers;
using Terminal.Gui.Input;
using Terminal.Gui.Testing;
using Terminal.Gui.Time;

namespace PSBpf.Viewer.Tests;

/// <summary>The top on a driver without a terminal, with a clock that stands still until a test moves it.</summary>
internal sealed class Stage : IDisposable
{
    private static readonly DateTime Start = new(2026, 3, 14, 14, 2, 0);

    private readonly VirtualTimeProvider _time = new();
    private readonly SessionToken _token;
    private readonly TopScreen _screen;

    public Stage(int width = 80, int height = 24, bool? color = true, Action<FakeSource, BpfSession>? prepare = null, Func<TopOptions, TopOptions>? options = null, IForeignMaps? foreignMaps = null)
    {
        _time.SetTime(Start);
        Source = new FakeSource(() => Now);
        if (prepare is null) Samples.Load(Source, Session);
        else prepare(Source, Session);
        var top = new TopOptions { Session = Session, Source = Source };
        Shell = new Shell(options?.Invoke(top) ?? top, Worker, Now, foreignMaps);
        Shell.Leaving += () => HasLeft = true;
        App = Application.Create(_time);
        App.Init(DriverRegistry.Names.ANSI);
        App.Driver!.Force16Colors = true;
        App.Driver.SetScreenSize(width, height);
        _screen = new TopScreen(Shell, Theme.For(color), () => Now);
        _token = App.Begin(_screen)!;
        Draw();
    }

    public BpfSession Session { get; } = new();

    public InlineWorker Worker { get; } = new();

    public FakeSource Source { get; }

    public Shell Shell { get; }

    public IApplication App { get; }

    public bool HasLeft { get; private set; }

    public DateTimeOffset Now => new(_time.Now, TimeSpan.Zero);

    public string[] Lines => Screen.Split('\n');

    /// <summary>What the screen shows, without blanks at the ends of lines.</summary>
    public string Screen => string.Join('\n', App.Driver!.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(line => line.TrimEnd()));

    [ModuleInitializer]
    internal static void KeepOffTheTerminal() => Environment.SetEnvironmentVariable("DisableRealDriverIO", "1");

    public Stage Press(params string[] keys)
    {
        foreach (string key in keys) App.InjectKey(KeyNames.Parse(key));
        return Draw();
    }

    public Stage Type(string text) => Press([.. text.Select(letter => letter == ' ' ? "Space" : letter.ToString())]);

    public Stage Click(int x, int y, MouseFlags flags = MouseFlags.LeftButtonClicked)
    {
        _screen.NewMouseEvent(new Mouse { Position = new Point(x, y), ScreenPosition = new Point(x, y), Flags = flags });
        return Draw();
    }

    /// <summary>Lets time pass, beat by beat.</summary>
    public Stage Pass(double seconds)
    {
        for (double passed = 0; passed < seconds; passed += 0.25)
        {
            _time.Advance(TimeSpan.FromSeconds(0.25));
            App.TimedEvents!.RunTimers();
        }

        return Draw();
    }

    public Stage Resize(int width, int height)
    {
        App.Driver!.SetScreenSize(width, height);
        return Draw();
    }

    public void Dispose()
    {
        Shell.Close();
        App.End(_token);
        _screen.Dispose();
        App.Dispose();
        Session.Dispose();
    }

    private Stage Draw()
    {
        App.LayoutAndDraw(false);
        return this;
    }
}
