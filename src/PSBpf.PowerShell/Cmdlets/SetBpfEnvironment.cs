using System.Management.Automation;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Changes the world that programs of the managed engine see; what is not named stays.</summary>
[Cmdlet(VerbsCommon.Set, "BpfEnvironment", SupportsShouldProcess = true)]
[OutputType(typeof(BpfEnvironment))]
public sealed class SetBpfEnvironment : BpfCmdlet
{
    /// <summary>Nanoseconds since boot that programs read first; $null for the machine's clock.</summary>
    [Parameter]
    [AllowNull]
    public long? Clock { get; set; }

    /// <summary>Nanoseconds that a set clock moves on with each reading.</summary>
    [Parameter]
    public long ClockStep { get; set; }

    /// <summary>Nanoseconds to move a set clock on by; timers of programs whose time comes call back.</summary>
    [Parameter]
    public long Advance { get; set; }

    /// <summary>The start of the random numbers; $null for ones that nobody can foresee.</summary>
    [Parameter]
    [AllowNull]
    public ulong? Seed { get; set; }

    /// <summary>The CPU that programs run on; $null for any.</summary>
    [Parameter]
    [AllowNull]
    public int? Cpu { get; set; }

    /// <summary>The current task, by Pid, Tgid, Uid, Gid, Comm, Cgroup, Ancestors, ClassId, Address; $null for this process.</summary>
    [Parameter]
    [AllowNull]
    public object? Task { get; set; }

    /// <summary>Interfaces, each by Name, Index, Mtu, Mac.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public object[] Device { get; set; } = [];

    /// <summary>Routes, each by Destination, Device, Gateway, Mac, Metric, Kind.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public object[] Route { get; set; } = [];

    /// <summary>Sockets, each by Cookie, Uid, Protocol, Local, Remote, State, ReusePort, Mark, Priority, Device, Queue; packets belong to the one without Protocol. $null for none.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    public object[]? Socket { get; set; }

    /// <summary>The id of the task's cgroup, or those from the root's down to it.</summary>
    [Parameter]
    public ulong[] Cgroup { get; set; } = [];

    /// <summary>What probe reads find, each by Address and Bytes or Text.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public object[] Memory { get; set; } = [];

    /// <summary>The return addresses of the kernel's call stack, innermost first; $null for those of the machine's world.</summary>
    [Parameter]
    [AllowNull]
    public ulong[]? KernelStack { get; set; }

    /// <summary>Those of the process.</summary>
    [Parameter]
    [AllowNull]
    public ulong[]? UserStack { get; set; }

    /// <summary>What bpf_get_attach_cookie gives.</summary>
    [Parameter]
    public ulong Cookie { get; set; }

    /// <summary>Begin with the machine's own world, before the other parameters change it.</summary>
    [Parameter]
    public SwitchParameter Reset { get; set; }

    /// <summary>Give the world after the change.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var given = MyInvocation.BoundParameters.Keys.Where(name => typeof(SetBpfEnvironment).GetProperty(name)?.DeclaringType == typeof(SetBpfEnvironment) && name != nameof(PassThru)).ToArray();
        if (given.Length > 0 && ShouldProcess("the session's environment", $"Set {string.Join(", ", given)}"))
        {
            Try(
                () =>
                {
                    if (given is not [nameof(Advance)]) Session.SetEnvironment(Changed(Reset ? BpfEnvironment.Machine : Session.World));
                    if (Given(nameof(Advance))) Session.AdvanceClock(Advance);
                },
                null);
        }

        if (PassThru) WriteObject(Session.World);
    }

    private BpfEnvironment Changed(BpfEnvironment world) => EnvironmentChanges.Apply(
        world, MyInvocation.BoundParameters.Where(parameter => EnvironmentChanges.Has(parameter.Key)).ToDictionary(parameter => parameter.Key, parameter => parameter.Value), Session);

    private bool Given(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);
}
