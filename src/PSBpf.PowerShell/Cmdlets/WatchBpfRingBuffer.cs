using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>
/// Hands out the events of a ring buffer as they come: until -Count or -Timeout is reached, Ctrl+C, a later command that
/// has had enough, or the end of the map. What is not handed out stays for the next watch.
/// </summary>
[Cmdlet(VerbsCommon.Watch, "BpfRingBuffer")]
[OutputType(typeof(BpfEvent))]
public sealed class WatchBpfRingBuffer : BpfCmdlet
{
    private BpfEventReader? _reader;
    private SteppablePipeline? _each;

    /// <summary>The ring buffer, by object, name or id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [MapArgument]
    [ArgumentCompleter(typeof(RingBufferCompleter))]
    public MapReference[] Map { get; set; } = [];

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

    /// <summary>The struct that events are; found in the object's BTF when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Type { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (ScriptBlock is null) return;
        _each = ScriptBlock.Create("param($block) ForEach-Object -Process $block").GetSteppablePipeline(CommandOrigin.Internal, [ScriptBlock]);
        // Begin(this) would take over that this cmdlet expects no input.
        _each.Begin(expectInput: true, (EngineIntrinsics)SessionState.PSVariable.GetValue("ExecutionContext"));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var map in Resolve(Map))
        {
            Try(() => Watch(map), map);
            Close(running: true);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => _each?.End();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Close(running: false);
        _each?.Dispose();
        base.Dispose(disposing);
    }

    private void Watch(BpfMap map)
    {
        _reader = map.OpenReader(Type);
        var started = Stopwatch.GetTimestamp();
        while (_reader.Delivered < Count)
        {
            var left = Timeout == System.Threading.Timeout.InfiniteTimeSpan ? Timeout : Timeout - Stopwatch.GetElapsedTime(started);
            if (left < TimeSpan.Zero && Timeout != System.Threading.Timeout.InfiniteTimeSpan) left = TimeSpan.Zero;
            if (!_reader.TryRead(out var read, left, Cancellation)) break;
            var shown = read with { Data = Values.ToPowerShell(read.Data)! };
            if (_each is null) WriteObject(shown);
            else _each.Process(shown);
        }

        if (Cancellation.IsCancellationRequested) throw new PipelineStoppedException();
    }

    // On every way out, past the pipeline: as Write-Host does it while the pipeline runs, so that 6> takes it;
    // straight to the screen when only Dispose is called, since a later command has had enough.
    private void Close(bool running)
    {
        if (_reader is not { } reader) return;
        _reader = null;
        var dropped = reader.Dropped;
        reader.Dispose();
        var lost = dropped < 0 ? "dropped unknown" : string.Create(CultureInfo.InvariantCulture, $"dropped {dropped}");
        var line = string.Create(CultureInfo.InvariantCulture, $"{reader.Map.Name}: delivered {reader.Delivered}, {lost}");
        if (running) WriteInformation(new HostInformationMessage { Message = line }, ["PSHOST"]);
        else Host?.UI?.WriteLine(line);
    }
}
