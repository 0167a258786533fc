using System.Management.Automation;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Shows the options of the session.</summary>
[Cmdlet(VerbsCommon.Get, "BpfOption")]
[OutputType(typeof(BpfOptions))]
public sealed class GetBpfOption : BpfCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteObject(Session.Options);
}
