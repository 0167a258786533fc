using System.Management.Automation;
using PSBpf.Hosting;
using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>Makes a program of assembly text or instruction bytes and loads it.</summary>
[Cmdlet(VerbsCommon.New, "BpfProgram", SupportsShouldProcess = true, DefaultParameterSetName = AssemblySet)]
[OutputType(typeof(BpfProgram))]
public sealed class NewBpfProgram : BpfCmdlet
{
    private const string AssemblySet = "Assembly";
    private const string BytecodeSet = "Bytecode";

    private readonly List<string> _lines = [];

    /// <summary>The program type.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [TypeArgument]
    public ProgramType Type { get; set; }

    /// <summary>The program's lines; texts that are piped are joined.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = AssemblySet, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string[] Assembly { get; set; } = [];

    /// <summary>The program's instructions: bytes or hexadecimal text.</summary>
    [Parameter(Mandatory = true, ParameterSetName = BytecodeSet)]
    [BytecodeArgument]
    public byte[] Bytecode { get; set; } = [];

    /// <summary>The program's name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Maps of the session that it uses: maps, names or ids, or a hashtable of them by the names in the assembly.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MapCompleter))]
    [ValidateNotNull]
    public object[] Map { get; set; } = [];

    /// <summary>The licence that decides about GPL-only helpers.</summary>
    [Parameter]
    [ValidateNotNull]
    public string License { get; set; } = "GPL";

    /// <summary>Which kernel loads it.</summary>
    [Parameter]
    public BpfKernelKind? Kernel { get; set; }

    /// <summary>A hook to attach it to.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(HookCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Attach { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _lines.AddRange(Assembly);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var title = Name ?? $"{ProgramTypeTable.Get(Type).Name} program";
        if (ShouldProcess(title, "Assemble and load BPF program")) Try(Create, Name);
    }

    private void Create()
    {
        var options = new NewProgramOptions
        {
            Type = Type,
            Name = Name,
            License = License,
            Maps = NamedMaps.Read(Session, Map),
            Attach = Attach,
            Kernel = Kernel ?? Session.Options.Kernel,
        };
        var result = ParameterSetName == BytecodeSet
            ? Session.TryCreate(Bytecode, options, Cancellation)
            : Session.TryCreate(string.Join('\n', _lines), options, Cancellation);
        foreach (var refusal in result.Refusals) WriteError(ErrorRecords.From(refusal.Diagnostic, null, refusal.Verification, Location));
        WriteObject(result.Programs, enumerateCollection: true);
    }
}
