using System.Management.Automation;
using System.Text;
using System.Text.Json;

namespace PSBpf.Host.Cmdlets;

/// <summary>ConvertFrom-Json: gives the objects that JSON text describes.</summary>
[Cmdlet(VerbsData.ConvertFrom, "Json")]
internal sealed class ConvertFromJson : PSCmdlet
{
    private readonly StringBuilder _text = new();

    /// <summary>Gets or sets the text; lines that come one by one are put together.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string InputObject { get; set; } = string.Empty;

    /// <summary>Gets or sets a value indicating whether objects become hashtables, which keep names that differ in case only.</summary>
    [Parameter]
    public SwitchParameter AsHashtable { get; set; }

    /// <summary>Gets or sets how many levels the text may have.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Depth { get; set; } = 1024;

    /// <summary>Gets or sets a value indicating whether an array stays one object.</summary>
    [Parameter]
    public SwitchParameter NoEnumerate { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _text.AppendLine(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        string text = _text.ToString();
        if (string.IsNullOrWhiteSpace(text))
            return;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions
            {
                AllowTrailingCommas = true,
                CommentHandling = JsonCommentHandling.Skip,
                MaxDepth = Depth,
            });
            WriteObject(JsonReader.Read(document.RootElement, AsHashtable), enumerateCollection: !NoEnumerate && document.RootElement.ValueKind == JsonValueKind.Array);
        }
        catch (Exception exception) when (exception is JsonException or PSArgumentException)
        {
            ThrowTerminatingError(new ErrorRecord(
                new ArgumentException($"Conversion from JSON failed with error: {exception.Message}", exception),
                "System.ArgumentException",
                ErrorCategory.NotSpecified,
                targetObject: null));
        }
    }
}
