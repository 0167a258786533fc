using PSBpf.Diagnostics;

namespace PSBpf.Compile;

/// <summary>What came of a compilation.</summary>
public sealed record CompiledObject
{
    /// <summary>The object file.</summary>
    public required string Path { get; init; }

    /// <summary>The source file.</summary>
    public required string Source { get; init; }

    /// <summary>The compiler.</summary>
    public required Clang Compiler { get; init; }

    /// <summary>The instruction set.</summary>
    public required BpfCpu Cpu { get; init; }

    /// <summary>Whether the object was there already, from the same source, headers, compiler and options.</summary>
    public bool UpToDate { get; init; }

    /// <summary>How long clang took, or the check that nothing has changed.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Warnings; errors are thrown.</summary>
    public IReadOnlyList<BpfDiagnostic> Warnings { get; init; } = [];

    /// <summary>Every file that went into it, full paths: the source and its headers.</summary>
    public IReadOnlyList<string> Dependencies { get; init; } = [];

    /// <summary>The functions that have a section of their own, in file order.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [];

    /// <summary>The maps that it declares.</summary>
    public IReadOnlyList<string> Maps { get; init; } = [];
}
