using System.Management.Automation;

namespace PSBpf.PowerShell;

/// <summary>Takes programs off their hooks.</summary>
[Cmdlet(VerbsCommon.Remove, "BpfLink", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveBpfLink : BpfCmdlet
{
    /// <summary>The links, by object or id, or by the name of their program or hook, with wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Id")]
    [LinkArgument]
    [ArgumentCompleter(typeof(LinkCompleter))]
    public LinkReference[] Link { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var link in Resolve(Link))
            if (ShouldProcess($"{link} (id {link.Id})", "Remove BPF link")) Try(link.Remove, link);
    }
}
