using PSBpf.Benchmarks.Building;

namespace PSBpf.Benchmarks.Workloads;

/// <summary>A C file of the folder Programs.</summary>
/// <param name="FileName">Its name without <c>.bpf.c</c>.</param>
/// <param name="NoNative">Why it cannot be compiled for this machine; null when it can.</param>
internal sealed record CSource(string FileName, string? NoNative = null) : IWorkloadSource
{
    public BuiltWorkload Build(Workload workload, ProgramBuilder builder)
    {
        string path = Path.Combine(ProgramBuilder.SourceFolder, FileName + ".bpf.c");
        return new BuiltWorkload(workload, builder.ReadObject(path), NoNative is null ? builder.TryBuildNative(path) : new NativeBuild(null, NoNative));
    }
}
