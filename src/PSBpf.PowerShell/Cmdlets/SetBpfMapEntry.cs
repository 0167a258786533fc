using System.Management.Automation;
using PSBpf.Hosting;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>Sets the values of keys. A structure may be given by some of its members: the others stay as they are.</summary>
[Cmdlet(VerbsCommon.Set, "BpfMapEntry", SupportsShouldProcess = true)]
[OutputType(typeof(BpfMapEntry))]
public sealed class SetBpfMapEntry : BpfCmdlet
{
    /// <summary>The maps, by object, name with wildcards, or id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [MapArgument]
    [ArgumentCompleter(typeof(MapCompleter))]
    public MapReference[] Map { get; set; } = [];

    /// <summary>The keys; left out for queues, stacks, Bloom filters and user ring buffers, which have none.</summary>
    [Parameter(Position = 1)]
    public object[] Key { get; set; } = [];

    /// <summary>The value; for per-CPU maps one for all CPUs, or an array with one for each.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    [AllowNull]
    public object? Value { get; set; }

    /// <summary>An error when there is an entry already (BPF_NOEXIST).</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>An error when there is no entry yet (BPF_EXIST). A full queue or stack gives up its oldest value for the new one.</summary>
    [Parameter]
    public SwitchParameter MustExist { get; set; }

    /// <summary>Give the entries back as they are now.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var flags = (NoClobber ? MapUpdateFlags.NoExist : MapUpdateFlags.Any) | (MustExist ? MapUpdateFlags.Exist : MapUpdateFlags.Any);
        var value = Values.FromPowerShell(Value);
        foreach (var map in Resolve(Map))
        {
            if (Key.Length == 0)
            {
                if (ShouldProcess(map.Name, "Put a value into BPF map")) Try(() => map.Push(value, flags), Value);
                continue;
            }

            foreach (var key in MapKeys.Of(map, Key))
            {
                if (!ShouldProcess($"{map.Name}[{Values.ToPowerShell(key)}]", "Set BPF map entry")) continue;
                Try(() => Set(map, key!, value, flags), key);
            }
        }
    }

    private void Set(BpfMap map, object key, object? value, MapUpdateFlags flags)
    {
        map.Set(key, value, flags);
        if (PassThru && map.Get(key) is { } entry)
            WriteObject(entry with { Key = Values.ToPowerShell(entry.Key)!, Value = Values.ToPowerShell(entry.Value)! });
    }
}
