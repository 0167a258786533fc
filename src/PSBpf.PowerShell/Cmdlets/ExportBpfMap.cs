using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Writes the entries of a map to a file.</summary>
[Cmdlet(VerbsData.Export, "BpfMap", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportBpfMap : BpfCmdlet
{
    /// <summary>The map, by object, name or id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Name", "Id")]
    [MapArgument]
    [ArgumentCompleter(typeof(MapCompleter))]
    public MapReference Map { get; set; } = null!;

    /// <summary>The file; {0} in it stands for the map's name.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public string Path { get; set; } = "";

    /// <summary>JSON, or the bytes as they are.</summary>
    [Parameter]
    public MapFileFormat Format { get; set; }

    /// <summary>An error when the file is there already.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Give the file.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var map in Resolve([Map]))
        {
            string path = ResolveFile(Path.Replace("{0}", map.Name.TrimStart('.'), StringComparison.Ordinal));
            if (!ShouldProcess(path, $"Export BPF map {map.Name} (id {map.Id})")) continue;
            Try(() => Write(map, path), map);
        }
    }

    private void Write(BpfMap map, string path)
    {
        if (NoClobber && File.Exists(path)) throw DiagnosticRules.MapFile.Error($"There is a file '{path}' already.", action: "Name another one, or leave -NoClobber out.");
        long entries = map.Export(path, Format);
        WriteVerbose($"{entries} entries of map '{map.Name}' are in {path}.");
        if (PassThru) WriteObject(new FileInfo(path));
    }
}
