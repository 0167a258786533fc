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
    private static readonly string[] ForScripts = [nameof(CallbackTimeout), nameof(HeapLimit)];

    private BpfEventReader? _reader;
    private SteppablePipeline? _each;
    private ScriptRun? _script;
    private Func<string>? _closingLine;

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

    /// <summary>How many seconds one call of -JavaScript's function may run.</summary>
    [Parameter]
    [TimeoutArgument]
    public TimeSpan CallbackTimeout { get; set; } = new ScriptLimits().Callback;

    /// <summary>Bytes that the objects of -JavaScript may take, and its array buffers as many again; e.g. 64MB.</summary>
    [Parameter]
    [ValidateRange(ScriptPump.LeastHeap, ScriptPump.MostHeap)]
    public long HeapLimit { get; set; } = new ScriptLimits().HeapBytes;

    /// <summary>Watch in the background: the output is a job, and Receive-Job has the events.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        string? problem = JavaScript is not null
            ? ScriptBlock is not null ? "An event goes to -ScriptBlock or to -JavaScript, not to both." : null
            : ForScripts.FirstOrDefault(MyInvocation.BoundParameters.ContainsKey) is { } name ? $"-{name} is a limit of -JavaScript, which is not there." : null;
        if (problem is not null)
            ThrowTerminatingError(ErrorRecords.From(DiagnosticRules.ScriptArgument.At(problem, action: "Leave one of them out."), null, null, null));

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
    /// <param name="counts">What became of its events.</param>
    /// <param name="type">The struct that its events are; null to find it.</param>
    private protected void Watch(Func<BpfEventReader> open, object target, string source, Func<BpfEventCounts> counts, string? type = null)
    {
        Try(() =>
        {
            if (JavaScript is not null) HandToScript((target as BpfMap)?.Name ?? source, source, counts, type);
            else if (AsJob) Start(new EventJob(MyInvocation.Line.Trim(), open(), Count, Timeout, ScriptBlock?.ToString()));
            else HandOut(open());
        }, target);
        Close(running: true);
    }

    private void HandToScript(string name, string source, Func<BpfEventCounts> counts, string? type)
    {
        bool isFile = JavaScript!.EndsWith(".js", StringComparison.OrdinalIgnoreCase) || JavaScript.EndsWith(".mjs", StringComparison.OrdinalIgnoreCase);
        _script?.Dispose();
        var script = new ScriptRun(
            Session,
            isFile ? ScriptSource.FromFile(SessionState.Path.GetUnresolvedProviderPathFromPSPath(JavaScript)) : ScriptSource.FromHandler(JavaScript),
            new ScriptOptions { Watched = source, WatchedType = type, Count = WatchTurn.Most(Count, Timeout, counts().Backlog), Timeout = Timeout, Limits = ScriptPump.Limits(CallbackTimeout, HeapLimit) });
        if (AsJob)
        {
            Start(new ScriptJob(MyInvocation.Line.Trim(), script, name, counts));
            return;
        }

        _script = script;
        _closingLine = () => ClosingLine(name, counts(), script.Handled);
        ScriptPump.Write(this, script, Cancellation);
    }

    private void Start(WatchJob job)
    {
        JobRepository.Add(job);
        job.Start();
        WriteObject(job);
    }

    private void HandOut(BpfEventReader reader)
    {
        _reader = reader;
        _closingLine = () => ClosingLine(reader.Source, reader.Counts, reader.Delivered);
        var turn = new WatchTurn(reader, Count, Timeout);
        while (turn.TryRead(out var read, Cancellation))
        {
            var shown = Shown(read);
            if (_each is null) WriteObject(shown);
            else _each.Process(shown);
        }

        if (Cancellation.IsCancellationRequested) throw new PipelineStoppedException();
    }

    /// <summary>An event with its data as PowerShell shows it.</summary>
    internal static BpfEvent Shown(BpfEvent read) => read with { Data = Values.ToPowerShell(read.Data)! };

    /// <summary>The line that ends a watch.</summary>
    internal static string ClosingLine(string source, BpfEventCounts counts, long delivered) => $"{source}: {counts with { Delivered = delivered, Backlog = 0 }}";

    // On every way out, past the pipeline: as Write-Host does it while the pipeline runs, so that 6> takes it;
    // straight to the screen when only Dispose is called, since a later command has had enough.
    private void Close(bool running)
    {
        if (_closingLine is not { } closing) return;
        _closingLine = null;
        var line = closing();
        _reader?.Dispose();
        _reader = null;
        if (running) WriteInformation(new HostInformationMessage { Message = line }, ["PSHOST"]);
        else Host?.UI?.WriteLine(line);
    }
}
