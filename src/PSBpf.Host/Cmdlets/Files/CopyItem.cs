using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Copy-Item: copies items.</summary>
[Cmdlet(VerbsCommon.Copy, "Item", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
internal sealed class CopyItem : PathCmdlet
{
    /// <summary>Gets or sets where to copy to; the current location when nothing is given.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string Destination { get; set; } = ".";

    /// <summary>Gets or sets a value indicating whether folders stay folders.</summary>
    [Parameter]
    public SwitchParameter Container { get; set; } = true;

    /// <summary>Gets or sets a value indicating whether to copy what is in folders too.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Gets or sets a value indicating whether read-only files are replaced.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gets or sets a value indicating whether the copies are given.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    /// <remarks>-WhatIf and -Confirm are the provider's to ask.</remarks>
    protected override void ProcessRecord() => ForEachPath(path =>
    {
        IEnumerable<PSObject> copies = InvokeProvider.Item.Copy(
            [path], Destination, Recurse, Container ? CopyContainers.CopyTargetContainer : CopyContainers.CopyChildrenOfTargetContainer, Force, IsLiteral);
        if (PassThru)
            WriteObject(copies, enumerateCollection: true);
    });
}
