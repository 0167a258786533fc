using System.Collections.Concurrent;
using PSBpf.Btf;
using PSBpf.Kernel;
using PSBpf.Linux;

namespace PSBpf.Hosting.Tests.Events;

/// <summary>What programs submitted, by their own counters, against what readers say.</summary>
public sealed class AccountingTests : IDisposable
{
    private static readonly byte[] Packet = new byte[64];

    private readonly BpfSession _session = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("perf:packets", "perf_lost")]
    [InlineData("ringbuf:records", "ring_lost")]
    public void A_reader_of_spans_tells_what_was_dropped_too(string source, string lost)
    {
        var program = Import();
        using var reader = _session.OpenEvents(source);
        for (int run = 0; run < 2_000_000 && (run % 10_000 != 0 || (ulong)program.Variables[lost]! == 0); run++) program.Run(Packet);
        Assert.Equal(10, reader.Read((_, _) => true, most: 10, cancellation: Token));
        Assert.NotEqual(0, reader.Dropped);
        Assert.Equal((ulong)program.Variables[lost]!, (ulong)reader.Dropped);
    }

    [Theory]
    [InlineData("perf:packets", "perf_lost")]
    [InlineData("ringbuf:records", "ring_lost")]
    public async Task Submitted_is_delivered_and_dropped_and_backlog_while_programs_run_on_all_processors_and_the_consumer_stalls(string source, string lost)
    {
        const int threads = 4, runs = 20_000;
        var program = Import();
        using var reader = _session.OpenEvents(source);
        var perCpu = new ConcurrentDictionary<int, List<ulong>>();
        var producers = Enumerable.Range(0, threads).Select(_ => Task.Run(
            () =>
            {
                for (int run = 0; run < runs; run++) program.Run(Packet);
            }, Token)).ToArray();
        long taken = 0;
        while (!producers.All(task => task.IsCompleted))
        {
            for (int burst = 0; burst < 500 && reader.TryRead(out var read, TimeSpan.Zero, Token); burst++, taken++) Keep(read);
            var counts = reader.Counts;
            Assert.Equal(counts.Produced, counts.Delivered + counts.Dropped + counts.Backlog);

            // Stalls: buffers fill, programs lose events and go on.
            await Task.Delay(20, Token);
        }

        await Task.WhenAll(producers);
        var atEnd = reader.Counts;
        ulong dropped = (ulong)program.Variables[lost]!;
        Assert.Equal(threads * runs, (long)(ulong)program.Variables["seen"]!);
        Assert.Equal(threads * runs, atEnd.Produced);
        Assert.Equal((long)dropped, atEnd.Dropped);
        Assert.Equal(taken, atEnd.Delivered);
        Assert.Equal(threads * runs, atEnd.Delivered + atEnd.Dropped + atEnd.Backlog);
        while (reader.TryRead(out var read, TimeSpan.Zero, Token))
        {
            taken++;
            Keep(read);
        }

        Assert.Equal(threads * runs - (long)dropped, taken);
        Assert.Equal(taken, reader.Delivered);
        Assert.Equal(0, reader.Backlog);
        if (source.StartsWith("perf", StringComparison.Ordinal))
        {
            Assert.Equal(reader.CpuCounts.Sum(counts => counts.Produced), reader.Produced);
            Assert.All(reader.CpuCounts, counts => Assert.Equal(counts.Delivered, perCpu.TryGetValue(counts.Cpu, out var seen) ? seen.Count : 0));
            Assert.All(perCpu.Values, numbers => Assert.True(numbers.Zip(numbers.Skip(1)).All(pair => pair.First < pair.Second), "out of order"));
        }

        void Keep(BpfEvent read)
        {
            var data = (BtfRecord)read.Data;
            if (read.Cpu is { } cpu) Assert.Equal((uint)cpu, data["cpu"]);
            perCpu.GetOrAdd(read.Cpu ?? -1, _ => []).Add((ulong)data["sequence"]!);
        }
    }

    [Fact]
    public void The_order_of_a_ring_buffer_is_that_of_submission()
    {
        var program = Import();
        for (int run = 0; run < 1500; run++) program.Run(Packet);
        using var reader = _session.OpenEvents("ringbuf:records");
        ulong expected = 0;
        while (reader.TryRead(out var read, TimeSpan.Zero, Token)) Assert.Equal(++expected, ((BtfRecord)read.Data)["sequence"]);
        Assert.Equal(1500ul, expected);
    }

    [Fact]
    public async Task A_consumer_that_never_comes_back_keeps_nobody_from_running_counting_or_removing()
    {
        var program = Import();
        var ring = program.GetMap("records");
        using var reader = ring.OpenReader();
        for (int run = 0; run < 3; run++) program.Run(Packet);
        using var inside = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var consumer = Task.Run(() => reader.Read((_, _) =>
        {
            inside.Set();
            leave.Wait(Token);
            return true;
        }), Token);
        inside.Wait(Token);
        for (int run = 0; run < 5000; run++) program.Run(Packet);
        var counts = ring.Events!.Value;
        Assert.Equal(5003, counts.Produced);
        Assert.Equal((ulong)program.Variables["ring_lost"]!, (ulong)counts.Dropped);
        leave.Set();
        Assert.True(await consumer > 1);
        Assert.Equal(0, ring.Events!.Value.Backlog);
        Assert.Equal(5003, ring.Events!.Value.Produced);
    }

    [Fact]
    public void Spans_and_objects_come_from_the_same_queue_and_are_counted_together()
    {
        var program = Import();
        using var reader = _session.OpenEvents("perf:packets");
        for (int run = 0; run < 200; run++) program.Run(Packet);
        var numbers = new List<ulong>();
        for (int round = 0; round < 10; round++)
        {
            Assert.True(reader.TryRead(out var read, TimeSpan.Zero, Token));
            numbers.Add((ulong)((BtfRecord)read.Data)["sequence"]!);
            int handed = reader.Read((_, bytes) =>
            {
                numbers.Add(BitConverter.ToUInt64(bytes));
                return true;
            }, most: 7);
            Assert.Equal(7, handed);
        }

        Assert.Equal(80, reader.Delivered);
        Assert.Equal(120, reader.Backlog);
        Assert.Equal(80, numbers.Distinct().Count());
    }

    [Fact]
    public void Buffers_that_are_set_up_anew_lose_nothing()
    {
        var program = Import();
        var map = program.GetMap("packets");
        for (int run = 0; run < 10; run++) program.Run(Packet);
        using (var reader = map.OpenReader(buffers: new PerfBufferOptions { Pages = 2, WakeupEvents = 4 })) Assert.Equal(10, reader.Backlog);
        for (int run = 0; run < 10; run++) program.Run(Packet);
        using var again = map.OpenReader();
        var numbers = new List<ulong>();
        while (again.TryRead(out var read, TimeSpan.Zero, Token)) numbers.Add((ulong)((BtfRecord)read.Data)["sequence"]!);
        Assert.Equal(20, numbers.Distinct().Count());
        Assert.Equal(new BpfEventCounts(20, 20, 0, 0), again.Counts);
        Assert.Equal("BPF4007", Assert.Throws<Diagnostics.BpfException>(() => map.OpenReader(buffers: PerfBufferOptions.Default)).Id);
    }

    [Fact]
    public void Every_watch_of_what_is_printed_gets_every_line_and_says_what_it_lost()
    {
        var program = Import(print: true);
        using var first = _session.OpenEvents("printk");
        using var second = _session.OpenEvents("printk");
        for (int run = 0; run < 10; run++) program.Run(Packet);
        for (int number = 1; number <= 10; number++)
        {
            Assert.True(first.TryRead(out var read, TimeSpan.Zero, Token));
            Assert.Equal($"packet {number} of 64 bytes", read.Data);
            Assert.Equal("packet_events", read.Program);
        }

        for (int run = 0; run < Runtime.TraceBuffer.Capacity + 90; run++) program.Run(Packet);
        Assert.Equal(100, second.Dropped);
        Assert.Equal(Runtime.TraceBuffer.Capacity, second.Backlog);
        Assert.True(second.TryRead(out var oldest, TimeSpan.Zero, Token));
        Assert.Equal("packet 101 of 64 bytes", oldest.Data);
        Assert.Equal(second.Produced, second.Counts.Delivered + second.Dropped + second.Backlog);
    }

    [Fact]
    public async Task Closing_the_session_ends_a_wait_for_a_line_and_a_wait_for_an_event()
    {
        Import();
        using var lines = _session.OpenEvents("printk");
        using var samples = _session.OpenEvents("perf:packets");
        var waits = new[] { lines, samples }.Select(reader => Task.Run(() => reader.TryRead(out _, Timeout.InfiniteTimeSpan, Token), Token)).ToArray();
        await Task.Delay(50, Token);
        _session.Dispose();
        Assert.All(await Task.WhenAll(waits), Assert.False);
    }

    [Fact]
    public async Task Waking_after_several_events_hands_out_the_rest_when_the_time_is_up()
    {
        var program = Import();
        using var reader = program.GetMap("packets").OpenReader(buffers: new PerfBufferOptions { WakeupEvents = 1000 });
        var producer = Task.Run(() =>
        {
            Thread.Sleep(50);
            program.Run(Packet);
        }, Token);
        Assert.True(reader.TryRead(out _, TimeSpan.FromMilliseconds(600), Token));
        await producer;
    }

    [Fact]
    public void Sources_have_names()
    {
        Import();
        foreach (var (source, id) in ((string, string)[])[("perf:records", "BPF4006"), ("ringbuf:packets", "BPF4006"), ("perf:nothing", "BPF4001"), ("records", "BPF4006"), ("", "BPF4006")])
            Assert.Equal(id, Assert.Throws<Diagnostics.BpfException>(() => _session.OpenEvents(source)).Id);
        Assert.Equal("struct packet_event", _session.GetMap("packets").ValueType);
        Assert.Equal("BPF4006", Assert.Throws<Diagnostics.BpfException>(() => _session.OpenTrace(BpfKernelKind.Linux)).Id);
        Assert.Equal("BPF4006", Assert.Throws<Diagnostics.BpfException>(() => _session.GetMap("packets").Entries().ToList()).Id);
    }

    [Theory]
    [InlineData("perf:packets", "perf_lost")]
    [InlineData("ringbuf:records", "ring_lost")]
    public void The_Linux_kernel_s_events_are_accounted_for_too(string source, string lost)
    {
        if (LinuxKernel.Probe() is { } unavailable) Assert.Skip(unavailable.Message);
        var spec = new ImportOptions { Kernel = BpfKernelKind.Linux, Variables = new Dictionary<string, object?> { ["print"] = (byte)0 } };
        var program = _session.Import(Samples.Path("packet_events.bpf.o"), spec);
        var options = source.StartsWith("perf", StringComparison.Ordinal) ? new PerfBufferOptions { Pages = 1 } : null;
        _session.GetMap(source[(source.IndexOf(':', StringComparison.Ordinal) + 1)..]).OpenReader(buffers: options).Dispose();
        using var reader = _session.OpenEvents(source);
        const int runs = 5000;
        program.Run(Packet, new RunOptions { Repeat = runs });
        ulong dropped = (ulong)program.Variables[lost]!;
        Assert.True(dropped > 0);
        int taken = 0;
        while (taken < 20 && reader.TryRead(out _, TimeSpan.Zero, Token)) taken++;
        var counts = reader.Counts;
        Assert.Equal(runs, counts.Delivered + (long)dropped + counts.Backlog);

        // The kernel does not count what does not fit a ring buffer.
        Assert.Equal(options is null ? -1 : (long)dropped, counts.Dropped);
        Assert.Equal(options is null ? -1 : runs, counts.Produced);
    }

    private BpfProgram Import(bool print = false) =>
        _session.Import(Samples.Path("packet_events.bpf.o"), new ImportOptions { Variables = new Dictionary<string, object?> { ["print"] = (byte)(print ? 1 : 0) } });
}
