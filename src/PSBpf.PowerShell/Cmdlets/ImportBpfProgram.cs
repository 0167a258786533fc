using System.Collections;
using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>Loads the programs of an object file: all of them or, when one is refused, none.</summary>
[Cmdlet(VerbsData.Import, "BpfProgram", SupportsShouldProcess = true)]
[OutputType(typeof(BpfProgram))]
public sealed class ImportBpfProgram : BpfCmdlet
{
    /// <summary>Object files, with wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Names of the programs to load, with wildcards; all when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>The program type, for section names that say none.</summary>
    [Parameter]
    [TypeArgument]
    public ProgramType? Type { get; set; }

    /// <summary>Values of global variables by name, set before the verifier sees the programs.</summary>
    [Parameter]
    [Alias("Variables")]
    public IDictionary? Variable { get; set; }

    /// <summary>
    /// By the object's name for a map: a map of the session to use in its place, or a hashtable of what to make different about it
    /// (Type, KeySize, ValueSize, MaxEntries, Flags, Extra, NumaNode, Pin).
    /// </summary>
    [Parameter]
    public IDictionary? Map { get; set; }

    /// <summary>The folder in a BPF file system for maps that are pinned by name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PinPath { get; set; }

    /// <summary>A file with the types of the kernel that the programs are for: raw BTF, or ELF with a .BTF section.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Btf { get; set; }

    /// <summary>A file with the kernel's configuration, as /proc/config.gz, for __kconfig variables.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Config { get; set; }

    /// <summary>A hook to attach the programs to.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NewHookCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Attach { get; set; }

    /// <summary>Which kernel loads them.</summary>
    [Parameter]
    public BpfKernelKind? Kernel { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var file in ResolveFiles(Path, DiagnosticRules.ObjectUnreadable))
        {
            if (!ShouldProcess(file, "Import BPF programs")) continue;
            Try(() => Import(file), file);
        }
    }

    private void Import(string file)
    {
        var result = Session.TryImport(file, Options(), Cancellation);
        foreach (var warning in result.Warnings) WriteWarning(warning.ToString());
        foreach (var refusal in result.Refusals) WriteError(ErrorRecords.From(refusal.Diagnostic, null, refusal.Verification, Location));
        WriteObject(result.Programs, enumerateCollection: true);
    }

    private ImportOptions Options()
    {
        var variables = new Dictionary<string, object?>();
        foreach (DictionaryEntry entry in Variable ?? new Hashtable()) variables[entry.Key.ToString() ?? ""] = Values.FromPowerShell(entry.Value);
        var changes = new Dictionary<string, MapChange>();
        var replaced = new Hashtable();
        foreach (DictionaryEntry entry in Map ?? new Hashtable())
        {
            if (MapChanges.TryRead(entry, out var change)) changes[entry.Key.ToString() ?? ""] = change;
            else replaced.Add(entry.Key, entry.Value);
        }

        var maps = NamedMaps.Read(Session, replaced).ToDictionary(map => map.Key, map => map.Value);
        return new()
        {
            Name = Name, Type = Type, Variables = variables, Maps = maps, MapChanges = changes, Attach = Attach, Kernel = Kernel ?? Session.Options.Kernel,
            PinPath = PinPath,
            Btf = Btf is null ? null : ResolveFile(Btf), Configuration = Config is null ? null : ResolveFile(Config),
        };
    }
}
