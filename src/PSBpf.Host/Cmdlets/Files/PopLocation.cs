using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Pop-Location: goes back to the location that Push-Location kept last.</summary>
[Cmdlet(VerbsCommon.Pop, "Location")]
internal sealed class PopLocation : PSCmdlet
{
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
            PathInfo location = SessionState.Path.PopLocation(StackName);
            if (PassThru)
                WriteObject(location);
        }
        catch (Exception exception) when (exception is SessionStateException or PSArgumentException)
        {
            WriteError(new ErrorRecord(((IContainsErrorRecord)exception).ErrorRecord, exception));
        }
    }
}
