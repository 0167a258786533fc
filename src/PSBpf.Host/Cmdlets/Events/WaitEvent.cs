using System.Diagnostics;
using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Wait-Event: waits for an event in the queue and gives it; it stays there until Remove-Event.</summary>
[Cmdlet(VerbsLifecycle.Wait, "Event")]
internal sealed class WaitEvent : PSCmdlet, IDisposable
{
    // As often as this the actions of other subscriptions get their turn.
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(100);

    private readonly AutoResetEvent _received = new(false);
    private volatile bool _stopping;

    /// <summary>Gets or sets the source identifier; * and ? stand for characters. Any event when it is left out.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    public string? SourceIdentifier { get; set; }

    /// <summary>Gets or sets how many seconds to wait at most; for ever when it is left out.</summary>
    [Parameter]
    [Alias("TimeoutSec")]
    [ValidateRange(-1, int.MaxValue)]
    public int Timeout { get; set; } = -1;

    /// <inheritdoc/>
    public void Dispose() => _received.Dispose();

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        _stopping = true;
        _received.Set();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        PSEventArgsCollection queue = Events.ReceivedEvents;
        long started = Stopwatch.GetTimestamp();
        ScriptBlock nothing = ScriptBlock.Create("$null | Out-Null");
        queue.PSEventReceived += Received;
        try
        {
            while (!_stopping)
            {
                if (First(queue) is { } found)
                {
                    WriteObject(found);
                    return;
                }

                if (Timeout >= 0 && Stopwatch.GetElapsedTime(started).TotalSeconds >= Timeout)
                    return;
                _received.WaitOne(Turn);
                // The engine runs actions that are due before a pipeline, and this cmdlet keeps it from beginning one.
                InvokeCommand.InvokeScript(false, nothing, input: null, args: []);
            }
        }
        finally
        {
            queue.PSEventReceived -= Received;
        }
    }

    private void Received(object? sender, PSEventArgs received) => _received.Set();

    private PSEventArgs? First(PSEventArgsCollection queue)
    {
        lock (queue.SyncRoot)
            return EventSelections.Events.Find(queue, SourceIdentifier, id: null, static _ => { }) is [var first, ..] ? first : null;
    }
}
