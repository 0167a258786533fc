using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Get-Location: gives the current location.</summary>
[Cmdlet(VerbsCommon.Get, "Location")]
internal sealed class GetLocation : PSCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteObject(SessionState.Path.CurrentLocation);
}
