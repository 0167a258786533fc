using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Unregister-Event: ends subscriptions.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "Event", SupportsShouldProcess = true, DefaultParameterSetName = "BySource")]
internal sealed class UnregisterEvent : PSCmdlet
{
    /// <summary>Gets or sets the source identifier; * and ? stand for characters.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = "BySource")]
    public string? SourceIdentifier { get; set; }

    /// <summary>Gets or sets the subscription's number.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = "ById")]
    public int SubscriptionId { get; set; }

    /// <summary>Gets or sets a value indicating whether those that support others are ended too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        int? id = ParameterSetName == "ById" ? SubscriptionId : null;
        IEnumerable<PSEventSubscriber> shown = Events.Subscribers.Where(subscriber => Force || !subscriber.SupportEvent);
        foreach (PSEventSubscriber found in EventSelections.Subscribers.Find(shown, SourceIdentifier, id, WriteError))
        {
            if (ShouldProcess($"Event '{found.SourceIdentifier}'", "Unregister"))
                Events.UnsubscribeEvent(found);
        }
    }
}
