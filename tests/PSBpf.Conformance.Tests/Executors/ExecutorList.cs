using PSBpf.Linux;
using PSBpf.Runtime.Conformance;

namespace PSBpf.Conformance.Tests.Executors;

/// <summary>All executors that vectors run through. Another one is one class and one line here.</summary>
internal static class ExecutorList
{
    public const string Linux = "linux";

    /// <summary>The names: those of the engine's checked executors (the interpreter, and what is added there), and the machine's kernel.</summary>
    public static IEnumerable<string> Names => [.. ConformanceEngine.Executors, Linux];

    /// <summary>Opens one; skips the test where it cannot be had.</summary>
    public static IExecutor Open(string name)
    {
        if (name != Linux) return new EngineExecutor(name);
        var kernel = LinuxKernel.TryOpen(out var reason);
        if (kernel is null) Assert.Skip(reason!.ToString());
        return new LinuxExecutor(kernel);
    }
}
