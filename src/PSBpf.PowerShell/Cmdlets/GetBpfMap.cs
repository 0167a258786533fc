using System.Management.Automation;
using PSBpf.Hosting;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>Lists the maps of the session.</summary>
[Cmdlet(VerbsCommon.Get, "BpfMap")]
[OutputType(typeof(BpfMap))]
public sealed class GetBpfMap : BpfCmdlet
{
    /// <summary>Maps by name, with wildcards, or by id; all when left out.</summary>
    [Parameter(Position = 0)]
    [Alias("Name", "Id")]
    [MapArgument]
    [ArgumentCompleter(typeof(MapCompleter))]
    public MapReference[] Map { get; set; } = [];

    /// <summary>Only maps that these programs use.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ProgramArgument]
    [ArgumentCompleter(typeof(ProgramCompleter))]
    public ProgramReference[] Program { get; set; } = [];

    /// <summary>Only maps of this type.</summary>
    [Parameter]
    [TypeArgument]
    public MapType? Type { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var maps = Map.Length == 0 ? Session.Maps : Resolve(Map);
        var used = Program.Length == 0 ? null : Resolve(Program).SelectMany(program => program.GetMaps()).ToHashSet();
        foreach (var map in maps)
            if ((Type is null || map.Type == Type) && used?.Contains(map) != false) WriteObject(map);
    }
}
