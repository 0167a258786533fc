using PSBpf.Benchmarks.Building;

namespace PSBpf.Benchmarks.Workloads;

/// <summary>Where a workload's code comes from.</summary>
internal interface IWorkloadSource
{
    /// <summary>Makes what contenders run.</summary>
    /// <exception cref="SkippedException">A tool is missing.</exception>
    BuiltWorkload Build(Workload workload, ProgramBuilder builder);
}
