using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>
/// Runs a script in JavaScript that listens to events, reads and writes maps, and gives objects to the pipeline. It ends by
/// bpf.stop(), when nothing is registered any more, by -Count, -Timeout, Ctrl+C, or when a later command has had enough.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "BpfScript", DefaultParameterSetName = PathSet)]
[OutputType(typeof(object))]
public sealed class InvokeBpfScript : BpfCmdlet
{
    private const string PathSet = "Path";
    private const string TextSet = "JavaScript";
    private ScriptRun? _run;

    /// <summary>The script's file.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The script itself.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TextSet)]
    [ValidateNotNullOrEmpty]
    public string JavaScript { get; set; } = "";

    /// <summary>What the script sees as bpf.args.</summary>
    [Parameter(Position = 1)]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[] ArgumentList { get; set; } = [];

    /// <summary>End after so many events.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long Count { get; set; } = long.MaxValue;

    /// <summary>End after so many seconds.</summary>
    [Parameter]
    [TimeoutArgument]
    public TimeSpan Timeout { get; set; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>How many seconds one callback may run.</summary>
    [Parameter]
    [TimeoutArgument]
    public TimeSpan CallbackTimeout { get; set; } = new ScriptLimits().Callback;

    /// <summary>Bytes that the script's objects may take, and its array buffers as many again; e.g. 64MB.</summary>
    [Parameter]
    [ValidateRange(ScriptPump.LeastHeap, ScriptPump.MostHeap)]
    public long HeapLimit { get; set; } = new ScriptLimits().HeapBytes;

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(Run, ParameterSetName == PathSet ? Path : null);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _run?.Dispose();
        base.Dispose(disposing);
    }

    private void Run()
    {
        var source = ParameterSetName == TextSet ? ScriptSource.FromText(JavaScript)
            : ScriptSource.FromFile(ResolveFiles([Path], DiagnosticRules.ScriptUnreadable).FirstOrDefault() ?? throw DiagnosticRules.ScriptUnreadable.Error($"There is no script '{Path}'."));
        _run = new ScriptRun(Session, source, new ScriptOptions
        {
            Count = Count,
            Timeout = Timeout,
            Arguments = [.. (ArgumentList ?? []).Select(Values.FromPowerShell)],
            Limits = ScriptPump.Limits(CallbackTimeout, HeapLimit),
        });
        ScriptPump.Write(this, _run, Cancellation);
    }
}
