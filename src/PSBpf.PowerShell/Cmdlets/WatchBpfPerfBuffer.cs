using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;
using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>
/// Hands out the events of a perf event array as they come, in order for each CPU. What is not handed out stays for the next watch.
/// </summary>
[Cmdlet(VerbsCommon.Watch, "BpfPerfBuffer")]
[OutputType(typeof(BpfEvent), typeof(Job))]
public sealed class WatchBpfPerfBuffer : WatchCmdlet
{
    /// <summary>The perf event array, by object, name or id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [MapArgument]
    [ArgumentCompleter(typeof(PerfBufferCompleter))]
    public MapReference[] Map { get; set; } = [];

    /// <summary>The struct that events are; found in the object's BTF when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Type { get; set; }

    /// <summary>Pages of 4096 bytes for each CPU, a power of two; 64 unless set. Holds for later watches too.</summary>
    [Parameter]
    [ValidateRange(1, 65536)]
    public int PageCount { get; set; } = PerfBufferOptions.Default.Pages;

    /// <summary>Let new events overwrite the oldest when a buffer is full, instead of being dropped.</summary>
    [Parameter]
    public SwitchParameter Overwrite { get; set; }

    /// <summary>Be woken when a CPU has written so many events, instead of by each one.</summary>
    [Parameter]
    [ValidateRange(1, 1 << 20)]
    public int WakeupCount { get; set; } = PerfBufferOptions.Default.WakeupEvents;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var map in Resolve(Map)) Watch(() => Open(map), map, $"perf:{map.Id}", () => map.Events.GetValueOrDefault(), Type);
    }

    private BpfEventReader Open(BpfMap map)
    {
        if (map.Type != MapType.PerfEventArray)
        {
            throw DiagnosticRules.WrongKind.Error($"Map '{map.Name}' is a {map.Type}, not a perf event array.",
                action: map.HasEvents ? "Read it with Watch-BpfRingBuffer." : "Read its entries with Get-BpfMapEntry.");
        }

        if (!int.IsPow2(PageCount)) throw DiagnosticRules.OptionValue.Error($"{PageCount} pages are no power of two.", action: "Pass 1, 2, 4, 8 and so on.");
        string[] settings = [nameof(PageCount), nameof(Overwrite), nameof(WakeupCount)];
        var options = settings.Any(MyInvocation.BoundParameters.ContainsKey)
            ? new PerfBufferOptions { Pages = PageCount, Overwrite = Overwrite, WakeupEvents = WakeupCount }
            : null;
        return map.OpenReader(Type, options);
    }
}
