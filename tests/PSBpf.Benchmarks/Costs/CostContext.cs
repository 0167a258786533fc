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
        // Short enough to fit between what else the machine does, and many.
        const double sample = 1e6;
        double least = double.MaxValue;
        int runs = 1;
        for (int pass = 0; pass < 100; pass++) runs = (int)Math.Clamp(sample / Math.Max(Once(runs), 1), 1, 1_000_000);
        for (int pass = 0; pass < (Quick ? 50 : 400); pass++) least = Math.Min(least, Once(runs));
        return least;

        double Once(int count)
        {
            long start = Stopwatch.GetTimestamp();
            for (int run = 0; run < count; run++) action();
            return Stopwatch.GetElapsedTime(start).TotalNanoseconds / count;
        }
    }
}
