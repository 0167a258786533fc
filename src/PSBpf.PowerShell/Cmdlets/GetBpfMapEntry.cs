using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>Reads entries of a map, keys and values typed by BTF; of queues and stacks the next value, which stays.</summary>
[Cmdlet(VerbsCommon.Get, "BpfMapEntry")]
[OutputType(typeof(BpfMapEntry))]
public sealed class GetBpfMapEntry : BpfCmdlet
{
    /// <summary>The maps, by object, name with wildcards, or id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [MapArgument]
    [ArgumentCompleter(typeof(MapCompleter))]
    public MapReference[] Map { get; set; } = [];

    /// <summary>Keys to look up; all entries when left out. Of a Bloom filter, values that it may hold.</summary>
    [Parameter(Position = 1)]
    [AllowNull]
    public object[]? Key { get; set; }

    /// <summary>For per-CPU maps: the value of this CPU alone.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Cpu { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var map in Resolve(Map))
        {
            if (Key is null)
            {
                Try(() => WriteAll(map), map);
                continue;
            }

            if (map.Type == MapType.BloomFilter)
            {
                foreach (var value in Key) Try(() => WriteContained(map, Values.FromPowerShell(value)), value);
                continue;
            }

            foreach (var key in MapKeys.Of(map, Key))
            {
                Try(
                    () => Write(map.Get(key!) ?? throw DiagnosticRules.NameNotFound.Error(
                        $"Map '{map.Name}' has no entry {Show(key)}.", action: $"Get-BpfMapEntry {map.Name} lists the entries.")),
                    key);
            }
        }
    }

    private static string Show(object? key) => LanguagePrimitives.ConvertTo<string>(Values.ToPowerShell(key));

    private void WriteContained(BpfMap filter, object? value)
    {
        if (!filter.MayContain(value)) throw DiagnosticRules.NameNotFound.Error($"Map '{filter.Name}' has never been given {Show(value)}.", action: "Set-BpfMapEntry puts values in.");
        WriteObject(new PSObject(Values.ToPowerShell(value)));
    }

    private void WriteAll(BpfMap map)
    {
        if (map.Type is MapType.Queue or MapType.Stack)
        {
            if (map.Peek() is { } next) Write(next);
            return;
        }

        foreach (var entry in map.Entries())
        {
            if (Cancellation.IsCancellationRequested) throw new PipelineStoppedException();
            Write(entry);
        }
    }

    private void Write(BpfMapEntry entry)
    {
        if (Cpu is { } cpu) entry = entry.Of(cpu);
        WriteObject(entry with { Key = Values.ToPowerShell(entry.Key)!, Value = Values.ToPowerShell(entry.Value)! });
    }
}
