using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Get-Item: gives the items at paths.</summary>
[Cmdlet(VerbsCommon.Get, "Item", DefaultParameterSetName = PathSet)]
internal sealed class GetItem : PathCmdlet
{
    /// <summary>Gets or sets a value indicating whether to give hidden items too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachPath(path =>
        WriteObject(InvokeProvider.Item.Get([path], Force, IsLiteral), enumerateCollection: true));
}
