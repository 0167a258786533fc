using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Write-Progress: tells how far a long piece of work has come.</summary>
[Cmdlet(VerbsCommunications.Write, "Progress")]
internal sealed class WriteProgressRecord : PSCmdlet
{
    /// <summary>Gets or sets the name of the work.</summary>
    [Parameter(Position = 0)]
    public string Activity { get; set; } = string.Empty;

    /// <summary>Gets or sets its state.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Status { get; set; } = "Processing";

    /// <summary>Gets or sets what tells this work from other work.</summary>
    [Parameter(Position = 2)]
    [ValidateRange(0, int.MaxValue)]
    public int Id { get; set; }

    /// <summary>Gets or sets how much is done, in percent; −1 when that is not known.</summary>
    [Parameter]
    [ValidateRange(-1, 100)]
    public int PercentComplete { get; set; } = -1;

    /// <summary>Gets or sets the time that is left, in seconds; −1 when that is not known.</summary>
    [Parameter]
    public int SecondsRemaining { get; set; } = -1;

    /// <summary>Gets or sets the step within the work.</summary>
    [Parameter]
    public string? CurrentOperation { get; set; }

    /// <summary>Gets or sets the id of the work that this is a part of.</summary>
    [Parameter]
    [ValidateRange(-1, int.MaxValue)]
    public int ParentId { get; set; } = -1;

    /// <summary>Gets or sets a value indicating whether the work is done.</summary>
    [Parameter]
    public SwitchParameter Completed { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteProgress(
        new ProgressRecord(Id, string.IsNullOrEmpty(Activity) ? " " : Activity, Status)
        {
            ParentActivityId = ParentId,
            PercentComplete = PercentComplete,
            SecondsRemaining = SecondsRemaining,
            CurrentOperation = CurrentOperation,
            RecordType = Completed ? ProgressRecordType.Completed : ProgressRecordType.Processing,
        });
}
