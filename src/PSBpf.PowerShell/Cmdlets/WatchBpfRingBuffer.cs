using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>Hands out the events of a ring buffer as they come. What is not handed out stays for the next watch.</summary>
[Cmdlet(VerbsCommon.Watch, "BpfRingBuffer")]
[OutputType(typeof(BpfEvent), typeof(Job))]
public sealed class WatchBpfRingBuffer : WatchCmdlet
{
    /// <summary>The ring buffer, by object, name or id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [MapArgument]
    [ArgumentCompleter(typeof(RingBufferCompleter))]
    public MapReference[] Map { get; set; } = [];

    /// <summary>The struct that events are; found in the object's BTF when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Type { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var map in Resolve(Map))
        {
            Watch(() => map.Type == MapType.RingBuf
                ? map.OpenReader(Type)
                : throw DiagnosticRules.WrongKind.Error($"Map '{map.Name}' is a {map.Type}, not a ring buffer.",
                    action: map.HasEvents ? "Read it with Watch-BpfPerfBuffer." : "Read its entries with Get-BpfMapEntry."), map, $"ringbuf:{map.Id}", () => map.Events.GetValueOrDefault(), Type);
        }
    }
}
