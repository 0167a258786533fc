using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>New-TimeSpan: gives a length of time.</summary>
[Cmdlet(VerbsCommon.New, "TimeSpan", DefaultParameterSetName = DateSet)]
internal sealed class NewTimeSpan : PSCmdlet
{
    private const string DateSet = "Date";
    private const string TimeSet = "Time";

    /// <summary>Gets or sets the beginning; now when nothing is given.</summary>
    [Parameter(Position = 0, ParameterSetName = DateSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("LastWriteTime")]
    public DateTime? Start { get; set; }

    /// <summary>Gets or sets the end; now when nothing is given.</summary>
    [Parameter(Position = 1, ParameterSetName = DateSet, ValueFromPipelineByPropertyName = true)]
    public DateTime? End { get; set; }

    /// <summary>Gets or sets the days.</summary>
    [Parameter(ParameterSetName = TimeSet)]
    public int Days { get; set; }

    /// <summary>Gets or sets the hours.</summary>
    [Parameter(ParameterSetName = TimeSet)]
    public int Hours { get; set; }

    /// <summary>Gets or sets the minutes.</summary>
    [Parameter(ParameterSetName = TimeSet)]
    public int Minutes { get; set; }

    /// <summary>Gets or sets the seconds.</summary>
    [Parameter(ParameterSetName = TimeSet)]
    public int Seconds { get; set; }

    /// <summary>Gets or sets the milliseconds.</summary>
    [Parameter(ParameterSetName = TimeSet)]
    public int Milliseconds { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == TimeSet)
        {
            WriteObject(new TimeSpan(Days, Hours, Minutes, Seconds, Milliseconds));
            return;
        }

        DateTime now = DateTime.Now;
        WriteObject((End ?? now) - (Start ?? now));
    }
}
