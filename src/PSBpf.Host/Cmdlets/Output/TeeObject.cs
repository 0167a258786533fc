using System.Management.Automation;
using System.Text;

namespace PSBpf.Host.Cmdlets;

/// <summary>Tee-Object: passes objects on and keeps them in a file or a variable.</summary>
[Cmdlet("Tee", "Object", DefaultParameterSetName = ToFile)]
internal sealed class TeeObject : PSCmdlet, IDisposable
{
    private const string ToFile = "File";
    private const string ToLiteralFile = "LiteralFile";
    private const string ToVariable = "Variable";

    private readonly List<object?> _objects = [];
    private SteppablePipeline? _file;

    /// <summary>Gets or sets an object.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Gets or sets the file.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ToFile)]
    [Alias("Path")]
    public string? FilePath { get; set; }

    /// <summary>Gets or sets the file, by a name in which no character is special.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ToLiteralFile)]
    [Alias("PSPath", "LP")]
    public string? LiteralPath { get; set; }

    /// <summary>Gets or sets a value indicating whether the text is put after what is there.</summary>
    [Parameter]
    public SwitchParameter Append { get; set; }

    /// <summary>Gets or sets the encoding of the file.</summary>
    [Parameter(ParameterSetName = ToFile)]
    [Parameter(ParameterSetName = ToLiteralFile)]
    [EncodingArgument]
    public Encoding Encoding { get; set; } = EncodingArgumentAttribute.Default;

    /// <summary>Gets or sets the name of the variable.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ToVariable)]
    public string? Variable { get; set; }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Variable is not null)
            return;
        _file = ScriptBlock
            .Create("param($file, $encoding, $append) Out-File -LiteralPath $file -Encoding $encoding -Append:$append")
            .GetSteppablePipeline(CommandOrigin.Internal, [FilePath ?? LiteralPath, Encoding, Append.IsPresent]);
        _file.Begin(expectInput: true);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (_file is null)
            _objects.Add(InputObject);
        else
            _file.Process(InputObject);
        WriteObject(InputObject);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        _file?.End();
        if (Variable is null)
            return;
        if (Append && SessionState.PSVariable.GetValue(Variable) is { } before)
            _objects.InsertRange(0, LanguagePrimitives.ConvertTo<object[]>(before));
        SessionState.PSVariable.Set(Variable, _objects.Count == 1 ? _objects[0] : _objects.ToArray());
    }
}
