using System.Management.Automation;
using System.Management.Automation.Host;
using System.Text;
using PSBpf.Host.Formatting;

namespace PSBpf.Host.Cmdlets;

/// <summary>Out-File: writes to a file what the console would show. The operators &gt; and &gt;&gt; are this cmdlet.</summary>
[Cmdlet(VerbsData.Out, "File", SupportsShouldProcess = true, DefaultParameterSetName = ByPath)]
internal sealed class OutFile : PSCmdlet, IDisposable
{
    private const string ByPath = "ByPath";
    private const string ByLiteralPath = "ByLiteralPath";

    private TextRenderer? _renderer;
    private StreamWriter? _file;

    /// <summary>Gets or sets the file.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByPath)]
    [Alias("Path")]
    public string? FilePath { get; set; }

    /// <summary>Gets or sets the file, by a name in which no character is special.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByLiteralPath)]
    [Alias("PSPath", "LP")]
    public string? LiteralPath { get; set; }

    /// <summary>Gets or sets the encoding.</summary>
    [Parameter(Position = 1)]
    [EncodingArgument]
    public Encoding Encoding { get; set; } = EncodingArgumentAttribute.Default;

    /// <summary>Gets or sets a value indicating whether the text is put after what the file holds.</summary>
    [Parameter]
    public SwitchParameter Append { get; set; }

    /// <summary>Gets or sets a value indicating whether a read-only file is written too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gets or sets a value indicating whether a file that exists is an error.</summary>
    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Gets or sets the columns of a line.</summary>
    [Parameter]
    [ValidateRange(2, int.MaxValue)]
    public int? Width { get; set; }

    /// <summary>Gets or sets a value indicating whether lines are written without line ends.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    /// <summary>Gets or sets an object to write.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _renderer?.Dispose();
        _file?.Dispose();
    }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        string path = OutputFile.Path(this, FilePath ?? LiteralPath!);
        if (!ShouldProcess(path, "Output to File"))
            return;
        _file = OutputFile.Open(this, path, Encoding, Append, Force, NoClobber);
        _renderer = new TextRenderer(Width);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (_renderer is not null)
            Write(_renderer.Render(InputObject));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_renderer is not null)
            Write(_renderer.Finish());
        Dispose();
        _file = null;
        _renderer = null;
    }

    // A file is no terminal: escape sequences have no place in it, unless $PSStyle.OutputRendering says so.
    private void Write(string text)
    {
        text = PSHostUserInterface.GetOutputString(text, supportsVirtualTerminal: false);
        _file!.Write(NoNewline ? string.Concat(TextLines.Of(text)) : text);
    }
}
