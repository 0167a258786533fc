using PSBpf.Diagnostics;
using PSBpf.Hosting.Packets;
using PSBpf.Hosting.Tests.Fakes;
using PSBpf.Runtime.Sources.Pcap;
using PSBpf.Uapi;

namespace PSBpf.Hosting.Tests;

public sealed class SourceTests : IDisposable
{
    private const string Hook = "xdp:eth0";
    private const long Second = 1_000_000_000;
    private const int Mixed = 414;

    private readonly BpfSession _session = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("psbpf-sources").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _session.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_capture_arrives_whole_and_its_counts_are_those_of_hook_and_maps()
    {
        var program = _session.Import(Samples.Path("packet_counter.bpf.o"), new ImportOptions { Attach = Hook });
        var source = End(_session.StartCapture(Samples.Path("mixed.pcap"), Hook));
        Assert.Equal((SourceState.Finished, SourceKind.Capture, "mixed", Hook, null), (source.State, source.Kind, source.Name, source.Hook, source.Error));
        Assert.Equal((Mixed, 0, 1L, 1.0), (source.Packets, source.Unseen, source.Loops, source.Progress));
        Assert.Equal(Mixed, _session.GetHook(Hook).Events);
        Assert.Equal(new Dictionary<string, long> { ["XDP_DROP"] = 89, ["XDP_PASS"] = 325 }, source.Verdicts.OrderBy(pair => pair.Key).ToDictionary());
        Assert.Equal((ulong)Mixed, program.Variables["total"]);
        using var capture = Capture.Open(Samples.Path("mixed.pcap"));
        Assert.Equal(capture.Packets().Sum(packet => packet.Length), source.Bytes);
        Assert.True(source.Rate > 0);
        Assert.Equal(source.Elapsed, source.Elapsed);
    }

    [Fact]
    public void A_loop_goes_on_until_the_count_is_reached()
    {
        Attach("r0 = 2");
        var source = End(_session.StartCapture(Samples.Path("mixed.pcap"), Hook, new SourceOptions { Loop = true, Count = 3 * Mixed + 10, Name = "loop" }));
        Assert.Equal((SourceState.Finished, 3L, 3L * Mixed + 10, "loop"), (source.State, source.Loops, source.Packets, source.Name));
        Assert.Equal(source.Packets, source.Verdicts["XDP_PASS"]);
        Assert.Equal(source.Packets, _session.GetHook(Hook).Events);
    }

    [Fact]
    public void A_loop_without_a_count_goes_on_until_it_is_stopped()
    {
        Attach("r0 = 2");
        var source = _session.StartCapture(Samples.Path("mixed.pcap"), Hook, new SourceOptions { Loop = true });
        Assert.True(SpinWait.SpinUntil(() => source.Loops > 5, TimeSpan.FromSeconds(30)));
        Assert.Equal((SourceState.Running, null), (source.State, source.Progress));
        Assert.False(source.Wait(TimeSpan.Zero, Cancellation));
        source.Stop(Cancellation);
        Assert.Equal((SourceState.Stopped, null), (source.State, source.Error));
        Assert.Equal(source.Packets, _session.GetHook(Hook).Events);
        Assert.Equal(source.Packets, source.Verdicts.Values.Sum());
        source.Stop(Cancellation);
    }

    [Fact]
    public void Packets_of_a_rate_are_due_one_interval_after_the_other()
    {
        Attach("r0 = 1");
        var clock = new FakeClock();
        var source = End(_session.Start(Hook, Generator, new SourceOptions { Rate = 1000, Count = 101 }, clock));
        Assert.Equal(Enumerable.Range(1, 100).Select(number => number * Second / 1000), clock.Waits);
        Assert.Equal(101, source.Packets);
        Assert.Equal(TimeSpan.FromMilliseconds(100), source.Elapsed);
        Assert.Equal(1010, source.Rate, 6);
        Assert.Equal(1000, source.TargetRate);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(7_777)]
    [InlineData(100_000)]
    [InlineData(1_000_000)]
    public void A_clock_that_wakes_late_does_not_change_the_rate(double rate)
    {
        Attach("r0 = 1");
        var clock = new FakeClock { Overshoot = 1_300_000 };
        var source = End(_session.Start(Hook, Generator, new SourceOptions { Rate = rate, Count = (long)(rate * 3) }, clock));
        Assert.InRange(source.Rate, rate * 0.98, rate * 1.02);
    }

    [Fact]
    public void What_is_more_than_a_second_late_is_not_made_up_for()
    {
        Attach("r0 = 1");
        FakeClock clock = null!;
        clock = new FakeClock { Waiting = number => clock.Advance(number == 5 ? 100 * Second : 0) };
        var source = End(_session.Start(Hook, Generator, new SourceOptions { Rate = 10, Count = 20 }, clock));
        Assert.Equal(20, source.Packets);
        Assert.True(clock.Waits.Count > 10, $"{clock.Waits.Count} waits: the rest went out at once");
    }

    [Fact]
    public void At_its_own_pace_packets_come_as_far_apart_as_they_were_captured()
    {
        Attach("r0 = 1");
        // One is out of order; it goes with the one before.
        string path = WriteCapture([5 * Second, 5 * Second + 100, 6 * Second, 5 * Second + 500, 8 * Second]);
        var clock = new FakeClock();
        var source = End(_session.Start(Hook, () => new CaptureFeed(path, loop: true), new SourceOptions { OriginalPace = true, Loop = true, Count = 7 }, clock));
        // Four intervals in three seconds: the second round begins after the average one.
        long again = 3 * Second + 3 * Second / 4;
        Assert.Equal([100, Second, 3 * Second, again, again + 100], clock.Waits);
        Assert.Equal((7, 1), (source.Packets, source.Loops));
    }

    [Fact]
    public void Several_sources_run_at_once_and_all_their_packets_are_events()
    {
        Attach("r0 = 2");
        var sources = Enumerable.Range(0, 4).Select(number =>
            _session.StartCapture(Samples.Path("mixed.pcap"), Hook, new SourceOptions { Loop = true, Count = 20_000 + number })).ToArray();
        foreach (var source in sources) End(source);
        Assert.Equal([20_000L, 20_001, 20_002, 20_003], sources.Select(source => source.Verdicts["XDP_PASS"]));
        Assert.Equal(80_006, _session.GetHook(Hook).Events);
        Assert.Equal(sources, _session.Sources);
        Assert.Equal(4, sources.Select(source => source.Id).Distinct().Count());
        Assert.Same(sources[2], _session.GetSource(sources[2].Id));
        Assert.Equal(4, _session.FindSources("mi*").Count);
    }

    [Fact]
    public void A_name_means_the_source_that_runs_or_else_the_latest()
    {
        BpfSource[] ended = [.. Enumerable.Range(0, 2).Select(_ => End(_session.StartGenerator(Ping, Hook, new SourceOptions { Count = 1 })))];
        Assert.Same(ended[1], _session.GetSource("generator"));
        var running = _session.StartGenerator(Ping, Hook, new SourceOptions { Rate = 0.001 });
        End(_session.StartGenerator(Ping, Hook, new SourceOptions { Count = 1 }));
        Assert.Same(running, _session.GetSource("generator"));
        Assert.Same(ended[0], _session.GetSource($"{ended[0].Id}"));
        _session.StartGenerator(Ping, Hook, new SourceOptions { Rate = 0.001 });
        Assert.Equal("BPF4002", Assert.Throws<BpfException>(() => _session.GetSource("generator")).Id);
        Assert.Equal("BPF4001", Assert.Throws<BpfException>(() => _session.GetSource("mixed")).Id);
    }

    [Fact]
    public void Links_and_programs_may_come_and_go_while_it_runs()
    {
        var source = _session.StartCapture(Samples.Path("mixed.pcap"), Hook, new SourceOptions { Loop = true });
        Reach(source, () => source.Unseen > 0);
        var program = Attach("r0 = 1");
        Reach(source, () => source.Verdicts.ContainsKey("XDP_DROP"));
        program.Remove(force: true);
        long unseen = source.Unseen;
        Reach(source, () => source.Unseen > unseen + 1000);
        Attach("r0 = 3");
        Reach(source, () => source.Verdicts.ContainsKey("XDP_TX"));
        source.Stop(Cancellation);
        Assert.Equal(source.Packets, source.Unseen + source.Verdicts.Values.Sum());
        Assert.Equal(_session.GetHook(Hook).Events, source.Verdicts.Values.Sum());
    }

    [Fact]
    public void A_damaged_capture_fails_after_the_packets_before_the_damage()
    {
        Attach("r0 = 2");
        byte[] whole = File.ReadAllBytes(Samples.Path("few-le-us.pcap"));
        string path = Path.Combine(_folder, "cut.pcap");
        File.WriteAllBytes(path, whole[..^3]);
        foreach (bool loop in (bool[])[false, true])
        {
            var source = End(_session.StartCapture(path, Hook, new SourceOptions { Loop = loop }));
            Assert.Equal((SourceState.Failed, 7, "BPF0403"), (source.State, source.Packets, source.Error?.Id));
        }
    }

    [Fact]
    public void A_program_that_runs_too_long_fails_the_source_and_nothing_else()
    {
        _session.SetOptions(_session.Options with { InstructionBudget = 50, Jit = Runtime.Jit.JitMode.Off });
        Attach("r1 = 0\nagain: r1 += 1\nif r1 < 1000 goto again\nr0 = 2");
        var source = End(_session.StartCapture(Samples.Path("mixed.pcap"), Hook));
        Assert.Equal((SourceState.Failed, "BPF2102", 0), (source.State, source.Error?.Id, source.Packets));
        Assert.Contains("50", source.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_nobody_foresaw_is_an_error_of_its_own()
    {
        var source = End(_session.Start(Hook, () => new BrokenFeed(), SourceOptions.Default, SourceClock.Machine));
        Assert.Equal((SourceState.Failed, "BPF4020", 1), (source.State, source.Error?.Id, source.Packets));
        Assert.Contains("the cable is cut", source.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_that_closes_stops_its_sources()
    {
        var session = new BpfSession();
        var sources = Enumerable.Range(0, 3).Select(_ => session.StartCapture(Samples.Path("mixed.pcap"), Hook, new SourceOptions { Loop = true })).ToArray();
        session.Dispose();
        Assert.All(sources, source => Assert.Equal(SourceState.Stopped, source.State));
        Assert.Equal("BPF4005", Assert.Throws<BpfException>(() => session.StartCapture(Samples.Path("mixed.pcap"), Hook)).Id);
    }

    [Fact]
    public void A_source_that_waits_for_long_stops_at_once()
    {
        var source = _session.StartGenerator(Ping, Hook, new SourceOptions { Rate = 0.001 });
        Reach(source, () => source.Packets == 1);
        source.Dispose();
        Assert.Equal((SourceState.Stopped, 1), (source.State, source.Packets));
    }

    [Fact]
    public void Hundreds_that_have_ended_are_forgotten_from_the_oldest_on()
    {
        var running = _session.StartGenerator(Ping, Hook, new SourceOptions { Rate = 0.001 });
        for (int number = 0; number < 120; number++) End(_session.StartGenerator(Ping, Hook, new SourceOptions { Count = 1 }));
        Assert.Equal([running.Id, .. Enumerable.Range(22, 100)], _session.Sources.Select(source => source.Id));
    }

    [Fact]
    public void What_cannot_be_is_refused_at_the_start()
    {
        string path = Samples.Path("mixed.pcap");
        Assert.Equal("BPF0401", Refused(() => _session.StartCapture(Path.Combine(_folder, "none.pcap"), Hook)));
        Assert.Equal("BPF0402", Refused(() => _session.StartCapture(Samples.Path("packet_counter.bpf.o"), Hook)));
        Assert.Equal("BPF2201", Refused(() => _session.StartCapture(path, "eth0")));
        Assert.Equal("BPF4008", Refused(() => _session.StartCapture(path, Hook, new SourceOptions { Rate = 0 })));
        Assert.Equal("BPF4008", Refused(() => _session.StartCapture(path, Hook, new SourceOptions { Rate = double.NaN })));
        Assert.Equal("BPF4008", Refused(() => _session.StartCapture(path, Hook, new SourceOptions { Count = 0 })));
        Assert.Equal("BPF4008", Refused(() => _session.StartCapture(path, Hook, new SourceOptions { Cpu = 100_000 })));
        Assert.Equal("BPF4008", Refused(() => _session.StartCapture(path, Hook, new SourceOptions { Rate = 1, OriginalPace = true })));
        Assert.Equal("BPF4008", Refused(() => _session.StartGenerator(Ping, Hook, new SourceOptions { OriginalPace = true })));
        Assert.Equal("BPF2104", Refused(() => _session.StartGenerator(Ping with { Packets = [] }, Hook)));
        Assert.Equal("BPF0405", Refused(() => _session.StartGenerator(Ping with { Counters = ["ipv6.src"] }, Hook)));
        Assert.Equal("BPF4001", Refused(() => _session.GetSource(1)));
        Assert.Empty(_session.Sources);

        static string Refused(Action start) => Assert.Throws<BpfException>(start).Id;
    }

    [Fact]
    public void An_empty_capture_ends_even_in_a_loop()
    {
        string path = WriteCapture([]);
        var source = End(_session.StartCapture(path, Hook, new SourceOptions { Loop = true }));
        Assert.Equal((SourceState.Finished, 0, 0), (source.State, source.Packets, source.Loops));
    }

    private static GeneratorOptions Ping { get; } = new()
    {
        Packets = [PacketBuilder.BuildTemplate([new("icmp", new Dictionary<string, object?>())])],
    };

    private static GeneratorFeed Generator() => new(Ping);

    private BpfProgram Attach(string assembly) =>
        _session.Create($"{assembly}\nexit", new NewProgramOptions { Type = ProgramType.Xdp, Attach = Hook });

    private string WriteCapture(long[] times)
    {
        string path = Path.Combine(_folder, "made.pcap");
        using var writer = new PcapWriter(File.Create(path));
        foreach (long time in times) writer.Write(new byte[60], time);
        return path;
    }

    // Generous: nothing here is about how long it takes.
    private static BpfSource End(BpfSource source)
    {
        Assert.True(source.Wait(TimeSpan.FromSeconds(60), Cancellation), "it has not ended");
        return source;
    }

    private static void Reach(BpfSource source, Func<bool> state) => Assert.True(SpinWait.SpinUntil(state, TimeSpan.FromSeconds(30)), $"{source}: {source.State}, {source.Packets}");

    private sealed class BrokenFeed : IPacketFeed
    {
        private bool _given;

        public SourceKind Kind => SourceKind.Generator;

        public string DefaultName => "broken";

        public long Loops => 0;

        public double? Progress => null;

        public bool TryTake(out FeedPacket packet)
        {
            packet = new FeedPacket(new byte[10], 0);
            if (_given) throw new InvalidOperationException("the cable is cut");
            return _given = true;
        }

        public void Dispose()
        {
        }
    }
}
