using System.Management.Automation;
using PSBpf.Btf;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Gets types from BTF: of the machine's kernel, of a file, or of a program.</summary>
[Cmdlet(VerbsCommon.Get, "BpfType", DefaultParameterSetName = KernelSet)]
[OutputType(typeof(BpfType))]
[OutputType(typeof(string))]
public sealed class GetBpfType : TypeCmdlet
{
    /// <summary>Names, with wildcards; case matters, as in C.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(BpfTypeCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>Kinds of types.</summary>
    [Parameter]
    public BtfKind[] Kind { get; set; } = [];

    /// <summary>Ids in the BTF.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int[] Id { get; set; } = [];

    /// <summary>Give the definitions in C in place of the objects, with the offsets and sizes of members.</summary>
    [Parameter]
    public SwitchParameter AsC { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var source in Sources())
        {
            foreach (var type in Id.Length > 0 ? ById(source) : ByName(source))
            {
                Cancellation.ThrowIfCancellationRequested();
                WriteObject(AsC ? type.Definition : type);
            }
        }
    }

    private IEnumerable<BpfType> ById(BpfTypes source)
    {
        foreach (var id in Id)
        {
            if (source.Find(id) is { } type) yield return type;
            else Try(() => throw Diagnostics.DiagnosticRules.NameNotFound.Error($"There is no type {id} in {source.Origin}, which has {source.Count}."), id);
        }
    }

    // As everywhere in PowerShell, a name without wildcards that finds nothing is an error, a pattern is not.
    private IEnumerable<BpfType> ByName(BpfTypes source)
    {
        if (Name.Length == 0) return source.Find(null, Kind);
        var found = new List<BpfType>();
        foreach (var name in Name)
        {
            var before = found.Count;
            found.AddRange(source.Find(name, Kind));
            if (found.Count > before || name.AsSpan().ContainsAny('*', '?')) continue;
            Try(() => throw Diagnostics.DiagnosticRules.NameNotFound.Error($"There is no type '{name}' in {source.Origin}.", action: $"Look for it with wildcards: Get-BpfType '*{name}*'."), name);
        }

        return found;
    }
}
