using System.Management.Automation;

namespace PSBpf.PowerShell;

/// <summary>Takes maps out of the session.</summary>
[Cmdlet(VerbsCommon.Remove, "BpfMap", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveBpfMap : BpfCmdlet
{
    /// <summary>The maps, by object, name with wildcards, or id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Name", "Id")]
    [MapArgument]
    [ArgumentCompleter(typeof(MapCompleter))]
    public MapReference[] Map { get; set; } = [];

    /// <summary>Also maps that programs use.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var map in Resolve(Map))
            if (ShouldProcess($"{map.Name} (id {map.Id})", "Remove BPF map")) Try(() => map.Remove(Force), map);
    }
}
