using System.Diagnostics;
using PSBpf.Benchmarks.Building;
using PSBpf.Benchmarks.Contenders;
using PSBpf.Benchmarks.Workloads;
using PSBpf.Uapi;

namespace PSBpf.Benchmarks.Measuring;

/// <summary>
/// Measures programs: all contenders take turns in every round; a round's figure is the shortest of several short
/// samples, and the median over the rounds counts. That keeps out most of what other work on the machine does.
/// </summary>
internal sealed class Race(ProgramBuilder builder, IReadOnlyList<IContender> contenders, BenchmarkOptions options)
{
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(0.5);

    private readonly Dictionary<(string Contender, ProgramType Type), double> _empty = [];

    private double Scale => options.Quick ? 0.25 : 1;

    /// <summary>Measures one program.</summary>
    /// <param name="workload">The program.</param>
    /// <param name="count">Counts the instructions of one run.</param>
    /// <exception cref="SkippedException">It cannot be built.</exception>
    public Row Run(Workload workload, Func<BuiltWorkload, long?> count)
    {
        var built = workload.Source.Build(workload, builder);
        var lanes = new List<Lane>();
        var cells = new Dictionary<string, Cell>(StringComparer.Ordinal);
        try
        {
            foreach (var contender in contenders)
            {
                if (contender.Unavailable is { } reason)
                {
                    cells[contender.Name] = new Cell(null, null, 0, reason);
                    continue;
                }

                try
                {
                    lanes.Add(new Lane(contender.Name, contender.Prepare(built)));
                }
                catch (SkippedException skipped)
                {
                    cells[contender.Name] = new Cell(null, null, 0, skipped.Message);
                }
            }

            var outcomes = lanes.Select(lane => (lane.Name, Outcome: lane.Program.RunOnce())).ToList();
            string? mismatch = Difference(outcomes);
            if (mismatch is null)
            {
                foreach (var lane in lanes) lane.Calibrate(workload.MostRuns, Scale);
                for (int round = 0; round < options.Rounds; round++)
                    foreach (var lane in lanes) lane.Sample();
                foreach (var lane in lanes) cells[lane.Name] = Finish(lane, workload);
            }

            return new Row(workload.Name, built.Main.Instructions.Length, count(built), cells, mismatch);
        }
        finally
        {
            foreach (var lane in lanes) lane.Program.Dispose();
        }
    }

    /// <summary>
    /// Runs a program for a while and forgets the times: .NET compiles what is hot once more in the background, and the
    /// first rows of the table would show how far that is.
    /// </summary>
    public void WarmUp(Workload workload)
    {
        try
        {
            var built = workload.Source.Build(workload, builder);
            foreach (var contender in contenders.Where(contender => contender.Unavailable is null))
            {
                using var program = contender.Prepare(built);
                long start = Stopwatch.GetTimestamp();
                while (Stopwatch.GetElapsedTime(start) < WarmUpTime * Scale) program.Measure(Math.Min(1000, workload.MostRuns));
            }
        }
        catch (SkippedException)
        {
            // The table says so when its turn comes.
        }
    }

    private Cell Finish(Lane lane, Workload workload)
    {
        double raw = lane.Median;
        if (workload.IsEmpty)
        {
            _empty[(lane.Name, workload.Type)] = raw;
            return new Cell(raw, raw, lane.Spread, null);
        }

        return new Cell(Math.Max(raw - _empty.GetValueOrDefault((lane.Name, workload.Type)), 0), raw, lane.Spread, null);
    }

    private static string? Difference(List<(string Name, Outcome Outcome)> outcomes)
    {
        foreach (var (name, outcome) in outcomes.Skip(1))
        {
            var (first, expected) = outcomes[0];
            if (outcome.IsSameAs(expected)) continue;
            return outcome.ReturnValue != expected.ReturnValue
                ? $"{first} returns {expected.ReturnValue}, {name} {outcome.ReturnValue}"
                : $"{first} leaves the packet {Convert.ToHexString(expected.Packet)}, {name} {Convert.ToHexString(outcome.Packet)}";
        }

        return null;
    }

    private sealed class Lane(string name, IPreparedProgram program)
    {
        private readonly List<double> _rounds = [];
        private int _runs = 1, _samples = 1;

        public string Name => name;

        public IPreparedProgram Program => program;

        public double Median => _rounds.Order().ElementAt(_rounds.Count / 2);

        public double Spread => Median > 0 ? (_rounds.Max() - _rounds.Min()) / Median : 0;

        // Also warms up: helpers are compiled once more in the background after they have run often for a while.
        public void Calibrate(int most, double scale)
        {
            var plan = program.Plan;
            double time = Math.Max(program.Measure(Math.Min(200, most)), 1);
            long start = Stopwatch.GetTimestamp();
            for (int pass = 0; pass < 3 || Stopwatch.GetElapsedTime(start) < WarmUpTime * scale; pass++)
            {
                _runs = (int)Math.Clamp(plan.Nanoseconds * scale / time, 2, most);
                time = Math.Max(program.Measure(_runs), 1);
            }

            _samples = Math.Max(2, (int)(plan.Samples * scale));
        }

        public void Sample()
        {
            double least = double.MaxValue;
            for (int sample = 0; sample < _samples; sample++) least = Math.Min(least, program.Measure(_runs));
            _rounds.Add(least);
        }
    }
}
