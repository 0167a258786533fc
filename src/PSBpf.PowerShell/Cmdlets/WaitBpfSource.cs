using System.Diagnostics;
using System.Management.Automation;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Waits until sources have ended, and hands on those that have.</summary>
[Cmdlet(VerbsLifecycle.Wait, "BpfSource")]
[OutputType(typeof(BpfSource))]
public sealed class WaitBpfSource : BpfCmdlet
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);

    private long _started;

    /// <summary>The sources, by object, name or id, with wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Name", "Id")]
    [SourceArgument]
    [ArgumentCompleter(typeof(RunningSourceCompleter))]
    public SourceReference[] Source { get; set; } = [];

    /// <summary>Seconds after which to give up, for all sources together.</summary>
    [Parameter]
    [TimeoutArgument]
    public TimeSpan Timeout { get; set; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <inheritdoc/>
    protected override void BeginProcessing() => _started = Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var source in Resolve(Source))
            Try(() =>
            {
                if (Wait(source)) WriteObject(source);
            }, source);
    }

    private bool Wait(BpfSource source)
    {
        var bar = new ProgressRecord(source.Id, $"Source {source}", "0 packets");
        bool shown = false;
        while (true)
        {
            var left = Timeout == System.Threading.Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : Timeout - Stopwatch.GetElapsedTime(_started);
            if (left < TimeSpan.Zero) left = TimeSpan.Zero;
            bool ended = source.Wait(left < ProgressInterval ? left : ProgressInterval, Cancellation);
            if (ended || left < ProgressInterval)
            {
                if (!shown) return ended;
                bar.RecordType = ProgressRecordType.Completed;
                WriteProgress(bar);
                return ended;
            }

            shown = true;
            bar.StatusDescription = FormattableString.Invariant($"{source.Packets:N0} packets, {source.Rate:N0} a second");
            bar.PercentComplete = source.Progress is { } part ? (int)(part * 100) : -1;
            WriteProgress(bar);
        }
    }
}
