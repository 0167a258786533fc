using System.Management.Automation;
using PSBpf.Hosting;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>Lists the programs of the session.</summary>
[Cmdlet(VerbsCommon.Get, "BpfProgram")]
[OutputType(typeof(BpfProgram))]
public sealed class GetBpfProgram : BpfCmdlet
{
    /// <summary>Programs by name, with wildcards, or by id; all when left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Name", "Id")]
    [ProgramArgument]
    [ArgumentCompleter(typeof(ProgramCompleter))]
    public ProgramReference[] Program { get; set; } = [];

    /// <summary>Only programs of this type.</summary>
    [Parameter]
    [TypeArgument]
    public ProgramType? Type { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var programs = Program.Length == 0 ? Session.Programs : Resolve(Program);
        foreach (var program in programs)
            if (Type is null || program.Type == Type) WriteObject(program);
    }
}
