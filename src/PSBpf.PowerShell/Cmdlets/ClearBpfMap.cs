using System.Management.Automation;

namespace PSBpf.PowerShell;

/// <summary>Removes all entries of maps; values of arrays become zero.</summary>
[Cmdlet(VerbsCommon.Clear, "BpfMap", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class ClearBpfMap : BpfCmdlet
{
    /// <summary>The maps, by object, name with wildcards, or id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Name", "Id")]
    [MapArgument]
    [ArgumentCompleter(typeof(MapCompleter))]
    public MapReference[] Map { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var map in Resolve(Map))
        {
            if (!ShouldProcess($"{map.Name} (id {map.Id})", "Clear BPF map")) continue;
            Try(() => WriteVerbose($"{map.Clear()} entries of map '{map.Name}' (id {map.Id}) are gone."), map);
        }
    }
}
