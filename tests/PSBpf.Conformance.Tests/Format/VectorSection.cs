using PSBpf.Isa;

namespace PSBpf.Conformance.Tests.Format;

/// <summary>A program and its cases.</summary>
/// <param name="Title">What it is about.</param>
/// <param name="Line">Where it begins.</param>
/// <param name="Instructions">The program.</param>
/// <param name="Kind">What the program works on.</param>
/// <param name="Cases">Its cases; all have as much memory.</param>
internal sealed record VectorSection(string Title, int Line, Instruction[] Instructions, VectorKind Kind, IReadOnlyList<VectorCase> Cases);

/// <summary>What a program works on.</summary>
internal enum VectorKind
{
    /// <summary>r1 is memory or zero, r2 its length.</summary>
    Memory,

    /// <summary>r1 is the context; the cases' memory is the packet.</summary>
    Packet,

    /// <summary>As memory; and it calls the functions of conformance suites, where the kernel has its helpers.</summary>
    Helpers,
}
