using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Read-Host: asks the person at the console for a line.</summary>
[Cmdlet(VerbsCommunications.Read, "Host")]
internal sealed class ReadHost : PSCmdlet
{
    /// <summary>Gets or sets the question.</summary>
    [Parameter(Position = 0, ValueFromRemainingArguments = true)]
    [AllowNull]
    public object? Prompt { get; set; }

    /// <summary>Gets or sets a value indicating whether the answer is kept secret.</summary>
    [Parameter]
    public SwitchParameter AsSecureString { get; set; }

    /// <summary>Gets or sets a value indicating whether the answer is not shown.</summary>
    [Parameter]
    public SwitchParameter MaskInput { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        string question = string.Join(' ', LanguagePrimitives.ConvertTo<string[]>(Prompt) ?? []);
        if (question.Length > 0)
            Host.UI.Write(question + ": ");
        if (AsSecureString)
            WriteObject(Host.UI.ReadLineAsSecureString());
        else if (MaskInput)
            WriteObject(new PSCredential("masked", Host.UI.ReadLineAsSecureString()).GetNetworkCredential().Password);
        else
            WriteObject(Host.UI.ReadLine());
    }
}
