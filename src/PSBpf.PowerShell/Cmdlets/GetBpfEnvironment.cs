using System.Management.Automation;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Shows the world that programs of the managed engine see.</summary>
[Cmdlet(VerbsCommon.Get, "BpfEnvironment")]
[OutputType(typeof(BpfEnvironment))]
public sealed class GetBpfEnvironment : BpfCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteObject(Session.World);
}
