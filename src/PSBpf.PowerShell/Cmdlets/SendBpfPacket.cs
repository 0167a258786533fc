using System.Management.Automation;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Lets packets come in or go out by a managed interface, past every hook on the way.</summary>
[Cmdlet(VerbsCommunications.Send, "BpfPacket", DefaultParameterSetName = PacketSet)]
[OutputType(typeof(BpfPacketPath))]
public sealed class SendBpfPacket : RunCmdlet
{
    /// <summary>The interface.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(DeviceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Interface { get; set; } = "";

    /// <summary>Let packets go out, where they come in otherwise.</summary>
    [Parameter]
    public SwitchParameter Out { get; set; }

    /// <summary>The cgroup of the process that packets are for or from.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Cgroup { get; set; } = "/";

    /// <summary>The socket that packets are for, whose filter then sees them.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Socket { get; set; }

    /// <inheritdoc/>
    protected override void Run(byte[] packet, long number) =>
        WriteObject(Session.Send(Interface, packet, Out, Cgroup, Socket, Cancellation) with { Number = number, Time = PacketTime });
}
