using System.Management.Automation;
using Microsoft.PowerShell.Commands;
using PSBpf.Diagnostics;

namespace PSBpf.PowerShell;

/// <summary>
/// Subscribes to events of programs, as Register-ObjectEvent does to those of .NET objects: with an action that is run for each, or
/// without, for Get-Event and Wait-Event.
/// </summary>
[Cmdlet(VerbsLifecycle.Register, "BpfEvent")]
[OutputType(typeof(PSEventJob))]
#pragma warning disable CA1001 // The subscription outlives the cmdlet: it ends with its subscriber.
public sealed class RegisterBpfEvent : ObjectEventRegistrationBase
#pragma warning restore CA1001
{
    private BpfEventSubscription? _subscription;

    /// <summary>Where they come from: ringbuf:NAME, perf:NAME, or printk.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(EventSourceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Source { get; set; } = "";

    /// <summary>The struct that events are; found in the object's BTF when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Type { get; set; }

    /// <inheritdoc/>
    protected override object GetSourceObject()
    {
        try
        {
            return _subscription = new BpfEventSubscription(SessionScope.Current.OpenEvents(Source, Type), MaxTriggerCount > 0 ? MaxTriggerCount : long.MaxValue);
        }
        catch (BpfException exception)
        {
            ThrowTerminatingError(ErrorRecords.From(exception, Source, SessionState.Path.CurrentFileSystemLocation?.ProviderPath));
            throw;
        }
    }

    /// <inheritdoc/>
    protected override string GetSourceObjectEventName() => nameof(BpfEventSubscription.Received);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            base.EndProcessing();
        }
        catch
        {
            _subscription?.Dispose();
            throw;
        }

        if (_subscription is not { } subscription) return;
        if (Events.Subscribers.FirstOrDefault(subscriber => Base(subscriber.SourceObject) == subscription) is not { } subscriber)
        {
            subscription.Dispose();
            return;
        }

        subscriber.Unsubscribed += (_, _) => subscription.Dispose();
        subscription.Start();
    }

    private static object? Base(object? source) => source is PSObject wrapped ? wrapped.BaseObject : source;
}
