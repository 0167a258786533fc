using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Remove-Event: takes events out of the queue.</summary>
[Cmdlet(VerbsCommon.Remove, "Event", SupportsShouldProcess = true, DefaultParameterSetName = "BySource")]
internal sealed class RemoveEvent : PSCmdlet
{
    /// <summary>Gets or sets the source identifier; * and ? stand for characters.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = "BySource")]
    public string? SourceIdentifier { get; set; }

    /// <summary>Gets or sets the event's number.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = "ById")]
    public int EventIdentifier { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        PSEventArgsCollection queue = Events.ReceivedEvents;
        List<PSEventArgs> waiting;
        lock (queue.SyncRoot)
            waiting = [.. queue];
        int? id = ParameterSetName == "ById" ? EventIdentifier : null;
        foreach (PSEventArgs found in EventSelections.Events.Find(waiting, SourceIdentifier, id, WriteError))
        {
            if (!ShouldProcess($"Event '{found.SourceIdentifier}'", "Remove"))
                continue;
            lock (queue.SyncRoot)
            {
                for (int index = queue.Count - 1; index >= 0; index--)
                {
                    if (ReferenceEquals(queue[index], found))
                        queue.RemoveAt(index);
                }
            }
        }
    }
}
