using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Removes entries of a map.</summary>
[Cmdlet(VerbsCommon.Remove, "BpfMapEntry", SupportsShouldProcess = true, DefaultParameterSetName = KeySet)]
[OutputType(typeof(BpfMapEntry))]
public sealed class RemoveBpfMapEntry : BpfCmdlet
{
    private const string KeySet = "Key";
    private const string EntrySet = "Entry";

    /// <summary>The map, by object, name or id.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = KeySet)]
    [MapArgument]
    [ArgumentCompleter(typeof(MapCompleter))]
    public MapReference[] Map { get; set; } = [];

    /// <summary>The keys; left out for queues and stacks, whose next value goes.</summary>
    [Parameter(Position = 1, ParameterSetName = KeySet)]
    public object[] Key { get; set; } = [];

    /// <summary>Give what was removed.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Entries, as Get-BpfMapEntry gives them.</summary>
    [Parameter(Mandatory = true, ParameterSetName = EntrySet, ValueFromPipeline = true)]
    public BpfMapEntry[] InputObject { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var entry in InputObject) Remove(entry.GetMap(), entry.KeyBytes, entry.Key);
        foreach (var map in Resolve(Map))
        {
            if (Key.Length == 0) Take(map);
            foreach (var key in MapKeys.Of(map, Key)) Remove(map, key!, Values.ToPowerShell(key)!);
        }
    }

    private void Take(BpfMap map)
    {
        if (!ShouldProcess(map.Name, "Take the next value out of BPF map")) return;
        Try(
            () =>
            {
                var entry = map.Take() ?? throw DiagnosticRules.NameNotFound.Error($"Map '{map.Name}' is empty.", action: "Set-BpfMapEntry puts values in.");
                if (PassThru) Write(entry);
            },
            map);
    }

    private void Write(BpfMapEntry entry) => WriteObject(entry with { Key = Values.ToPowerShell(entry.Key)!, Value = Values.ToPowerShell(entry.Value)! });

    private void Remove(BpfMap map, object key, object shown)
    {
        if (!ShouldProcess($"{map.Name}[{shown}]", "Remove BPF map entry")) return;
        Try(
            () =>
            {
                var entry = PassThru ? map.Get(key) : null;
                if (!map.Remove(key))
                    throw DiagnosticRules.NameNotFound.Error($"Map '{map.Name}' has no entry {shown}.", action: $"Get-BpfMapEntry {map.Name} lists the entries.");
                if (entry is not null) Write(entry);
            },
            shown);
    }
}
