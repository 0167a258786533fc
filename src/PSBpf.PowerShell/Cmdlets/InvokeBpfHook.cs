using System.Management.Automation;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Fires a hook: everything attached to it runs, one result for each program and packet.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "BpfHook", DefaultParameterSetName = PacketSet)]
[OutputType(typeof(BpfRunResult))]
public sealed class InvokeBpfHook : RunCmdlet
{
    private bool _ready;

    /// <summary>What programs are told beside the packet, or instead of one: bytes in the UAPI layout, hexadecimal text, or a hashtable of values by name.</summary>
    [Parameter]
    [ContextArgument]
    public BpfContext? Context { get; set; }

    /// <summary>The hook, as type:target.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(FiringHookCompleter))]
    [ValidateNotNullOrEmpty]
    public string Hook { get; set; } = "";

    /// <inheritdoc/>
    protected override void BeginProcessing() =>
        // One error for a hook that cannot fire, not one for each packet.
        _ready = Try(() => Session.RequireAttached(Hook), Hook);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (_ready) base.ProcessRecord();
    }

    /// <inheritdoc/>
    protected override bool RunsWithoutPacket => Context is not null;

    /// <inheritdoc/>
    protected override void Run(byte[] packet, long number)
    {
        foreach (var result in Session.Fire(Hook, packet, Context, cancellation: Cancellation)) WriteObject(result with { Number = number, Time = PacketTime });
    }
}
