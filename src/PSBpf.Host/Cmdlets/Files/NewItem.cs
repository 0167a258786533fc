using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>New-Item: makes a file, a folder or an item of another provider.</summary>
[Cmdlet(VerbsCommon.New, "Item", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
internal sealed class NewItem : PSCmdlet
{
    private const string PathSet = "pathSet";
    private const string NameSet = "nameSet";

    /// <summary>Gets or sets the paths; with -Name, where to make the item.</summary>
    [Parameter(Position = 0, ParameterSetName = PathSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, ParameterSetName = NameSet, ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [string.Empty];

    /// <summary>Gets or sets the item's name.</summary>
    [Parameter(ParameterSetName = NameSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? Name { get; set; }

    /// <summary>Gets or sets what to make: File, Directory, SymbolicLink, HardLink or Junction in the file system.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Type")]
    public string? ItemType { get; set; }

    /// <summary>Gets or sets the item's content, or a link's target.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Target")]
    public object? Value { get; set; }

    /// <summary>Gets or sets a value indicating whether an item that exists is replaced, and folders above are made.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    /// <remarks>-WhatIf and -Confirm are the provider's to ask.</remarks>
    protected override void ProcessRecord()
    {
        foreach (string path in Path)
        {
            try
            {
                WriteObject(InvokeProvider.Item.New([path], Name, ItemType, Value, Force), enumerateCollection: true);
            }
            catch (Exception exception) when (exception is SessionStateException or ProviderInvocationException or PSArgumentException)
            {
                WriteError(new ErrorRecord(((IContainsErrorRecord)exception).ErrorRecord, exception));
            }
        }
    }
}
