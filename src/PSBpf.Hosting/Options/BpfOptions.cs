using PSBpf.Kernel;
using PSBpf.Runtime;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Jit;

namespace PSBpf.Hosting;

/// <summary>The options of a session. This is a copy: <see cref="BpfSession.SetOptions"/> makes changed ones valid.</summary>
public sealed record BpfOptions
{
    /// <summary>The options of a fresh session.</summary>
    public static BpfOptions Default { get; } = new();

    /// <summary>The kernel that Import-BpfProgram, New-BpfProgram and Test-BpfProgram use when none is named.</summary>
    public BpfKernelKind Kernel { get; init; }

    /// <summary>Whether the managed engine compiles programs; Debug keeps their IL and machine code to be looked at.</summary>
    public JitMode Jit { get; init; } = JitOptions.Default.Mode;

    /// <summary>When it compiles them.</summary>
    public JitTiming JitTiming { get; init; } = JitOptions.Default.Timing;

    /// <summary>Whether compiled code checks every memory access, although the verifier proved it safe.</summary>
    public bool JitChecked { get; init; } = JitOptions.Default.Checked;

    /// <summary>Instructions that one run in the managed engine may execute.</summary>
    public long InstructionBudget { get; init; } = ManagedKernelOptions.Default.InstructionBudget;

    /// <summary>Bytes of native memory that all maps of the managed engine together may take.</summary>
    public long MapMemoryLimit { get; init; } = ManagedKernelOptions.Default.MapMemoryLimit;

    /// <summary>Bytes that they take now.</summary>
    public long MapMemoryBytes { get; internal init; }

    /// <summary>Nanoseconds since boot that programs of the managed engine read first; null for the machine's clock.</summary>
    public long? Clock { get; init; }

    /// <summary>Nanoseconds that a set <see cref="Clock"/> moves on with each reading.</summary>
    public long ClockStep { get; init; }

    /// <summary>The start of the managed engine's random numbers; null for ones that nobody can foresee.</summary>
    public ulong? Seed { get; init; }

    /// <summary>The CPU that programs of the managed engine run on; null for any that is free.</summary>
    public int? Cpu { get; init; }

    internal JitOptions ApplyTo(JitOptions jit) => jit with { Mode = Jit, Timing = JitTiming, Checked = JitChecked };

    internal ManagedKernelOptions ToKernelOptions() => ManagedKernelOptions.Default with
    {
        Jit = ApplyTo(JitOptions.Default),
        InstructionBudget = InstructionBudget,
        MapMemoryLimit = MapMemoryLimit,
        Environment = ToEnvironment(),
    };

    /// <summary>Whether programs see the same world: a new one starts its clock and its random numbers again.</summary>
    internal bool SeesWorldOf(BpfOptions other) => World == other.World;

    internal ExecutionEnvironment ToEnvironment() => World.ToExecution();

    /// <summary>All that programs see; clock, random numbers and CPU are options too.</summary>
    internal BpfEnvironment World
    {
        get => field with { Clock = Clock, ClockStep = ClockStep, Seed = Seed, Cpu = Cpu };
        init
        {
            field = value;
            (Clock, ClockStep, Seed, Cpu) = (value.Clock, value.ClockStep, value.Seed, value.Cpu);
        }
    } = BpfEnvironment.Machine;
}
