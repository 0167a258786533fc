using System.Diagnostics;
using PSBpf.Hosting;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Benchmarks.Costs;

/// <summary>
/// Events of 64 bytes from a compiled program on one thread to a C# consumer on another: as spans where they lie, and as objects. The
/// producer starts a run when there is room for it, so that what is timed is the way and not the dropping; drops are counted all the same.
/// </summary>
internal sealed class EventCost : ICostMeasurement
{
    private const int EventsPerRun = 16, Runs = 64, MostWaiting = 400_000;

    private static readonly (string Name, MapType Type, string Emit)[] Sources =
    [
        ("ring buffer, output", MapType.RingBuf, "r1 = map[m]\nr2 = r10\nr2 += -64\nr3 = 64\nr4 = 0\ncall bpf_ringbuf_output\n"),
        ("ring buffer, no wake-up", MapType.RingBuf, "r1 = map[m]\nr2 = r10\nr2 += -64\nr3 = 64\nr4 = 1\ncall bpf_ringbuf_output\n"),
        ("perf buffer", MapType.PerfEventArray, "r1 = r6\nr2 = map[m]\nw3 = -1\nr4 = r10\nr4 += -64\nr5 = 64\ncall bpf_perf_event_output\n"),
    ];

    public string Title => "events of 64 bytes, from program to consumer, a thread each";

    public IEnumerable<CostFigure> Measure(CostContext context)
    {
        var time = TimeSpan.FromSeconds(context.Quick ? 0.5 : 2);
        foreach (var (name, type, emit) in Sources)
        {
            var (producer, consumer) = Alone(type, emit, time);
            yield return new CostFigure(Title, name, "program alone", producer, "M/s");
            yield return new CostFigure(Title, name, "consumer alone", consumer, "M/s");
            var (spans, dropped, allocated) = Race(type, emit, time, static reader => reader.Read(static (_, bytes) => bytes.Length > 0, TimeSpan.FromMilliseconds(10), 1024));
            yield return new CostFigure(Title, name, "spans", spans, "M/s");
            yield return new CostFigure(Title, name, "dropped", dropped, "%");
            yield return new CostFigure(Title, name, "allocated per span", allocated, "bytes");
            (spans, dropped, allocated) = Race(type, emit, time, static reader => reader.TryRead(out var read, TimeSpan.FromMilliseconds(10)) ? read.Bytes[0] : 0);
            yield return new CostFigure(Title, name, "objects", spans, "M/s");
            yield return new CostFigure(Title, name, "dropped ", dropped, "%");
        }
    }

    private static (double Producer, double Consumer) Alone(MapType type, string emit, TimeSpan time)
    {
        using var session = new BpfSession();
        var program = Load(session, type, emit);
        using var reader = session.Maps[0].OpenReader();

        // As many as fit, and then all of them out again, each timed by itself: what the threads of a pair can do at best.
        var options = new RunOptions { Repeat = 128 };
        double run = double.MaxValue, read = double.MaxValue;
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            run = Math.Min(run, program.Run(new byte[64], options).DurationNanoseconds);
            long begin = Stopwatch.GetTimestamp();
            int events = reader.Read(static (_, bytes) => bytes.Length > 0);
            read = Math.Min(read, Stopwatch.GetElapsedTime(begin).TotalNanoseconds / Math.Max(events, 1));
        }

        return (1e3 * EventsPerRun / run, 1e3 / read);
    }

    private static (double Delivered, double Dropped, double Allocated) Race(MapType type, string emit, TimeSpan time, Func<BpfEventReader, long> take)
    {
        using var session = new BpfSession();
        var program = Load(session, type, emit);
        using var reader = session.Maps[0].OpenReader(buffers: type == MapType.RingBuf ? null : new Kernel.PerfBufferOptions { Pages = 1 << 14 });
        bool stop = false;
        var producer = new Thread(() =>
        {
            var options = new RunOptions { Repeat = Runs };
            for (long produced = 0; !Volatile.Read(ref stop);)
            {
                if (produced - reader.Delivered > MostWaiting)
                {
                    Thread.SpinWait(20);
                    continue;
                }

                program.Run(new byte[64], options);
                produced += EventsPerRun * Runs;
            }
        });
        producer.Start();
        long count = 0;
        Consume(TimeSpan.FromSeconds(0.3));
        var before = reader.Counts;
        long allocated = GC.GetAllocatedBytesForCurrentThread(), begin = Stopwatch.GetTimestamp();
        Consume(time);
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        var after = reader.Counts;
        Volatile.Write(ref stop, true);
        producer.Join();
        long delivered = after.Delivered - before.Delivered;
        GC.KeepAlive(count);
        return (delivered / seconds / 1e6, 100.0 * (after.Dropped - before.Dropped) / Math.Max(after.Produced - before.Produced, 1), (double)allocated / Math.Max(delivered, 1));

        void Consume(TimeSpan span)
        {
            long start = Stopwatch.GetTimestamp();
            for (int round = 0; (round & 63) != 0 || Stopwatch.GetElapsedTime(start) < span; round++) count += take(reader);
        }
    }

    private static BpfProgram Load(BpfSession session, MapType type, string emit)
    {
        var map = type == MapType.RingBuf
            ? new MapSpec { Name = "m", Type = type, MaxEntries = 1 << 26 }
            : new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = 4 };
        string fill = string.Concat(Enumerable.Range(1, 8).Select(word => FormattableString.Invariant($"*(u64 *)(r10 -{8 * word}) = {word}\n")));
        var assembled = Assembler.Assemble($"r6 = r1\n{fill}{string.Concat(Enumerable.Repeat(emit, EventsPerRun))}r0 = 2\nexit\n", ["m"]);
        var program = new ProgramSpec { Name = "emit", Type = ProgramType.Xdp, Instructions = assembled.Instructions, Maps = [map] };
        return session.TryImport(new ObjectSpec { License = "GPL", Programs = [program], Maps = [map] }).Programs[0];
    }
}
