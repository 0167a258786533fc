using PSBpf.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.Viewer;

/// <summary>The top in a terminal, full screen.</summary>
public sealed class TerminalViewer : ITopViewer
{
    /// <inheritdoc/>
    public void Show(TopOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var source = options.Source;
        if (Console.IsInputRedirected || Console.IsOutputRedirected)
            throw DiagnosticRules.NoTerminal.Error("There is no terminal to show the top on: input or output goes elsewhere.");
        if (cancellation.IsCancellationRequested) return;
        using var app = QuietApplication.Create();
        // What works away from the screen may come back when it is gone.
        var shell = new Shell(options, new PoolWorker(action => app.Invoke(action)), DateTimeOffset.Now);
        app.Init();
        app.Driver!.Force16Colors = true;
        using var screen = new TopScreen(shell, Theme.For(options.Color), () => DateTimeOffset.Now);
        using var stop = cancellation.Register(() => app.Invoke(() => app.RequestStop()));
        try
        {
            app.Run(screen);
        }
        catch (Exception exception) when (exception is not BpfException)
        {
            // The terminal is given back on the way out, before anybody reads this.
            throw new BpfException(DiagnosticRules.TopFailed.At($"The top ended by an error: {exception.Message}"), exception);
        }
        finally
        {
            shell.Close();
        }
    }
}
