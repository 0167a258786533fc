using System.Management.Automation;
using PSBpf.Kernel;

namespace PSBpf.PowerShell;

/// <summary>Takes names in a BPF file system away; what they named ends when nobody else has it.</summary>
[Cmdlet(VerbsCommon.Remove, "BpfPin", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveBpfPin : BpfCmdlet
{
    /// <summary>The names: absolute paths.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(PinCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Which kernel's.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public BpfKernelKind? Kernel { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in Path)
            if (ShouldProcess(path, "Remove BPF pin")) Try(() => Session.Unpin(path, Kernel ?? Session.Options.Kernel), path);
    }
}
