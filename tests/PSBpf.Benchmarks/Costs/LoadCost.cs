using System.Diagnostics;
using System.Globalization;
using PSBpf.Benchmarks.Building;
using PSBpf.Kernel;
using PSBpf.Runtime;

namespace PSBpf.Benchmarks.Costs;

/// <summary>
/// From blueprint to first result: verifying and binding, then the first run, in a process that has done it before and
/// in one that has not. With a compiler also what it adds: a repeated run compiles first.
/// </summary>
internal sealed class LoadCost : ICostMeasurement
{
    private static readonly string[] Programs =
        ["empty_tc", "jhash", "xdp_parse", "lb_ipv4", "straight_1000", "straight_4096", "straight_10000", "straight_30000", "branches_10000"];

    public string Title => "load, first run, compile (first: of a new process)";

    public IEnumerable<CostFigure> Measure(CostContext context)
    {
        foreach (string name in context.Quick ? Programs[..4] : Programs)
        {
            if (context.TryBuild(name) is not { } built) continue;
            int length = built.Main.Instructions.Length;
            var (load, first, compile) = Best(context.Managed, built, context.Quick ? 3 : 7);
            yield return Figure("instructions", length, "");
            yield return Figure("load", load / 1e3, "µs");
            yield return Figure("per insn", load / length, "ns");
            yield return Figure("to result", (load + first) / 1e3, "µs");
            yield return Figure("compile", compile / 1e3, "µs");
            yield return Figure("per insn ", compile / length, "ns");
            if (context.Linux is { } linux) yield return Figure("kernel load", Best(linux, built, 3).Load / 1e3, "µs");
            foreach (var figure in Cold(name)) yield return figure;

            CostFigure Figure(string what, double value, string unit) => new(Title, name, what, value, unit);
        }
    }

    /// <summary>The child process's part: loads and runs a program for the first time and prints how long it took.</summary>
    public static void RunCold(string name, TextWriter output)
    {
        var workload = Workloads.WorkloadTable.All.Single(workload => workload.Name == name);
        var built = workload.Source.Build(workload, new ProgramBuilder());
        using var kernel = new ManagedKernel();
        var (load, first, compile) = Once(kernel, built);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{load} {first} {compile}"));
    }

    private IEnumerable<CostFigure> Cold(string name)
    {
        var times = new List<double[]>();
        for (int pass = 0; pass < 3; pass++)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
            // Under `dotnet run` the process is the project's own executable; under `dotnet exec` it is dotnet.
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath)!.Equals("dotnet", StringComparison.OrdinalIgnoreCase)) start.ArgumentList.Add(typeof(LoadCost).Assembly.Location);
            start.ArgumentList.Add("--cold");
            start.ArgumentList.Add(name);
            using var child = Process.Start(start)!;
            string output = child.StandardOutput.ReadToEnd();
            child.WaitForExit();
            if (child.ExitCode != 0) yield break;
            times.Add([.. output.Trim().Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture))]);
        }

        var best = times.MinBy(time => time[0] + time[1])!;
        yield return new CostFigure(Title, name, "first load", best[0] / 1e6, "ms");
        yield return new CostFigure(Title, name, "first result", (best[0] + best[1]) / 1e6, "ms");
        yield return new CostFigure(Title, name, "first compile", best[2] / 1e6, "ms");
    }

    private static (double Load, double First, double Compile) Best(IBpfKernel kernel, BuiltWorkload built, int passes)
    {
        var best = (Load: double.MaxValue, First: double.MaxValue, Compile: double.MaxValue);
        for (int pass = 0; pass < passes; pass++)
        {
            var (load, first, compile) = Once(kernel, built);
            best = (Math.Min(best.Load, load), Math.Min(best.First, first), Math.Min(best.Compile, compile));
        }

        return best;
    }

    private static (double Load, double First, double Compile) Once(IBpfKernel kernel, BuiltWorkload built)
    {
        var maps = built.Main.Maps.Select(kernel.CreateMap).ToList();
        try
        {
            // A name of its own, so that nothing made for the same blueprint before can be used again.
            var spec = built.Main with { Instructions = [.. built.Main.Instructions] };
            long start = Stopwatch.GetTimestamp();
            var result = kernel.LoadProgram(spec, maps, ProgramLoadOptions.Default);
            double load = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
            using var program = result.Program ?? throw new SkippedException($"{built.Workload.Name}: {result.Verification.Message}");
            if (program is not ManagedProgram) return (load, 0, 0);
            var request = new TestRunRequest { Data = built.Workload.Packet };
            start = Stopwatch.GetTimestamp();
            program.TestRun(request);
            double first = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
            start = Stopwatch.GetTimestamp();
            ((ManagedProgram)program).Compile();
            return (load, first, Stopwatch.GetElapsedTime(start).TotalNanoseconds);
        }
        finally
        {
            foreach (var map in maps) map.Dispose();
        }
    }
}
