using System.Diagnostics;
using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>
/// What the Watch cmdlets share: events as they come, until -Count or -Timeout is reached, Ctrl+C, a later command that has had enough, or
/// the end of the source; as they are, through a script block, or by a job in the background.
/// </summary>
public abstract class WatchCmdlet : BpfCmdlet
{
    private BpfEventReader? _reader;
    private SteppablePipeline? _each;
    private ScriptRun? _script;

    /// <summary>End after so many events.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long Count { get; set; } = long.MaxValue;

    /// <summary>End after so many seconds; 0 takes what is there and ends.</summary>
    [Parameter]
    [TimeoutArgument]
    public TimeSpan Timeout { get; set; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>Run for each event, which is $_, as ForEach-Object does; its output takes the event's place.</summary>
    [Parameter(Position = 1)]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>
    /// A function in JavaScript, or a file whose default export is one: called for each event; what it returns takes the event's
    /// place, nothing when it returns undefined.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? JavaScript { get; set; }

    /// <summary>Watch in the background: the output is a job, and Receive-Job has the events.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (JavaScript is not null && (ScriptBlock is not null || AsJob))
        {
            ThrowTerminatingError(ErrorRecords.From(
                DiagnosticRules.ScriptArgument.At(
                    ScriptBlock is not null ? "An event goes to -ScriptBlock or to -JavaScript, not to both." : "A job has no -JavaScript.",
                    action: "Leave one of them out."),
                null, null, null));
        }

        if (ScriptBlock is null || AsJob) return;
        _each = ScriptBlock.Create("param($block) ForEach-Object -Process $block").GetSteppablePipeline(CommandOrigin.Internal, [ScriptBlock]);
        // Begin(this) would take over that this cmdlet expects no input.
        _each.Begin(expectInput: true, (EngineIntrinsics)SessionState.PSVariable.GetValue("ExecutionContext"));
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => _each?.End();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _script?.Dispose();
        Close(running: false);
        _each?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Hands out the events of a source, or starts a job that does.</summary>
    /// <param name="open">Opens its reader.</param>
    /// <param name="target">What an error is about.</param>
    /// <param name="source">Its name for a script.</param>
    /// <param name="type">The struct that its events are; null to find it.</param>
    private protected void Watch(Func<BpfEventReader> open, object target, string source, string? type = null)
    {
        Try(() =>
        {
            if (JavaScript is not null) HandToScript(source, type);
            else if (AsJob) Start(open());
            else HandOut(open());
        }, target);
        Close(running: true);
    }

    private void HandToScript(string source, string? type)
    {
        bool isFile = JavaScript!.EndsWith(".js", StringComparison.OrdinalIgnoreCase) || JavaScript.EndsWith(".mjs", StringComparison.OrdinalIgnoreCase);
        _script?.Dispose();
        _script = new ScriptRun(
            Session,
            isFile ? ScriptSource.FromFile(SessionState.Path.GetUnresolvedProviderPathFromPSPath(JavaScript)) : ScriptSource.FromHandler(JavaScript),
            new ScriptOptions { Watched = source, WatchedType = type, Count = Count, Timeout = Timeout });
        ScriptPump.Write(this, _script, Cancellation);
    }

    private void Start(BpfEventReader reader)
    {
        var job = new EventJob(MyInvocation.Line.Trim(), reader, Count, Timeout, ScriptBlock?.ToString());
        JobRepository.Add(job);
        job.Start();
        WriteObject(job);
    }

    private void HandOut(BpfEventReader reader)
    {
        _reader = reader;
        var started = Stopwatch.GetTimestamp();
        while (reader.Delivered < Count)
        {
            var left = Timeout == System.Threading.Timeout.InfiniteTimeSpan ? Timeout : Timeout - Stopwatch.GetElapsedTime(started);
            if (left < TimeSpan.Zero && Timeout != System.Threading.Timeout.InfiniteTimeSpan) left = TimeSpan.Zero;
            if (!reader.TryRead(out var read, left, Cancellation)) break;
            var shown = Shown(read);
            if (_each is null) WriteObject(shown);
            else _each.Process(shown);
        }

        if (Cancellation.IsCancellationRequested) throw new PipelineStoppedException();
    }

    /// <summary>An event with its data as PowerShell shows it.</summary>
    internal static BpfEvent Shown(BpfEvent read) => read with { Data = Values.ToPowerShell(read.Data)! };

    /// <summary>The line that ends a watch.</summary>
    internal static string ClosingLine(BpfEventReader reader) => $"{reader.Source}: {reader.Counts with { Delivered = reader.Delivered, Backlog = 0 }}";

    // On every way out, past the pipeline: as Write-Host does it while the pipeline runs, so that 6> takes it;
    // straight to the screen when only Dispose is called, since a later command has had enough.
    private void Close(bool running)
    {
        if (_reader is not { } reader) return;
        _reader = null;
        var line = ClosingLine(reader);
        reader.Dispose();
        if (running) WriteInformation(new HostInformationMessage { Message = line }, ["PSHOST"]);
        else Host?.UI?.WriteLine(line);
    }
}
