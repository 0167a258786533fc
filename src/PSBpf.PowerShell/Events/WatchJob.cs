using System.Management.Automation;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>A watch in the background, on a thread of its own.</summary>
public abstract class WatchJob : Job
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Thread _thread;
    private readonly string _source;

    private protected WatchJob(string command, string source)
        : base(command, $"Watch-{source}")
    {
        _source = source;
        PSJobTypeName = "BpfEventJob";
        _thread = new Thread(Run) { IsBackground = true, Name = "PSBpf watch" };
    }

    /// <summary>What became of the source's events.</summary>
    public abstract BpfEventCounts Counts { get; }

    /// <summary>How many events this job has taken.</summary>
    public abstract long Delivered { get; }

    /// <inheritdoc/>
    public override bool HasMoreData => Output.Count + Error.Count + Information.Count + Warning.Count + Verbose.Count + Debug.Count > 0;

    /// <inheritdoc/>
    public override string Location => _source;

    /// <inheritdoc/>
    public override string StatusMessage => WatchCmdlet.ClosingLine(_source, Counts, Delivered);

    /// <summary>Signalled when the job is to end.</summary>
    protected CancellationToken Stopping => _stopping.Token;

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

    /// <summary>Watches, until the end or <see cref="Stopping"/>.</summary>
    private protected abstract void Watch();

    /// <summary>Frees what it watched with.</summary>
    private protected abstract void Close();

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
            Watch();
            if (_stopping.IsCancellationRequested) state = JobState.Stopped;
        }
#pragma warning disable CA1031 // A script block may throw anything, and it is the job's to tell.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            state = JobState.Failed;
            Error.Add((exception as RuntimeException)?.ErrorRecord ?? new ErrorRecord(exception, "BpfEventJob", ErrorCategory.NotSpecified, _source));
        }

        var line = StatusMessage;
        Close();
        Information.Add(new InformationRecord(line, _source));
        SetJobState(state);
    }
}
