using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>
/// A watch in the background. Its output is the events, or what the script block makes of them in a runspace of its own, as a thread job does it.
/// </summary>
public sealed class EventJob : WatchJob
{
    // Events that one call of the script block's pipeline takes: what waits stays in the source, where it is counted.
    private const int Batch = 256;

    private readonly BpfEventReader _reader;
    private readonly long _most;
    private readonly TimeSpan _timeout;
    private readonly string? _script;

    internal EventJob(string command, BpfEventReader reader, long most, TimeSpan timeout, string? script)
        : base(command, reader.Source)
    {
        _reader = reader;
        _most = most;
        _timeout = timeout;
        _script = script;
    }

    /// <inheritdoc/>
    public override BpfEventCounts Counts => _reader.Counts;

    /// <inheritdoc/>
    public override long Delivered => _reader.Delivered;

    private protected override void Watch()
    {
        if (_script is null) Watch(read => Output.Add(PSObject.AsPSObject(read)));
        else WatchThroughScript(_script);
    }

    private protected override void Close() => _reader.Dispose();

    private void Watch(Action<BpfEvent> take)
    {
        var turn = new WatchTurn(_reader, _most, _timeout);
        while (turn.TryRead(out var read, Stopping)) take(WatchCmdlet.Shown(read));
    }

    private void WatchThroughScript(string script)
    {
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = System.Management.Automation.PowerShell.Create();
        shell.Runspace = runspace;
        using var stop = Stopping.Register(static shell => ((System.Management.Automation.PowerShell)shell!).BeginStop(null, null), shell);
        shell.Streams.Error.DataAdded += (sender, added) => Error.Add(((PSDataCollection<ErrorRecord>)sender!)[added.Index]);
        shell.AddScript($"$input | ForEach-Object -Process {{{script}\n}}");
        var batch = new List<PSObject>();
        var turn = new WatchTurn(_reader, _most, _timeout);
        while (turn.TryRead(out var read, Stopping))
        {
            batch.Clear();
            batch.Add(PSObject.AsPSObject(WatchCmdlet.Shown(read)));
            while (batch.Count < Batch && turn.TryReadNow(out read)) batch.Add(PSObject.AsPSObject(WatchCmdlet.Shown(read)));
            foreach (var made in shell.Invoke(batch)) Output.Add(made);
        }
    }
}
