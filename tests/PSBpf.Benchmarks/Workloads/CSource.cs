using PSBpf.Benchmarks.Building;

namespace PSBpf.Benchmarks.Workloads;

/// <summary>A C file of the folder Programs.</summary>
/// <param name="FileName">Its name without <c>.bpf.c</c>.</param>
internal sealed record CSource(string FileName) : IWorkloadSource
{
    public BuiltWorkload Build(Workload workload, ProgramBuilder builder)
    {
        string path = Path.Combine(ProgramBuilder.SourceFolder, FileName + ".bpf.c");
        return new BuiltWorkload(workload, builder.ReadObject(path), builder.TryBuildNative(path));
    }
}
