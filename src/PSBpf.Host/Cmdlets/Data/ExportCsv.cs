using System.Management.Automation;
using System.Text;

namespace PSBpf.Host.Cmdlets;

/// <summary>Export-Csv: writes objects to a file of comma-separated values.</summary>
[Cmdlet(VerbsData.Export, "Csv", SupportsShouldProcess = true)]
internal sealed class ExportCsv : CsvWriterCmdlet, IDisposable
{
    private StreamWriter? _file;
    private string[]? _existing;

    /// <summary>Gets or sets the file.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Gets or sets the file, by a name in which no character is special.</summary>
    [Parameter]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string? LiteralPath { get; set; }

    /// <summary>Gets or sets a value indicating whether a read-only file is written too, and columns may differ when appending.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gets or sets a value indicating whether a file that exists is an error.</summary>
    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Gets or sets the encoding.</summary>
    [Parameter]
    [EncodingArgument]
    public Encoding Encoding { get; set; } = EncodingArgumentAttribute.Default;

    /// <summary>Gets or sets a value indicating whether the lines are put after what the file holds.</summary>
    [Parameter]
    public SwitchParameter Append { get; set; }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if ((Path ?? LiteralPath) is not { } name || (Path is not null && LiteralPath is not null))
        {
            ThrowTerminatingError(new ErrorRecord(
                new PSArgumentException("Specify either the -Path or the -LiteralPath parameter."), "CannotSpecifyPathAndLiteralPath", ErrorCategory.InvalidData, targetObject: null));
            return;
        }

        string path = OutputFile.Path(this, name);
        if (!ShouldProcess(path))
            return;
        if (Append && new FileInfo(path) is { Exists: true, Length: > 0 })
        {
            using var reader = new StreamReader(path, Encoding);
            _existing = [.. CsvReader.Read(reader, Delimiter).First().Select(static field => field ?? string.Empty)];
            Writer.UseColumns(_existing);
        }

        _file = OutputFile.Open(this, path, Encoding, Append, Force, NoClobber);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (_file is null)
            return;
        string? missing = Force ? null : _existing?.Except(CsvWriter.NamesOf(InputObject), StringComparer.OrdinalIgnoreCase).FirstOrDefault();
        if (missing is not null)
        {
            ThrowTerminatingError(new ErrorRecord(
                new InvalidOperationException($"Cannot append CSV content to the file: the appended object has no property for the column '{missing}'."
                    + " To continue with mismatched properties, add the -Force parameter."),
                "CannotAppendCsvWithMismatchedPropertyNames",
                ErrorCategory.InvalidData,
                InputObject));
        }

        foreach (string line in Writer.Lines(InputObject))
            _file.WriteLine(line);
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Dispose();
}
