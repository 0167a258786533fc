using System.Management.Automation;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Gives a map a name in a BPF file system, so that it outlives its programs and other imports share it.</summary>
[Cmdlet(VerbsCommon.Add, "BpfPin", SupportsShouldProcess = true)]
[OutputType(typeof(BpfPin))]
public sealed class AddBpfPin : BpfCmdlet
{
    /// <summary>The map, by object, name or id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [MapArgument]
    [ArgumentCompleter(typeof(MapCompleter))]
    public MapReference Map { get; set; } = null!;

    /// <summary>The name: an absolute path in a BPF file system.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var map in Resolve([Map]))
            if (ShouldProcess($"{map.Name} (id {map.Id})", $"Pin at {Path}")) Try(() => WriteObject(Session.Pin(map, Path)), map);
    }
}
