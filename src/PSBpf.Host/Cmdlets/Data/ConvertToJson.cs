using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>ConvertTo-Json: gives objects as JSON text.</summary>
[Cmdlet(VerbsData.ConvertTo, "Json")]
internal sealed class ConvertToJson : PSCmdlet
{
    private const int GreatestDepth = 100;

    private readonly List<object?> _objects = [];

    /// <summary>Gets or sets an object.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>Gets or sets how many levels of objects are written as objects; those below are written as text.</summary>
    [Parameter]
    [ValidateRange(0, GreatestDepth)]
    public int Depth { get; set; } = 2;

    /// <summary>Gets or sets a value indicating whether to leave out line ends and indentation.</summary>
    [Parameter]
    public SwitchParameter Compress { get; set; }

    /// <summary>Gets or sets a value indicating whether enumeration values are written by name.</summary>
    [Parameter]
    public SwitchParameter EnumsAsStrings { get; set; }

    /// <summary>Gets or sets a value indicating whether one object is written as an array too.</summary>
    [Parameter]
    public SwitchParameter AsArray { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _objects.Add(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_objects.Count == 0)
            return;
        var writer = new JsonWriter(Depth, Compress, EnumsAsStrings);
        WriteObject(writer.Write(_objects.Count > 1 || AsArray ? _objects : _objects[0]));
        if (writer.Truncated)
            WriteWarning($"Resulting JSON is truncated as serialization has exceeded the set depth of {Depth}.");
    }
}
