using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Write-Verbose: writes to the verbose stream.</summary>
[Cmdlet(VerbsCommunications.Write, "Verbose")]
internal sealed class WriteVerboseMessage : PSCmdlet
{
    /// <summary>Gets or sets the text.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowEmptyString]
    [Alias("Msg")]
    public string Message { get; set; } = string.Empty;

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteVerbose(Message);
}
