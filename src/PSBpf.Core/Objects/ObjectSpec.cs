using PSBpf.Btf;
using PSBpf.Diagnostics;

namespace PSBpf.Objects;

/// <summary>The blueprint of a BPF object file: what clang wrote, understood but not loaded. Plain data, deterministic.</summary>
public sealed partial record ObjectSpec
{
    /// <summary>The file it was read from; null when it came from memory.</summary>
    public string? Path { get; init; }

    /// <summary>The text of the <c>license</c> section; empty when there is none.</summary>
    public required string License { get; init; }

    /// <summary>The number in the <c>version</c> section, which kernels before 5.0 wanted; 0 when there is none.</summary>
    public uint Version { get; init; }

    /// <summary>The object's type information; null when it was compiled without -g.</summary>
    public BtfTypeSet? Btf { get; init; }

    /// <summary>The programs in file order.</summary>
    public required IReadOnlyList<ProgramSpec> Programs { get; init; }

    /// <summary>The maps, those for global data included.</summary>
    public required IReadOnlyList<MapSpec> Maps { get; init; }

    /// <summary>What is odd but does no harm.</summary>
    public IReadOnlyList<BpfDiagnostic> Warnings { get; init; } = [];
}
