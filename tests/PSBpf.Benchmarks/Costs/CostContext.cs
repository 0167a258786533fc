using System.Diagnostics;
using PSBpf.Benchmarks.Building;
using PSBpf.Benchmarks.Workloads;
using PSBpf.Kernel;
using PSBpf.Runtime;

namespace PSBpf.Benchmarks.Costs;

/// <summary>What measurements of costs work with.</summary>
/// <param name="Builder">Makes programs.</param>
/// <param name="Managed">The managed engine.</param>
/// <param name="Linux">The machine's kernel; null where it cannot be used.</param>
/// <param name="Quick">Whether to be quick about it.</param>
internal sealed record CostContext(ProgramBuilder Builder, ManagedKernel Managed, IBpfKernel? Linux, bool Quick)
{
    /// <summary>Builds a program of the table; null where a tool is missing.</summary>
    public BuiltWorkload? TryBuild(string name)
    {
        var workload = WorkloadTable.All.Single(workload => workload.Name == name);
        try
        {
            return workload.Source.Build(workload, Builder);
        }
        catch (SkippedException)
        {
            return null;
        }
    }

    /// <summary>Mean nanoseconds of an action: the shortest of several samples.</summary>
    public double Time(Action action)
    {
        double sample = Quick ? 5e6 : 20e6, least = double.MaxValue;
        int runs = 1;
        for (int pass = 0; pass < 4; pass++) runs = (int)Math.Clamp(sample / Math.Max(Once(runs), 1), 1, 1_000_000);
        for (int pass = 0; pass < 7; pass++) least = Math.Min(least, Once(runs));
        return least;

        double Once(int count)
        {
            long start = Stopwatch.GetTimestamp();
            for (int run = 0; run < count; run++) action();
            return Stopwatch.GetElapsedTime(start).TotalNanoseconds / count;
        }
    }
}
