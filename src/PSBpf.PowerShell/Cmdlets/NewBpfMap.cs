using System.Management.Automation;
using PSBpf.Hosting;
using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>Makes maps that come from no object.</summary>
[Cmdlet(VerbsCommon.New, "BpfMap", SupportsShouldProcess = true)]
[OutputType(typeof(BpfMap))]
public sealed class NewBpfMap : BpfCmdlet
{
    /// <summary>The names.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>The type, as Get-BpfMap and bpftool spell it.</summary>
    [Parameter(Position = 1)]
    [TypeArgument]
    public MapType? Type { get; set; }

    /// <summary>Key size in bytes.</summary>
    [Parameter]
    public int? KeySize { get; set; }

    /// <summary>Value size in bytes.</summary>
    [Parameter]
    public int? ValueSize { get; set; }

    /// <summary>Largest number of entries; for ring buffers bytes.</summary>
    [Parameter]
    public long? MaxEntries { get; set; }

    /// <summary>BPF_F_* flags.</summary>
    [Parameter]
    public MapFlags? Flags { get; set; }

    /// <summary>map_extra: for Bloom filters the number of hashes.</summary>
    [Parameter]
    public ulong? Extra { get; set; }

    /// <summary>A map that is like it: type, sizes, flags, types of keys and values.</summary>
    [Parameter]
    [MapArgument]
    [ArgumentCompleter(typeof(MapCompleter))]
    public MapReference? Like { get; set; }

    /// <summary>For maps of maps: a map that those inside are like.</summary>
    [Parameter]
    [MapArgument]
    [ArgumentCompleter(typeof(MapCompleter))]
    public MapReference? Inner { get; set; }

    /// <summary>Which kernel holds it; the one of the options when left out.</summary>
    [Parameter]
    public BpfKernelKind? Kernel { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        BpfMap? like = null, inner = null;
        if (!Try(() => (like, inner) = (One(Like), One(Inner)), Like?.ToString())) return;
        foreach (string name in Name)
        {
            if (!ShouldProcess(name, $"New BPF map of type {Type ?? like?.Type}")) continue;
            Try(
                () => WriteObject(Session.CreateMap(new NewMapOptions
                {
                    Name = name, Type = Type, KeySize = KeySize, ValueSize = ValueSize, MaxEntries = MaxEntries, Flags = Flags, Extra = Extra,
                    Like = like, Inner = inner, Kernel = Kernel ?? like?.Kernel ?? Session.Options.Kernel,
                })),
                name);
        }
    }

    private static BpfMap? One(MapReference? reference) => reference?.Resolve(Session)[0];
}
