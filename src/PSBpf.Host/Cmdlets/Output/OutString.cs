using System.Management.Automation;
using System.Management.Automation.Host;
using System.Text;
using PSBpf.Host.Formatting;

namespace PSBpf.Host.Cmdlets;

/// <summary>Out-String: gives as text what the console would show.</summary>
[Cmdlet(VerbsData.Out, "String", DefaultParameterSetName = NoNewLineSet)]
internal sealed class OutString : PSCmdlet, IDisposable
{
    private const string NoNewLineSet = "NoNewLineFormatting";
    private const string StreamSet = "StreamFormatting";

    private readonly StringBuilder _text = new();
    private TextRenderer? _renderer;

    /// <summary>Gets or sets an object to show.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Gets or sets a value indicating whether each line is an object of its own.</summary>
    [Parameter(ParameterSetName = StreamSet)]
    public SwitchParameter Stream { get; set; }

    /// <summary>Gets or sets the columns of a line.</summary>
    [Parameter]
    [ValidateRange(2, int.MaxValue)]
    public int? Width { get; set; }

    /// <summary>Gets or sets a value indicating whether the lines are put together without line ends.</summary>
    [Parameter(ParameterSetName = NoNewLineSet)]
    public SwitchParameter NoNewline { get; set; }

    /// <inheritdoc/>
    public void Dispose() => _renderer?.Dispose();

    /// <inheritdoc/>
    protected override void BeginProcessing() => _renderer = new TextRenderer(Width);

    /// <inheritdoc/>
    protected override void ProcessRecord() => Take(_renderer!.Render(InputObject));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Take(_renderer!.Finish());
        if (!Stream)
            WriteObject(_text.ToString());
    }

    private void Take(string text)
    {
        text = PSHostUserInterface.GetOutputString(text, Host.UI.SupportsVirtualTerminal);
        if (Stream)
        {
            foreach (string line in TextLines.Of(text))
                WriteObject(line);
        }
        else
        {
            _text.Append(NoNewline ? string.Concat(TextLines.Of(text)) : text);
        }
    }
}
