using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Get-EventSubscriber: gives the subscriptions of this session.</summary>
[Cmdlet(VerbsCommon.Get, "EventSubscriber", DefaultParameterSetName = "BySource")]
internal sealed class GetEventSubscriber : PSCmdlet
{
    /// <summary>Gets or sets the source identifier; * and ? stand for characters.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = "BySource")]
    public string? SourceIdentifier { get; set; }

    /// <summary>Gets or sets the subscription's number.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "ById")]
    [Alias("Id")]
    public int SubscriptionId { get; set; }

    /// <summary>Gets or sets a value indicating whether those that support others are given too.</summary>
    [Parameter(Position = 1)]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        int? id = ParameterSetName == "ById" ? SubscriptionId : null;
        IEnumerable<PSEventSubscriber> shown = Events.Subscribers.Where(subscriber => Force || !subscriber.SupportEvent);
        foreach (PSEventSubscriber found in EventSelections.Subscribers.Find(shown, SourceIdentifier, id, WriteError))
            WriteObject(found);
    }
}
