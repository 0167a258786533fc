using System.Management.Automation;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Stops sources and waits until their last packets are through.</summary>
[Cmdlet(VerbsLifecycle.Stop, "BpfSource", SupportsShouldProcess = true)]
[OutputType(typeof(BpfSource))]
public sealed class StopBpfSource : BpfCmdlet
{
    /// <summary>The sources, by object, name or id, with wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Name", "Id")]
    [SourceArgument]
    [ArgumentCompleter(typeof(RunningSourceCompleter))]
    public SourceReference[] Source { get; set; } = [];

    /// <summary>Hand the sources on.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var source in Resolve(Source))
        {
            if (!ShouldProcess($"{source} (id {source.Id})", "Stop BPF source")) continue;
            if (Try(() => source.Stop(Cancellation), source) && PassThru) WriteObject(source);
        }
    }
}
