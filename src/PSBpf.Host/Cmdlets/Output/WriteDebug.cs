using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Write-Debug: writes to the debug stream.</summary>
[Cmdlet(VerbsCommunications.Write, "Debug")]
internal sealed class WriteDebugMessage : PSCmdlet
{
    /// <summary>Gets or sets the text.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowEmptyString]
    [Alias("Msg")]
    public string Message { get; set; } = string.Empty;

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteDebug(Message);
}
