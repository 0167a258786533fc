using System.Management.Automation;
using System.Text;

namespace PSBpf.Host.Cmdlets;

/// <summary>ConvertFrom-Csv: gives an object for each line of comma-separated values.</summary>
[Cmdlet(VerbsData.ConvertFrom, "Csv")]
internal sealed class ConvertFromCsv : PSCmdlet
{
    private readonly StringBuilder _text = new();

    /// <summary>Gets or sets what separates fields.</summary>
    [Parameter(Position = 1)]
    public char Delimiter { get; set; } = ',';

    /// <summary>Gets or sets lines.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public string[] InputObject { get; set; } = [];

    /// <summary>Gets or sets the names of the columns, when the first line is none.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Header { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string line in InputObject)
            _text.Append(line).Append('\n');
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        using var reader = new StringReader(_text.ToString());
        foreach (PSObject value in CsvReader.Objects(this, reader, Delimiter, Header))
            WriteObject(value);
    }
}
