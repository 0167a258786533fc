using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Invoke-Expression: runs text as PowerShell in the caller's scope.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Expression")]
internal sealed class InvokeExpression : PSCmdlet
{
    /// <summary>Gets or sets the text.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [ValidateTrustedData]
    public string Command { get; set; } = string.Empty;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (PSObject result in InvokeCommand.InvokeScript(false, ScriptBlock.Create(Command), input: null, args: []))
            WriteObject(result);
    }
}
