using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>What cmdlets share that read BTF: of the machine's kernel, a file, or a program.</summary>
public abstract class TypeCmdlet : BpfCmdlet
{
    internal const string KernelSet = "Kernel";
    internal const string PathSet = "Path";
    internal const string ProgramSet = "Program";

    /// <summary>BTF files, objects or sources; the machine's kernel when left out.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Loaded programs, whose objects' types are meant.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ProgramSet, ValueFromPipeline = true)]
    [ProgramArgument]
    [ArgumentCompleter(typeof(ProgramCompleter))]
    public ProgramReference[] Program { get; set; } = [];

    /// <summary>The types that the parameters mean; each source that cannot be read is a non-terminating error.</summary>
    internal IEnumerable<BpfTypes> Sources()
    {
        switch (ParameterSetName)
        {
            case PathSet:
                foreach (var file in ResolveFiles(Path, DiagnosticRules.BtfUnavailable))
                    if (Read(() => BpfTypes.Read(file, Cancellation), file) is { } types) yield return types;
                break;
            case ProgramSet:
                foreach (var program in Resolve(Program))
                    if (Read(() => BpfTypes.Of(program), program.Name) is { } types) yield return types;
                break;
            default:
                if (Read(() => BpfTypes.Kernel, null) is { } kernel) yield return kernel;
                break;
        }
    }

    private BpfTypes? Read(Func<BpfTypes> read, string? target)
    {
        BpfTypes? types = null;
        Try(() => types = read(), target);
        return types;
    }
}
