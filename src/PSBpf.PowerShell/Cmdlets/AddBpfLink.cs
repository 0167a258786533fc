using System.Management.Automation;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Attaches a program to a hook.</summary>
[Cmdlet(VerbsCommon.Add, "BpfLink", SupportsShouldProcess = true)]
[OutputType(typeof(BpfLink))]
public sealed class AddBpfLink : BpfCmdlet
{
    /// <summary>The program, by object, name or id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ProgramArgument]
    [ArgumentCompleter(typeof(ProgramCompleter))]
    public ProgramReference[] Program { get; set; } = [];

    /// <summary>The hook, as type:target.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ArgumentCompleter(typeof(HookCompleter))]
    [ValidateNotNullOrEmpty]
    public string Hook { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var program in Resolve(Program))
            if (ShouldProcess($"{program.Name} (id {program.Id})", $"Attach to {Hook}")) Try(() => WriteObject(Session.Attach(program, Hook)), program);
    }
}
