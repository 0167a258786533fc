using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Write-Error: writes an error that does not end the caller.</summary>
[Cmdlet(VerbsCommunications.Write, "Error", DefaultParameterSetName = NoException)]
internal sealed class WriteErrorMessage : PSCmdlet
{
    private const string NoException = "NoException";
    private const string WithException = "WithException";
    private const string Record = "ErrorRecord";

    // The id that pwsh gives an error without one: the type of the exception that it makes.
    private const string DefaultId = "Microsoft.PowerShell.Commands.WriteErrorException";

    /// <summary>Gets or sets the exception.</summary>
    [Parameter(Position = 0, ParameterSetName = WithException, Mandatory = true)]
    public Exception? Exception { get; set; }

    /// <summary>Gets or sets the text.</summary>
    [Parameter(Position = 0, ParameterSetName = NoException, Mandatory = true, ValueFromPipeline = true)]
    [Parameter(ParameterSetName = WithException)]
    [AllowNull]
    [AllowEmptyString]
    [Alias("Msg")]
    public string? Message { get; set; }

    /// <summary>Gets or sets an error to write as it is.</summary>
    [Parameter(Position = 0, ParameterSetName = Record, Mandatory = true)]
    public ErrorRecord? ErrorRecord { get; set; }

    /// <summary>Gets or sets the category.</summary>
    [Parameter(ParameterSetName = NoException)]
    [Parameter(ParameterSetName = WithException)]
    public ErrorCategory Category { get; set; } = ErrorCategory.NotSpecified;

    /// <summary>Gets or sets the id.</summary>
    [Parameter(ParameterSetName = NoException)]
    [Parameter(ParameterSetName = WithException)]
    public string? ErrorId { get; set; }

    /// <summary>Gets or sets the object that was worked on.</summary>
    [Parameter(ParameterSetName = NoException)]
    [Parameter(ParameterSetName = WithException)]
    public object? TargetObject { get; set; }

    /// <summary>Gets or sets what the user should do.</summary>
    [Parameter]
    public string? RecommendedAction { get; set; }

    /// <summary>Gets or sets what was being done.</summary>
    [Parameter]
    [Alias("Activity")]
    public string? CategoryActivity { get; set; }

    /// <summary>Gets or sets the reason, in place of the exception's type.</summary>
    [Parameter]
    [Alias("Reason")]
    public string? CategoryReason { get; set; }

    /// <summary>Gets or sets the target's name, in place of its text.</summary>
    [Parameter]
    [Alias("TargetName")]
    public string? CategoryTargetName { get; set; }

    /// <summary>Gets or sets the target's type, in place of its own.</summary>
    [Parameter]
    [Alias("TargetType")]
    public string? CategoryTargetType { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        ErrorRecord record = ErrorRecord is null
            ? new ErrorRecord(Exception ?? new RuntimeException(Message ?? string.Empty), ErrorId ?? Id(), Category, TargetObject)
            : new ErrorRecord(ErrorRecord, replaceParentContainsErrorRecordException: null);
        if (Exception is not null && !string.IsNullOrEmpty(Message))
            record.ErrorDetails = new ErrorDetails(Message);
        if (!string.IsNullOrEmpty(RecommendedAction))
        {
            record.ErrorDetails ??= new ErrorDetails(Message ?? record.Exception.Message);
            record.ErrorDetails.RecommendedAction = RecommendedAction;
        }

        record.CategoryInfo.Activity = CategoryActivity ?? MyInvocation.MyCommand.Name;
        if (CategoryReason is not null)
            record.CategoryInfo.Reason = CategoryReason;
        else if (Exception is null && ErrorRecord is null)
            record.CategoryInfo.Reason = "WriteErrorException";
        if (CategoryTargetName is not null)
            record.CategoryInfo.TargetName = CategoryTargetName;
        if (CategoryTargetType is not null)
            record.CategoryInfo.TargetType = CategoryTargetType;
        WriteError(record);
    }

    private string Id() => Exception is null ? DefaultId : Exception.GetType().FullName!;
}
