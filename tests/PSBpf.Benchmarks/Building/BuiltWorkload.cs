using PSBpf.Benchmarks.Workloads;
using PSBpf.Objects;

namespace PSBpf.Benchmarks.Building;

/// <summary>What contenders run.</summary>
/// <param name="Workload">Its description.</param>
/// <param name="Blueprint">The object file: program <c>bench</c>, perhaps <c>setup</c> that fills maps, and links of a chain.</param>
/// <param name="Native">The same source as a shared library, or why there is none.</param>
internal sealed record BuiltWorkload(Workload Workload, ObjectSpec Blueprint, NativeBuild Native)
{
    public ProgramSpec Main => Blueprint.Programs.Single(program => program.Name == "bench");

    public ProgramSpec? Setup => Blueprint.Programs.SingleOrDefault(program => program.Name == "setup");

    /// <summary>Programs of a chain of tail calls, by slot.</summary>
    public IReadOnlyList<(uint Slot, ProgramSpec Program)> Links =>
        [.. Blueprint.Programs.Where(program => program.Name.StartsWith("link_", StringComparison.Ordinal)).Select(program => (uint.Parse(program.Name.AsSpan(5), provider: null), program))];
}

/// <summary>A shared library, or the reason why it could not be made.</summary>
internal sealed record NativeBuild(string? LibraryPath, string? Reason);
