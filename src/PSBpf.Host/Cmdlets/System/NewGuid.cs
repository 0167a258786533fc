using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>New-Guid: makes a globally unique identifier.</summary>
[Cmdlet(VerbsCommon.New, "Guid", DefaultParameterSetName = DefaultSet)]
internal sealed class NewGuid : PSCmdlet
{
    private const string DefaultSet = "Default";

    /// <summary>Gets or sets a value indicating whether to give the one that is all zeros.</summary>
    [Parameter(ParameterSetName = "Empty")]
    public SwitchParameter Empty { get; set; }

    /// <summary>Gets or sets text to read.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = "InputObject")]
    public string? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null)
            WriteObject(Empty ? Guid.Empty : Guid.NewGuid());
        else if (Guid.TryParse(InputObject, out Guid guid))
            WriteObject(guid);
        else
            WriteError(new ErrorRecord(new FormatException($"'{InputObject}' is no GUID."), "StringNotRecognizedAsGuid", ErrorCategory.InvalidArgument, InputObject));
    }
}
