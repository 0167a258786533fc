using System.Diagnostics;
using PSBpf.Benchmarks.Building;
using PSBpf.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.Benchmarks.Costs;

/// <summary>
/// Events of 64 bytes from a compiled program on one thread to a script in JavaScript on another, one by one and in batches; and for
/// comparison to C#, from the same program. The producer starts a run when there is room for it, as in <see cref="EventCost"/>.
/// </summary>
internal sealed class ScriptCost : ICostMeasurement
{
    private const int EventsPerRun = 16, Runs = 64, MostWaiting = 400_000;

    private static readonly (string Name, string Script)[] Handlers =
    [
        ("one by one, nothing read", "let n = 0; bpf.on('ringbuf:messages', e => { n++ })"),
        ("one by one, 4 members", "let n = 0; bpf.on('ringbuf:messages', e => { const d = e.data; n += d.sequence + d.kind + d.length + d.port })"),
        ("batches, nothing read", "let n = 0; bpf.onBatch('ringbuf:messages', events => { n += events.length })"),
        ("batches, 4 members", "let n = 0; bpf.onBatch('ringbuf:messages', events => { for (const e of events) { const d = e.data; n += d.sequence + d.kind + d.length + d.port } })"),
    ];

    public string Title => "events of 64 bytes, from program to a script in JavaScript, a thread each";

    public IEnumerable<CostFigure> Measure(CostContext context)
    {
        if (Read(context) is not { } blueprint) yield break;
        var time = TimeSpan.FromSeconds(context.Quick ? 0.5 : 3);
        foreach (var figure in Figures("C#, spans", Consumed(blueprint, time, static reader => reader.Read(static (_, bytes) => bytes.Length > 0, TimeSpan.FromMilliseconds(10), 1024)))) yield return figure;
        foreach (var figure in Figures("C#, objects", Consumed(blueprint, time, static reader => reader.TryRead(out _, TimeSpan.FromMilliseconds(10)) ? 1 : 0))) yield return figure;
        foreach (var (name, script) in Handlers)
        {
            (double, double) handled;
            try
            {
                handled = Handled(blueprint, time, script);
            }
            catch (BpfException missing) when (missing.Id == "BPF4009")
            {
                yield break;
            }

            foreach (var figure in Figures(name, handled)) yield return figure;
        }
    }

    private IEnumerable<CostFigure> Figures(string subject, (double PerSecond, double Dropped) measured) =>
        [new CostFigure(Title, subject, "events", measured.PerSecond / 1e3, "k/s"), new CostFigure(Title, subject, "dropped", measured.Dropped, "%")];

    private static Objects.ObjectSpec? Read(CostContext context)
    {
        try
        {
            return context.Builder.ReadObject(Path.Combine(ProgramBuilder.SourceFolder, "messages.bpf.c"));
        }
        catch (SkippedException)
        {
            return null;
        }
    }

    private static (double PerSecond, double Dropped) Consumed(Objects.ObjectSpec blueprint, TimeSpan time, Func<BpfEventReader, int> take)
    {
        using var session = new BpfSession();
        var program = session.TryImport(blueprint).Programs[0];
        using var reader = session.GetMap("messages").OpenReader();
        return Race(program, session.GetMap("messages"), time, () => reader.Delivered, until =>
        {
            for (int round = 0; (round & 63) != 0 || Stopwatch.GetTimestamp() < until; round++) take(reader);
        });
    }

    private static (double PerSecond, double Dropped) Handled(Objects.ObjectSpec blueprint, TimeSpan time, string script)
    {
        using var session = new BpfSession();
        var program = session.TryImport(blueprint).Programs[0];
        using var run = new ScriptRun(session, ScriptSource.FromText(script));
        var measured = Race(program, session.GetMap("messages"), time, () => run.Handled, until => Thread.Sleep(Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), until)));
        run.Stop();
        foreach (var output in run.Output())
            if (output.Exception is { } exception) throw exception;
        return measured;
    }

    private static (double PerSecond, double Dropped) Race(BpfProgram program, BpfMap map, TimeSpan time, Func<long> taken, Action<long> consume)
    {
        bool stop = false;
        var producer = new Thread(() =>
        {
            var options = new RunOptions { Repeat = Runs };
            for (long produced = 0; !Volatile.Read(ref stop);)
            {
                if (produced - taken() > MostWaiting)
                {
                    Thread.Sleep(1);
                    continue;
                }

                program.Run(new byte[64], options);
                produced += EventsPerRun * Runs;
            }
        });
        producer.Start();
        consume(Stopwatch.GetTimestamp() + Stopwatch.Frequency);
        long before = taken(), begin = Stopwatch.GetTimestamp();
        consume(begin + (long)(time.TotalSeconds * Stopwatch.Frequency));
        long after = taken();
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        Volatile.Write(ref stop, true);
        producer.Join();
        var counts = map.Events!.Value;
        return ((after - before) / seconds, 100.0 * counts.Dropped / Math.Max(counts.Produced, 1));
    }
}
