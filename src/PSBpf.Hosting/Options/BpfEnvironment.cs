using PSBpf.Runtime.Environment;

namespace PSBpf.Hosting;

/// <summary>The world that programs of the managed engine see. This is a copy: <see cref="BpfSession.SetEnvironment"/> makes a changed one valid.</summary>
public sealed record BpfEnvironment
{
    /// <summary>The machine's own: nothing is set.</summary>
    public static BpfEnvironment Machine { get; } = new();

    /// <summary>Nanoseconds since boot at the first reading; null for the machine's clock.</summary>
    public long? Clock { get; init; }

    /// <summary>Nanoseconds that a set clock moves on with each reading.</summary>
    public long ClockStep { get; init; }

    /// <summary>The start of the random numbers; null for ones that nobody can foresee.</summary>
    public ulong? Seed { get; init; }

    /// <summary>The CPU that programs run on; null for any that is free.</summary>
    public int? Cpu { get; init; }

    /// <summary>The current task; null for this process.</summary>
    public TaskIdentity? Task { get; init; }

    /// <summary>Interfaces beside those that hooks name.</summary>
    public IReadOnlyList<NetworkDevice> Device { get; init; } = [];

    /// <summary>The routing table.</summary>
    public IReadOnlyList<Route> Route { get; init; } = [];

    /// <summary>The socket that packets belong to; null for none.</summary>
    public SocketIdentity? Socket { get; init; }

    /// <summary>The sockets that lookups find.</summary>
    public IReadOnlyList<SocketIdentity> Sockets { get; init; } = [];

    /// <summary>What probe reads find.</summary>
    public IReadOnlyList<MemoryImage> Memory { get; init; } = [];

    /// <summary>The return addresses of the kernel's call stack, innermost first; null for four that are always the same.</summary>
    public IReadOnlyList<ulong>? KernelStack { get; init; }

    /// <summary>Those of the process.</summary>
    public IReadOnlyList<ulong>? UserStack { get; init; }

    /// <summary>What bpf_get_attach_cookie gives.</summary>
    public ulong Cookie { get; init; }

    internal ExecutionEnvironment ToExecution()
    {
        var machine = ExecutionEnvironment.Machine;
        if (this == Machine) return machine;
        return new ExecutionEnvironment
        {
            Clock = Clock, ClockStep = ClockStep, Seed = Seed, Cpu = Cpu, Task = Task, Devices = Device, Routes = Route, Socket = Socket, Sockets = Sockets, Memory = Memory,
            KernelStack = KernelStack ?? machine.KernelStack, UserStack = UserStack ?? machine.UserStack, AttachCookie = Cookie,
        };
    }
}
