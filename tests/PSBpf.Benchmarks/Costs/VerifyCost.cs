using System.Diagnostics;
using System.Globalization;
using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;
using PSBpf.Verifier;

namespace PSBpf.Benchmarks.Costs;

/// <summary>
/// Verifying real programs beside the kernel: the time that each verifier says it took, without compiling, the shortest of several; and the
/// instructions that each stepped through. Programs that only one of the two accepts are counted and left out.
/// </summary>
internal sealed class VerifyCost(CostContext context)
{
    private sealed record Row(string Name, int Length, BpfVerification Own, BpfVerification Kernel)
    {
        public double TimeRatio => Own.Duration / Kernel.Duration;

        public double StepRatio => (double)Own.ProcessedInstructions / Kernel.ProcessedInstructions;
    }

    /// <summary>Measures the programs of objects and prints a table, the slowest beside the kernel first.</summary>
    /// <param name="files">Objects; the fetched ones when there are none.</param>
    /// <param name="output">Where the table goes.</param>
    public void Run(IReadOnlyList<string> files, TextWriter output)
    {
        if (context.Linux is not { } linux)
        {
            output.WriteLine("There is no other side here: this needs Linux and bpf(2).");
            return;
        }

        if (files.Count == 0) files = [.. Corpus.Files().Select(file => file.FullName)];
        List<Row> rows = [];
        int refused = 0;
        Dictionary<string, int> alone = [];
        double cold = 0;
        foreach (string file in files)
        {
            if (Read(file) is not { } spec) continue;
            foreach (var program in spec.Programs)
            {
                var maps = program.Maps.Select(Sized).ToList();
                if (cold == 0) cold = ProgramVerifier.Verify(program, maps).Verification.Duration.TotalMilliseconds;
                if (Kernel(linux, program, maps) is not { Accepted: true } kernel)
                {
                    refused++;
                    continue;
                }

                var own = Own(program, maps);
                if (own.Accepted) rows.Add(new Row($"{Corpus.NameOf(file)}/{program.Name}", program.Instructions.Length, own, kernel));
                else alone[own.Message] = alone.GetValueOrDefault(own.Message) + 1;
            }
        }

        rows.Sort((left, right) => right.TimeRatio.CompareTo(left.TimeRatio));
        output.WriteLine($"{"program",-48}{"insns",8}{"steps",9}{"kernel's",10}{"ratio",7}{"ours, us",11}{"kernel's",10}{"ratio",7}");
        foreach (var row in rows) Write(output, row.Name, row.Length, row.Own.ProcessedInstructions, row.Kernel.ProcessedInstructions, row.Own.Duration.TotalMicroseconds, row.Kernel.Duration.TotalMicroseconds);
        Write(output, $"all {rows.Count}", rows.Sum(row => row.Length), rows.Sum(row => row.Own.ProcessedInstructions), rows.Sum(row => row.Kernel.ProcessedInstructions),
            rows.Sum(row => row.Own.Duration.TotalMicroseconds), rows.Sum(row => row.Kernel.Duration.TotalMicroseconds));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"most steps beside the kernel's {rows.Max(row => row.StepRatio):F2}; first program of the process {cold:F1} ms; the kernel refuses {refused} more; {alone.Values.Sum()} only it accepts"));
        foreach (var (message, count) in alone.OrderByDescending(pair => pair.Value)) output.WriteLine($"{count,5}  {message}");
    }

    /// <summary>A map with entries, as the tools that come with the objects give them to maps that they size themselves.</summary>
    public static MapSpec Sized(MapSpec map)
    {
        if (map is { Type: MapType.StackTrace, ValueSize: 0 }) map = map with { ValueSize = StackDepth * sizeof(ulong) };
        return map.MaxEntries > 0 || !NeedsEntries(map.Type) ? map : map with { MaxEntries = 128 };
    }

    // What perf keeps of a stack unless told otherwise.
    private const int StackDepth = 127;

    private static bool NeedsEntries(MapType type) => type is not (MapType.SkStorage or MapType.InodeStorage or MapType.TaskStorage or MapType.CgrpStorage or MapType.CgroupStorage or MapType.PerCpuCgroupStorage);

    private static void Write(TextWriter output, string name, int length, int steps, int kernelSteps, double time, double kernelTime) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{name,-48}{length,8}{steps,9}{kernelSteps,10}{(double)steps / kernelSteps,7:F2}{time,11:F0}{kernelTime,10:F0}{time / kernelTime,7:F2}"));

    private static ObjectSpec? Read(string file)
    {
        try
        {
            return ObjectReader.Read(file);
        }
        catch (BpfException)
        {
            return null;
        }
    }

    private BpfVerification Own(ProgramSpec program, IReadOnlyList<MapSpec> maps)
    {
        var best = ProgramVerifier.Verify(program, maps).Verification;
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < Rounds && best.Accepted && Stopwatch.GetElapsedTime(start).TotalSeconds < 2; round++)
        {
            var again = ProgramVerifier.Verify(program, maps).Verification;
            if (again.Duration < best.Duration) best = again;
        }

        return best;
    }

    private BpfVerification? Kernel(IBpfKernel linux, ProgramSpec program, IReadOnlyList<MapSpec> maps)
    {
        List<IKernelMap> live = [];
        try
        {
            foreach (var map in maps) live.Add(linux.CreateMap(map));
            var options = new ProgramLoadOptions { VerifyOnly = true };
            BpfVerification? best = null;
            for (int round = 0; round < Rounds / 3; round++)
            {
                var verdict = linux.LoadProgram(program, live, options).Verification;
                if (!verdict.Accepted) return verdict;
                if (best is null || verdict.Duration < best.Duration) best = verdict;
            }

            return best;
        }
        catch (BpfException)
        {
            return null;
        }
        finally
        {
            foreach (var map in live) map.Dispose();
        }
    }

    private int Rounds => context.Quick ? 15 : 60;
}
