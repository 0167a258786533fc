using System.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime;
using PSBpf.Runtime.Hooks;
using PSBpf.Uapi;

namespace PSBpf.Benchmarks.Costs;

/// <summary>
/// What it costs that somebody watches: the same program without and with, in turns, each time the shortest of several samples; the median of
/// the differences counts. Runs one after the other as BPF_PROG_TEST_RUN has them, and packets at a hook.
/// </summary>
internal sealed class StatisticsCost : ICostMeasurement
{
    private const int Packets = 256;

    // Programs of the table around 200 ns and more, the empty one, and one of a few nanoseconds.
    private static readonly string[] Programs = ["empty_xdp", "lb_vxlan", "checksum_16", "fibonacci", "map_hash"];

    // None of the table's programs at an XDP hook takes 200 ns.
    private const string Loop = """
        r0 = 2
        r1 = 1000
        r2 = 3
        again:
        r2 *= r1
        r1 += -1
        if r1 != 0 goto again
        exit
        """;

    public string Title => "statistics: nobody watches, somebody watches";

    public IEnumerable<CostFigure> Measure(CostContext context)
    {
        foreach (string name in Programs)
        {
            if (context.TryBuild(name) is not { } built) continue;
            foreach (var figure in Measure(context, name, built.Main, built.Workload.Packet)) yield return figure;
        }

        var loop = new ProgramSpec { Name = "loop_1000", Type = ProgramType.Xdp, Instructions = Assembler.Assemble(Loop, []).Instructions };
        foreach (var figure in Measure(context, loop.Name, loop, new byte[64])) yield return figure;
    }

    private IEnumerable<CostFigure> Measure(CostContext context, string name, ProgramSpec spec, byte[] packet)
    {
        var maps = spec.Maps.Select(context.Managed.CreateMap).ToArray();
        try
        {
            using var program = (ManagedProgram)context.Managed.LoadProgram(spec, maps, ProgramLoadOptions.Default).Program!;
            program.Compile();
            var request = new TestRunRequest { Data = packet, Repeat = 20_000 };
            foreach (var figure in Compare(context, $"{name}, test run", () => program.TestRun(request).DurationNanoseconds)) yield return figure;
            if (spec.Type != ProgramType.Xdp) yield break;

            using var link = context.Managed.Attach(program, HookName.Parse("xdp:statistics0"));
            var injector = context.Managed.GetHook(link.Hook).OpenInjector();
            var packets = new ReadOnlyMemory<byte>[Packets];
            Array.Fill(packets, packet);
            foreach (var figure in Compare(context, $"{name}, at a hook", () => Inject(injector, packets))) yield return figure;
        }
        finally
        {
            foreach (var map in maps) map.Dispose();
        }
    }

    private IEnumerable<CostFigure> Compare(CostContext context, string subject, Func<double> run)
    {
        int rounds = context.Quick ? 5 : 21, samples = context.Quick ? 10 : 30;
        var without = new List<double>();
        var added = new List<double>();
        Shortest();
        using (context.Managed.EnableStatistics()) Shortest();
        for (int round = 0; round < rounds; round++)
        {
            double alone = Shortest(), watched;
            using (context.Managed.EnableStatistics()) watched = Shortest();
            without.Add(alone);
            added.Add(watched - alone);
        }

        double basis = Median(without), more = Median(added);
        yield return new CostFigure(Title, subject, "nobody", basis, "ns");
        yield return new CostFigure(Title, subject, "added", more, "ns");
        yield return new CostFigure(Title, subject, "share", 100 * more / basis, "%");

        double Shortest()
        {
            double least = double.MaxValue;
            for (int sample = 0; sample < samples; sample++) least = Math.Min(least, run());
            return least;
        }
    }

    private static double Inject(HookInjector injector, ReadOnlyMemory<byte>[] packets)
    {
        const int times = 20;
        long start = Stopwatch.GetTimestamp();
        for (int time = 0; time < times; time++) injector.Inject(packets);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / (times * packets.Length);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
