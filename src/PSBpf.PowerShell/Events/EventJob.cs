using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>
/// A watch in the background. Its output is the events, or what the script block makes of them in a runspace of its own, as a thread job does it.
/// </summary>
public sealed class EventJob : Job
{
    // Events that one call of the script block's pipeline takes: what waits stays in the source, where it is counted.
    private const int Batch = 256;

    private readonly BpfEventReader _reader;
    private readonly long _most;
    private readonly TimeSpan _timeout;
    private readonly string? _script;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Thread _thread;

    internal EventJob(string command, BpfEventReader reader, long most, TimeSpan timeout, string? script)
        : base(command, $"Watch-{reader.Source}")
    {
        _reader = reader;
        _most = most;
        _timeout = timeout;
        _script = script;
        PSJobTypeName = "BpfEventJob";
        _thread = new Thread(Run) { IsBackground = true, Name = "PSBpf watch" };
    }

    /// <summary>What became of the source's events.</summary>
    public BpfEventCounts Counts => _reader.Counts;

    /// <summary>How many events this job has taken.</summary>
    public long Delivered => _reader.Delivered;

    /// <inheritdoc/>
    public override bool HasMoreData => Output.Count > 0 || Error.Count > 0 || Information.Count > 0;

    /// <inheritdoc/>
    public override string Location => _reader.Source;

    /// <inheritdoc/>
    public override string StatusMessage => WatchCmdlet.ClosingLine(_reader);

    /// <inheritdoc/>
    public override void StopJob()
    {
        _stopping.Cancel();
        if (Thread.CurrentThread != _thread && _thread.IsAlive) _thread.Join();
    }

    internal void Start()
    {
        SetJobState(JobState.Running);
        _thread.Start();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            StopJob();
            _stopping.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Run()
    {
        var state = JobState.Completed;
        try
        {
            if (_script is null) Watch(read => Output.Add(PSObject.AsPSObject(read)));
            else WatchThroughScript(_script);
            if (_stopping.IsCancellationRequested) state = JobState.Stopped;
        }
#pragma warning disable CA1031 // A script block may throw anything, and it is the job's to tell.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            state = JobState.Failed;
            Error.Add((exception as RuntimeException)?.ErrorRecord ?? new ErrorRecord(exception, "BpfEventJob", ErrorCategory.NotSpecified, _reader.Source));
        }

        var line = WatchCmdlet.ClosingLine(_reader);
        _reader.Dispose();
        Information.Add(new InformationRecord(line, _reader.Source));
        SetJobState(state);
    }

    private void Watch(Action<BpfEvent> take)
    {
        var started = Stopwatch.GetTimestamp();
        while (_reader.Delivered < _most && TryRead(started, out var read)) take(WatchCmdlet.Shown(read));
    }

    private void WatchThroughScript(string script)
    {
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = System.Management.Automation.PowerShell.Create();
        shell.Runspace = runspace;
        using var stop = _stopping.Token.Register(static shell => ((System.Management.Automation.PowerShell)shell!).BeginStop(null, null), shell);
        shell.Streams.Error.DataAdded += (sender, added) => Error.Add(((PSDataCollection<ErrorRecord>)sender!)[added.Index]);
        shell.AddScript($"$input | ForEach-Object -Process {{{script}\n}}");
        var batch = new List<PSObject>();
        var started = Stopwatch.GetTimestamp();
        while (_reader.Delivered < _most && TryRead(started, out var read))
        {
            batch.Clear();
            batch.Add(PSObject.AsPSObject(WatchCmdlet.Shown(read)));
            while (batch.Count < Batch && _reader.Delivered < _most && _reader.TryRead(out read, TimeSpan.Zero)) batch.Add(PSObject.AsPSObject(WatchCmdlet.Shown(read)));
            foreach (var made in shell.Invoke(batch)) Output.Add(made);
        }
    }

    private bool TryRead(long started, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out BpfEvent? read)
    {
        var left = _timeout == Timeout.InfiniteTimeSpan ? _timeout : _timeout - Stopwatch.GetElapsedTime(started);
        if (left < TimeSpan.Zero && _timeout != Timeout.InfiniteTimeSpan) left = TimeSpan.Zero;
        return _reader.TryRead(out read, left, _stopping.Token);
    }
}
