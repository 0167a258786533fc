using System.Diagnostics;
using PSBpf.Benchmarks.Workloads;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime;
using PSBpf.Uapi;

namespace PSBpf.Benchmarks.Costs;

/// <summary>What an instruction takes in programs of up to a million: whether there is a length where compiled code becomes slow.</summary>
internal sealed class LengthCost : ICostMeasurement
{
    // The longest is what a program may have, less what leaves a round number.
    private static readonly int[] Lengths = [1000, 30_000, 300_000, 999_000];

    public string Title => "compiled code by length";

    public IEnumerable<CostFigure> Measure(CostContext context)
    {
        foreach (bool branches in (bool[])[false, true])
        {
            foreach (int length in Lengths)
            {
                string name = $"{(branches ? "branches" : "straight")}_{length}";
                var spec = new ProgramSpec { Name = "bench", Type = ProgramType.SchedCls, Instructions = new StraightLine(length, branches).Generate(name).Instructions };
                using var program = (ManagedProgram?)context.Managed.LoadProgram(spec, [], ProgramLoadOptions.Default).Program;
                if (program is null) continue;
                long start = Stopwatch.GetTimestamp();
                program.Compile();
                double compile = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                var request = new TestRunRequest { Data = new byte[256], Repeat = Math.Max(4, 2_000_000 / length) };
                double least = double.MaxValue;
                for (int sample = 0; sample < (context.Quick ? 5 : 50); sample++) least = Math.Min(least, program.TestRun(request).DurationNanoseconds);
                yield return new CostFigure(Title, name, "compile", compile, "ms");
                yield return new CostFigure(Title, name, "run", least, "ns");
                yield return new CostFigure(Title, name, "per insn", least / program.CountInstructions(request with { Repeat = 1 }) * 1000, "ps");
            }
        }
    }
}
