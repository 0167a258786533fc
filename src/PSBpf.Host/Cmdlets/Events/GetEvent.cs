using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Get-Event: gives the events that wait in the queue. They stay in it until Remove-Event.</summary>
[Cmdlet(VerbsCommon.Get, "Event", DefaultParameterSetName = "BySource")]
internal sealed class GetEvent : PSCmdlet
{
    /// <summary>Gets or sets the source identifier; * and ? stand for characters.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = "BySource")]
    public string? SourceIdentifier { get; set; }

    /// <summary>Gets or sets the event's number.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "ById")]
    [Alias("Id")]
    public int EventIdentifier { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        List<PSEventArgs> queue;
        lock (Events.ReceivedEvents.SyncRoot)
            queue = [.. Events.ReceivedEvents];
        int? id = ParameterSetName == "ById" ? EventIdentifier : null;
        foreach (PSEventArgs found in EventSelections.Events.Find(queue, SourceIdentifier, id, WriteError))
            WriteObject(found);
    }
}
