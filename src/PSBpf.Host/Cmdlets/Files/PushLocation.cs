using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Push-Location: keeps the current location for Pop-Location and, when a path is given, goes there.</summary>
[Cmdlet(VerbsCommon.Push, "Location")]
internal sealed class PushLocation : PSCmdlet
{
    /// <summary>Gets or sets the path to go to.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string? Path { get; set; }

    /// <summary>Gets or sets the name of the stack that keeps the location.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? StackName { get; set; }

    /// <summary>Gets or sets a value indicating whether the new location is given.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            SessionState.Path.PushCurrentLocation(StackName);
            PathInfo location = Path is null ? SessionState.Path.CurrentLocation : SessionState.Path.SetLocation(Path);
            if (PassThru)
                WriteObject(location);
        }
        catch (SessionStateException exception)
        {
            WriteError(new ErrorRecord(exception.ErrorRecord, exception));
        }
    }
}
