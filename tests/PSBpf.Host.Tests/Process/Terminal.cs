using System.Diagnostics;

namespace PSBpf.Host.Tests.Process;

/// <summary>A terminal of its own (tmux) in which a test types and looks at the screen.</summary>
internal sealed class Terminal : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _socket = $"psbpf-test-{Guid.NewGuid():N}";

    private Terminal(string command) =>
        Tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", command);

    /// <summary>Opens a terminal that runs a shell command, or skips the test where there is no tmux.</summary>
    public static Terminal Open(string command)
    {
        if (OperatingSystem.IsWindows() || !Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(static folder => File.Exists(Path.Combine(folder, "tmux"))))
            Assert.Skip("tmux is not installed");
        return new Terminal(command);
    }

    /// <summary>Gets what the screen shows; colours only when asked for.</summary>
    public string Screen(bool colours = false) => Tmux(colours ? ["capture-pane", "-p", "-e"] : ["capture-pane", "-p"]);

    /// <summary>Types text.</summary>
    public void Type(string text) => Tmux("send-keys", "-l", text);

    /// <summary>Presses keys, by tmux's names.</summary>
    public void Press(params string[] keys) => Tmux(["send-keys", .. keys]);

    /// <summary>Makes the window larger or smaller.</summary>
    public void Resize(int width, int height) => Tmux("resize-window", "-x", $"{width}", "-y", $"{height}");

    /// <summary>Gets what tmux knows of the terminal, e.g. <c>#{alternate_on}</c>.</summary>
    public string Ask(string format) => Tmux("display-message", "-p", format).TrimEnd();

    /// <summary>Waits until the screen shows a text.</summary>
    public string WaitFor(string text) => WaitFor(screen => screen.Contains(text, StringComparison.Ordinal), text);

    /// <summary>Waits until the screen is as wanted.</summary>
    public string WaitFor(Func<string, bool> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        string screen;
        while (!condition(screen = Screen()))
        {
            Assert.True(watch.Elapsed < Limit, $"The screen does not show: {what}\n{screen}");
            Thread.Sleep(50);
        }

        return screen;
    }

    public void Dispose() => Tmux("kill-server");

    private string Tmux(params string[] arguments)
    {
        var start = new ProcessStartInfo("tmux", ["-L", _socket, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR"); // a test runner may set it
        using var process = System.Diagnostics.Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
