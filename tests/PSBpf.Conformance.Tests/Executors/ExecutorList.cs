using PSBpf.Linux;
using PSBpf.Runtime;
using PSBpf.Runtime.Conformance;
using PSBpf.Runtime.Jit;

namespace PSBpf.Conformance.Tests.Executors;

/// <summary>All executors that vectors run through. Another one is one class and one line here.</summary>
internal static class ExecutorList
{
    /// <summary>The machine's kernel.</summary>
    public const string Linux = "linux";

    // What the engine's verifier accepts, compiled without checks, as large as possible and in the smallest pieces.
    private const string Managed = "managed", ManagedPieces = "managed-pieces";

    /// <summary>The names: those of the engine's executors that check (the list of the engine), the engine as a kernel, and the machine's kernel.</summary>
    public static IEnumerable<string> Names => [.. ConformanceEngine.Executors, Managed, ManagedPieces, Linux];

    /// <summary>Whether it takes whatever is a program; a kernel's verifier judges before.</summary>
    public static bool TakesAll(string name) => ConformanceEngine.Executors.Contains(name);

    /// <summary>Whether it makes a method of each instruction, which takes long for long programs.</summary>
    public static bool CutsIntoPieces(string name) => name.EndsWith("-pieces", StringComparison.Ordinal);

    /// <summary>Opens one; skips the test where it cannot be had.</summary>
    public static IExecutor Open(string name)
    {
        if (TakesAll(name)) return new EngineExecutor(name);
        if (name != Linux)
        {
            var jit = new JitOptions { Timing = JitTiming.Eager, LargestPiece = name == ManagedPieces ? 1 : 0 };
            return new KernelExecutor(new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 1, Jit = jit }));
        }

        var kernel = LinuxKernel.TryOpen(out var reason);
        if (kernel is null) Assert.Skip(reason!.ToString());
        return new KernelExecutor(kernel);
    }
}
