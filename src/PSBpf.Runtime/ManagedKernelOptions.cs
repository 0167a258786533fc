using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Jit;

namespace PSBpf.Runtime;

/// <summary>How a managed kernel is set up.</summary>
public sealed record ManagedKernelOptions
{
    /// <summary>The defaults.</summary>
    public static ManagedKernelOptions Default { get; } = new();

    /// <summary>Virtual CPUs: how many programs run at once, and how many values a per-CPU element has. 1 to 1024.</summary>
    public int PossibleCpus { get; init; } = System.Environment.ProcessorCount;

    /// <summary>Bytes of native memory that all maps together may take.</summary>
    public long MapMemoryLimit { get; init; } = 1L << 30;

    /// <summary>Instructions that one run may execute; they are counted where it loops and calls.</summary>
    public long InstructionBudget { get; init; } = 1L << 32;

    /// <summary>How programs are compiled.</summary>
    public JitOptions Jit { get; init; } = JitOptions.Default;

    /// <summary>The world that programs see.</summary>
    public ExecutionEnvironment Environment { get; init; } = ExecutionEnvironment.Machine;

    /// <summary>
    /// Gets what programs print with bpf_trace_printk: the program's name and a line. Called on the thread that runs the
    /// program, so it must be quick and thread-safe.
    /// </summary>
    public Action<string, string>? OutputSink { get; init; }
}
