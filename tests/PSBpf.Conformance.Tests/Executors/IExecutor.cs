using PSBpf.Conformance.Tests.Format;

namespace PSBpf.Conformance.Tests.Executors;

/// <summary>Something that executes programs.</summary>
internal interface IExecutor : IDisposable
{
    /// <summary>Gets a section's program ready.</summary>
    /// <param name="section">The section.</param>
    /// <param name="refusal">Why it cannot be executed; null when it can.</param>
    /// <returns>The program, or null.</returns>
    IPreparedProgram? Prepare(VectorSection section, out string? refusal);
}

/// <summary>A program that can be executed again and again.</summary>
internal interface IPreparedProgram : IDisposable
{
    /// <summary>Bits of r0 that come back.</summary>
    int ResultBits { get; }

    /// <summary>Whether accesses outside of the memory are stopped, so that they can be tried.</summary>
    bool StopsFaults { get; }

    /// <summary>Runs it.</summary>
    /// <param name="memory">What it works on; changed as the program changes it.</param>
    /// <returns>r0; null when it was stopped.</returns>
    ulong? Run(byte[] memory);
}
