using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;
using PSBpf.Kernel;

namespace PSBpf.PowerShell;

/// <summary>Reads the entries of a map from a file, into a map of the session or into a new one.</summary>
[Cmdlet(VerbsData.Import, "BpfMap", SupportsShouldProcess = true)]
[OutputType(typeof(BpfMap))]
public sealed class ImportBpfMap : BpfCmdlet
{
    /// <summary>The files, as Export-BpfMap writes them.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public string[] Path { get; set; } = [];

    /// <summary>The map that gets the entries; a new one when left out.</summary>
    [Parameter(Position = 1)]
    [MapArgument]
    [ArgumentCompleter(typeof(MapCompleter))]
    public MapReference? Map { get; set; }

    /// <summary>The name of a new map; that in the file when left out.</summary>
    [Parameter]
    public string? Name { get; set; }

    /// <summary>Remove what is in the map before.</summary>
    [Parameter]
    public SwitchParameter Clear { get; set; }

    /// <summary>Which kernel gets a new map.</summary>
    [Parameter]
    public BpfKernelKind? Kernel { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string path in ResolveFiles(Path, DiagnosticRules.MapFile)) Try(() => Read(path), path);
    }

    private void Read(string path)
    {
        var file = MapFile.Read(path);
        var map = Map?.Resolve(Session)[0];
        string name = Name ?? (file.Name.Length > 0 ? file.Name : System.IO.Path.GetFileNameWithoutExtension(path));
        if (!ShouldProcess(map is null ? name : $"{map.Name} (id {map.Id})", $"Import {file.Entries.Count} entries from {path}")) return;
        if (Clear) map?.Clear();
        bool isNew = map is null;
        map ??= Session.CreateMap(new NewMapOptions
        {
            Name = name, Type = file.Type, KeySize = file.KeySize, ValueSize = file.ValueSizeOfOne(Session.PossibleCpus(Kernel ?? Session.Options.Kernel)), MaxEntries = file.MaxEntries, Kernel = Kernel ?? Session.Options.Kernel,
        });
        try
        {
            map.Import(file);
        }
        catch (BpfException) when (isNew)
        {
            map.Remove(force: true);
            throw;
        }

        WriteObject(map);
    }
}
