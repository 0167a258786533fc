using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>The parameters of the cmdlets that write comma-separated values.</summary>
internal abstract class CsvWriterCmdlet : PSCmdlet
{
    /// <summary>Gets or sets an object.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>Gets or sets what separates fields.</summary>
    [Parameter(Position = 1)]
    public char Delimiter { get; set; } = ',';

    /// <summary>Gets or sets a value indicating whether the type stands above the names.</summary>
    [Parameter]
    [Alias("ITI")]
    public SwitchParameter IncludeTypeInformation { get; set; }

    /// <summary>Gets or sets a value indicating whether the type is left out, which is so anyway.</summary>
    [Parameter]
    [Alias("NTI")]
    public SwitchParameter NoTypeInformation { get; set; }

    /// <summary>Gets or sets the columns to put in quotes.</summary>
    [Parameter]
    [Alias("QF")]
    public string[]? QuoteFields { get; set; }

    /// <summary>Gets or sets when fields are put in quotes.</summary>
    [Parameter]
    [Alias("UQ")]
    public CsvQuotes UseQuotes { get; set; } = CsvQuotes.Always;

    /// <summary>Gets or sets a value indicating whether the line with the names is left out.</summary>
    [Parameter]
    public SwitchParameter NoHeader { get; set; }

    /// <summary>Gets the writer.</summary>
    protected CsvWriter Writer { get; private set; } = null!;

    /// <inheritdoc/>
    protected override void BeginProcessing() =>
        Writer = new CsvWriter(new CsvFormat(Delimiter, UseQuotes, QuoteFields, NoHeader, IncludeTypeInformation));
}
