using System.Collections;
using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Write-Host: shows text to the person at the console, through the information stream.</summary>
[Cmdlet(VerbsCommunications.Write, "Host")]
internal sealed class WriteHost : PSCmdlet
{
    /// <summary>Gets or sets what to show.</summary>
    [Parameter(Position = 0, ValueFromRemainingArguments = true, ValueFromPipeline = true)]
    [Alias("Msg", "Message")]
    public object? Object { get; set; }

    /// <summary>Gets or sets a value indicating whether the line stays open.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    /// <summary>Gets or sets what stands between the elements of a collection.</summary>
    [Parameter]
    public object Separator { get; set; } = " ";

    /// <summary>Gets or sets the colour of the text.</summary>
    [Parameter]
    public ConsoleColor? ForegroundColor { get; set; }

    /// <summary>Gets or sets the colour behind the text.</summary>
    [Parameter]
    public ConsoleColor? BackgroundColor { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // The tag makes the engine show the record at once, whatever $InformationPreference is.
        var message = new HostInformationMessage { Message = Text(Object) ?? string.Empty, NoNewLine = NoNewline };
        if (ForegroundColor is not null || BackgroundColor is not null)
        {
            // One colour alone leaves the other as the host has it.
            message.ForegroundColor = ForegroundColor ?? Host.UI.RawUI.ForegroundColor;
            message.BackgroundColor = BackgroundColor ?? Host.UI.RawUI.BackgroundColor;
        }

        WriteInformation(message, ["PSHOST"]);
    }

    private string? Text(object? value)
    {
        object? plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        switch (plain)
        {
            case null:
                return null;
            case string text:
                return text;
            case IEnumerable elements when LanguagePrimitives.IsObjectEnumerable(plain):
                return string.Join(LanguagePrimitives.ConvertTo<string>(Separator), elements.Cast<object?>().Select(Text));
            default:
                return LanguagePrimitives.ConvertTo<string>(value);
        }
    }
}
