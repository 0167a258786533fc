using System.Management.Automation;

namespace PSBpf.PowerShell;

/// <summary>Takes programs out of the session; maps that only they used go with them.</summary>
[Cmdlet(VerbsCommon.Remove, "BpfProgram", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveBpfProgram : BpfCmdlet
{
    /// <summary>The programs, by object, name with wildcards, or id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Name", "Id")]
    [ProgramArgument]
    [ArgumentCompleter(typeof(ProgramCompleter))]
    public ProgramReference[] Program { get; set; } = [];

    /// <summary>Remove their links too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var program in Resolve(Program))
            if (ShouldProcess($"{program.Name} (id {program.Id})", "Remove BPF program")) Try(() => program.Remove(Force), program);
    }
}
