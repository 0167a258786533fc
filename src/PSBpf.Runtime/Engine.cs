using PSBpf.Diagnostics;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Jit;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;
using PSBpf.Runtime.Statistics;

namespace PSBpf.Runtime;

/// <summary>What programs, maps and hooks of one managed kernel share.</summary>
internal sealed class Engine
{
    private ExecutionEnvironment _environment;
    private JitOptions _jit;
    private ManagedKernelOptions _options;

    public Engine(ManagedKernelOptions options)
    {
        _options = options;
        _environment = options.Environment;
        _jit = options.Jit;
        Cpus = new VirtualCpuSet(this, options.PossibleCpus);
        Reclaimer = new Reclaimer(Cpus.Epochs);
        Account = new MemoryAccount(options.MapMemoryLimit);
        Timers = new TimerQueue(this);
        Masks = new MaskTable(options.PossibleCpus);
        AddObjects(_environment);
        Statistics = new StatisticsSwitch(timed =>
        {
            foreach (var program in Programs.All) program.Executable.SetTimed(timed);
        });
    }

    /// <summary>How the kernel is set up; limits may change while it works.</summary>
    public ManagedKernelOptions Options
    {
        get => Volatile.Read(ref _options);
        set => Volatile.Write(ref _options, value);
    }

    /// <summary>The processors that programs run on.</summary>
    public VirtualCpuSet Cpus { get; }

    /// <summary>What waits for runs to end.</summary>
    public Reclaimer Reclaimer { get; }

    /// <summary>What programs may touch of maps.</summary>
    public RegionTable Regions { get; } = new();

    /// <summary>Maps by handle.</summary>
    public MapTable Maps { get; } = new();

    /// <summary>Timers in maps' values.</summary>
    public TimerQueue Timers { get; }

    /// <summary>Masks of processors that programs made.</summary>
    public MaskTable Masks { get; }

    /// <summary>Programs by id.</summary>
    public ProgramTable Programs { get; } = new();

    /// <summary>The managed interfaces.</summary>
    public InterfaceTable Interfaces { get; } = new();

    /// <summary>The sockets that environments named.</summary>
    public SocketTable Sockets { get; } = new();

    /// <summary>What programs print.</summary>
    public TraceBuffer Trace { get; } = new();

    /// <summary>Native memory of maps.</summary>
    public MemoryAccount Account { get; }

    /// <summary>Who wants to know how long runs take.</summary>
    public StatisticsSwitch Statistics { get; }

    /// <summary>How programs are compiled that are not yet.</summary>
    public JitOptions Jit
    {
        get => Volatile.Read(ref _jit);
        set => Volatile.Write(ref _jit, value);
    }

    /// <summary>The world that runs see from now on.</summary>
    public ExecutionEnvironment Environment
    {
        get => Volatile.Read(ref _environment);
        set
        {
            AddObjects(value);
            Volatile.Write(ref _environment, value);
        }
    }

    // Interfaces and sockets stay: hooks and maps may name them.
    private void AddObjects(ExecutionEnvironment environment)
    {
        Sockets.Add(environment.Sockets);
        if (environment.Socket is { } own) Sockets.Add([own]);
        foreach (var device in environment.Devices)
        {
            if (!Interfaces.TryAdd(device.Name, device.Index))
                throw DiagnosticRules.EnvironmentValue.Error($"Device '{device.Name}' cannot have index {device.Index}: one of the two belongs to another interface.");
        }
    }
}
