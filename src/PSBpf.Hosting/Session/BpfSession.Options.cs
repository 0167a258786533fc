using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Runtime;
using PSBpf.Runtime.Environment;

namespace PSBpf.Hosting;

public sealed partial class BpfSession
{
    private BpfOptions _options = BpfOptions.Default;

    /// <summary>The options as they are now.</summary>
    public BpfOptions Options
    {
        get
        {
            lock (_gate)
            {
                ThrowIfClosed();
                var kernel = _kernels.GetValueOrDefault(BpfKernelKind.Managed) as ManagedKernel;
                return _options with { MapMemoryBytes = kernel?.MapMemoryBytes ?? 0 };
            }
        }
    }

    /// <summary>
    /// Changes the options, for the managed engine at once: limits, clock and seed hold from the next run on, options of the
    /// compiler for programs that it has not compiled yet, and mode Off for all.
    /// </summary>
    /// <exception cref="BpfException">BPF4008 for a value that is out of range.</exception>
    public void SetOptions(BpfOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check(options.InstructionBudget >= 1, "The instruction budget", options.InstructionBudget, "at least 1");
        Check(options.MapMemoryLimit >= 0, "The memory limit of maps", options.MapMemoryLimit, "0 or more bytes");
        Check(options.World);
        lock (_gate)
        {
            ThrowIfClosed();
            if (_kernels.GetValueOrDefault(BpfKernelKind.Managed) is ManagedKernel kernel)
            {
                Check(options.Cpu is null || options.Cpu < kernel.PossibleCpus, "The CPU", options.Cpu ?? 0, $"less than {kernel.PossibleCpus}, the number of CPUs");
                kernel.Jit = options.ApplyTo(kernel.Jit);
                kernel.InstructionBudget = options.InstructionBudget;
                kernel.MapMemoryLimit = options.MapMemoryLimit;
                if (!options.SeesWorldOf(_options)) kernel.Environment = options.ToEnvironment();
            }

            _options = options;
        }
    }

    /// <summary>The world that programs of the managed engine see, as it is now.</summary>
    public BpfEnvironment World => Options.World;

    /// <summary>Changes the world, from the next run on; a new one starts its clock and its random numbers again.</summary>
    /// <exception cref="BpfException">BPF4008 for a value that is out of range, BPF2251 for a world that cannot be.</exception>
    public void SetEnvironment(BpfEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        SetOptions(Options with { World = environment });
    }

    /// <summary>Makes a world for <see cref="RunIn"/>.</summary>
    /// <exception cref="BpfException">BPF4008 for a value that is out of range.</exception>
    public ExecutionEnvironment MakeWorld(BpfEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        Check(environment);
        int cpus = ((ManagedKernel)Kernel(BpfKernelKind.Managed)).PossibleCpus;
        Check(environment.Cpu is null || environment.Cpu < cpus, "The CPU", environment.Cpu ?? 0, $"less than {cpus}, the number of CPUs");
        return environment.ToExecution();
    }

    /// <summary>
    /// Does something while programs of the managed engine see another world; the session's goes on afterwards where it was. Whatever else
    /// runs in the session meanwhile sees it too.
    /// </summary>
    /// <exception cref="BpfException">BPF2251 for a world that cannot be.</exception>
    public void RunIn(ExecutionEnvironment world, Action action)
    {
        ArgumentNullException.ThrowIfNull(world);
        ArgumentNullException.ThrowIfNull(action);
        var kernel = (ManagedKernel)Kernel(BpfKernelKind.Managed);
        var former = kernel.Environment;
        kernel.Environment = world;
        try
        {
            action();
        }
        finally
        {
            kernel.Environment = former;
        }
    }

    /// <summary>Moves a set clock on, and calls back the timers of programs of the managed engine whose time has come.</summary>
    /// <param name="nanoseconds">How far.</param>
    /// <param name="cancellation">Stops between two callbacks.</param>
    /// <returns>How many timers called back.</returns>
    /// <exception cref="BpfException">BPF4008 for a time before now, BPF2251 when the clock is the machine's.</exception>
    public int AdvanceClock(long nanoseconds, CancellationToken cancellation = default)
    {
        Check(nanoseconds >= 0, "What the clock moves on by", nanoseconds, "0 or more nanoseconds");
        var kernel = (ManagedKernel)Kernel(BpfKernelKind.Managed);
        int fired = kernel.AdvanceClock(nanoseconds, cancellation);
        lock (_gate) _options = _options with { Clock = kernel.ClockTime };
        return fired;
    }

    /// <summary>The index of a managed interface, which comes into being when it is first named.</summary>
    internal uint DeviceIndex(string name) => ((ManagedKernel)Kernel(BpfKernelKind.Managed)).DeviceIndex(name);

    private static void Check(BpfEnvironment world)
    {
        Check(world.Clock is null or >= 0, "The clock", world.Clock ?? 0, "0 or more nanoseconds, or null for the machine's");
        Check(world.ClockStep >= 0, "The clock's step", world.ClockStep, "0 or more nanoseconds");
        Check(world.Cpu is null or >= 0, "The CPU", world.Cpu ?? 0, "0 or more, or null for any");
    }

    private static void Check(bool fits, string what, long value, string range)
    {
        if (!fits) throw DiagnosticRules.OptionValue.Error($"{what} cannot be {value}.", action: $"Pass {range}.");
    }

    private ManagedKernel CreateManagedKernel() => new(_options.ToKernelOptions());
}
