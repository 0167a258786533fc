using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Set-Location: makes a path the current location; the home folder when nothing is given.</summary>
[Cmdlet(VerbsCommon.Set, "Location", DefaultParameterSetName = PathSet)]
internal sealed class SetLocation : PSCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    /// <summary>Gets or sets the path.</summary>
    [Parameter(Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string Path { get; set; } = string.Empty;

    /// <summary>Gets or sets the path, by a name in which no character is special.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string? LiteralPath { get; set; }

    /// <summary>Gets or sets a value indicating whether the new location is given.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            string path = LiteralPath is not null ? WildcardPattern.Escape(LiteralPath) : Path.Length == 0 ? "~" : Path;
            PathInfo location = SessionState.Path.SetLocation(path);
            if (PassThru)
                WriteObject(location);
        }
        catch (Exception exception) when (exception is SessionStateException or ProviderInvocationException)
        {
            WriteError(new ErrorRecord(((IContainsErrorRecord)exception).ErrorRecord, exception));
        }
        catch (PSArgumentException exception)
        {
            WriteError(new ErrorRecord(exception.ErrorRecord, exception));
        }
    }
}
