using System.Management.Automation;
using System.Text;

namespace PSBpf.Host.Cmdlets;

/// <summary>Import-Csv: gives an object for each line of a file of comma-separated values.</summary>
[Cmdlet(VerbsData.Import, "Csv", DefaultParameterSetName = PathSet)]
internal sealed class ImportCsv : PathCmdlet
{
    /// <summary>Gets or sets what separates fields.</summary>
    [Parameter(Position = 1)]
    public char Delimiter { get; set; } = ',';

    /// <summary>Gets or sets the names of the columns, when the first line is none.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Header { get; set; }

    /// <summary>Gets or sets the encoding of a file without a byte order mark.</summary>
    [Parameter]
    [EncodingArgument]
    public Encoding Encoding { get; set; } = EncodingArgumentAttribute.Default;

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachPath(path =>
    {
        foreach ((string file, _) in InputFile.Resolve(this, path, IsLiteral))
        {
            using var reader = new StreamReader(file, Encoding);
            foreach (PSObject value in CsvReader.Objects(this, reader, Delimiter, Header))
                WriteObject(value);
        }
    });
}
