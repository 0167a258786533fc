using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>ConvertTo-Csv: gives objects as lines of comma-separated values.</summary>
[Cmdlet(VerbsData.ConvertTo, "Csv")]
internal sealed class ConvertToCsv : CsvWriterCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string line in Writer.Lines(InputObject))
            WriteObject(line);
    }
}
