using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.Linux.Tests.Running;

public sealed class TestRunTests : KernelTest
{
    private const string AddToFirstByte = """
        r2 = *(u32 *)(r1 +0)
        r3 = *(u32 *)(r1 +4)
        r4 = r2
        r4 += 14
        r0 = 1
        if r4 > r3 goto done
        r5 = *(u8 *)(r2 +0)
        r5 += 1
        *(u8 *)(r2 +0) = r5
        r0 = r5
        done: exit
        """;

    private static readonly ProgramType[] PacketTypes = [ProgramType.Xdp, ProgramType.SchedCls, ProgramType.SocketFilter];

    [Fact]
    public void The_return_value_comes_back()
    {
        foreach (var type in PacketTypes)
        {
            var program = Accept(type, "r0 = 0x12345678\nexit");
            Assert.Equal(0x12345678u, program.TestRun(new() { Data = Packet(64) }, Cancellation).ReturnValue);
        }

        Assert.Equal(uint.MaxValue, Accept(ProgramType.SchedCls, "r0 = -1\nexit").TestRun(new() { Data = Packet(64) }, Cancellation).ReturnValue);
    }

    [Fact]
    public void The_packet_comes_back_as_the_program_left_it()
    {
        var result = Accept(ProgramType.Xdp, AddToFirstByte).TestRun(new() { Data = Packet(64) }, Cancellation);
        var expected = Packet(64);
        expected[0] = 1;
        Assert.Equal(expected, result.Data);
        Assert.Equal(1u, result.ReturnValue);
        Assert.True(result.DurationNanoseconds > 0);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1000)]
    [InlineData(20_000)]
    public void Repeating_returns_what_one_run_would(int repeat)
    {
        var result = Accept(ProgramType.Xdp, AddToFirstByte).TestRun(new() { Data = Packet(64), Repeat = repeat }, Cancellation);
        Assert.Equal(1u, result.ReturnValue);
        Assert.Equal(1, result.Data[0]);
        Assert.True(result.DurationNanoseconds > 0);
    }

    [Fact]
    public void Repeating_runs_exactly_so_often()
    {
        var counter = Map(MapType.Array, 4, 8, 1);
        const string Count = """
            *(u32 *)(r10 -4) = 0
            r2 = r10
            r2 += -4
            r1 = map[m0]
            call bpf_map_lookup_elem
            if r0 == 0 goto done
            r1 = 1
            lock *(u64 *)(r0 +0) += r1
            done: r0 = 0
            exit
            """;
        var value = new byte[8];
        long expected = 0;
        foreach (var type in PacketTypes)
        {
            var program = Accept(type, Count, counter);
            foreach (var repeat in (int[])[1, 2, 5000, 123_456])
            {
                program.TestRun(new() { Data = Packet(64), Repeat = repeat }, Cancellation);
                expected += repeat;
                counter.Lookup(Bytes(0), value);
                Assert.Equal(expected, BitConverter.ToInt64(value));
            }
        }
    }

    [Fact]
    public void A_grown_packet_comes_back_whole()
    {
        var program = Accept(ProgramType.Xdp, "r2 = -20\ncall bpf_xdp_adjust_head\nexit");
        var result = program.TestRun(new() { Data = Packet(64) }, Cancellation);
        Assert.Equal(0u, result.ReturnValue);
        Assert.Equal(84, result.Data.Length);
        Assert.Equal(Packet(64), result.Data[20..]);

        var skb = Accept(ProgramType.SchedCls, "r2 = 5000\nr3 = 0\ncall bpf_skb_change_tail\nexit");
        result = skb.TestRun(new() { Data = Packet(64) }, Cancellation);
        Assert.Equal(5000, result.Data.Length);
    }

    [Fact]
    public void The_context_goes_in_and_comes_out()
    {
        // r0 = skb->mark; skb->priority = 7
        var program = Accept(ProgramType.SchedCls, "r0 = *(u32 *)(r1 +8)\nr2 = 7\n*(u32 *)(r1 +32) = r2\nexit");
        var context = new byte[192];
        Bytes(1234).CopyTo(context, 8);
        var result = program.TestRun(new() { Data = Packet(64), Context = context }, Cancellation);
        Assert.Equal(1234u, result.ReturnValue);
        Assert.Equal(192, result.Context.Length);
        Assert.Equal(1234, BitConverter.ToInt32(result.Context, 8));
        Assert.Equal(7, BitConverter.ToInt32(result.Context, 32));

        Assert.Equal(7, BitConverter.ToInt32(program.TestRun(new() { Data = Packet(64) }, Cancellation).Context, 32));
    }

    [Fact]
    public void XDP_programs_see_an_interface_and_return_the_bounds_of_their_packet()
    {
        var program = Accept(ProgramType.Xdp, "r6 = r1\nr2 = -20\ncall bpf_xdp_adjust_head\nr0 = *(u32 *)(r6 +12)\nexit");
        var context = new byte[24];
        var result = program.TestRun(new() { Data = Packet(64), Context = context }, Cancellation);
        Assert.Equal(84, BitConverter.ToInt32(result.Context, 4) - BitConverter.ToInt32(result.Context, 0));

        Bytes(int.MaxValue).CopyTo(context, 12);
        var error = Assert.Throws<BpfException>(() => program.TestRun(new() { Data = Packet(64), Context = context }, Cancellation));
        Assert.Equal("BPF2104", error.Id);
        Assert.Contains("interface", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Short_packets_are_refused_in_plain_words()
    {
        foreach (var type in PacketTypes)
        {
            var program = Accept(type, "r0 = 0\nexit");
            foreach (var length in (int[])[0, 1, 13])
            {
                var error = Assert.Throws<BpfException>(() => program.TestRun(new() { Data = Packet(length) }, Cancellation));
                Assert.Equal("BPF2104", error.Id);
                Assert.Contains("at least 14 bytes", error.Message, StringComparison.Ordinal);
                Assert.Contains($"has {length} ", error.Message, StringComparison.Ordinal);
            }

            program.TestRun(new() { Data = Packet(14) }, Cancellation);
        }
    }

    [Fact]
    public void A_packet_longer_than_a_page_is_for_XDP_only()
    {
        var result = Accept(ProgramType.Xdp, "r0 = 2\nexit").TestRun(new() { Data = Packet(9000) }, Cancellation);
        Assert.Equal(Packet(9000), result.Data);

        foreach (var (type, length) in ((ProgramType, int)[])[(ProgramType.SchedCls, 100_000), (ProgramType.Xdp, 1_000_000)])
        {
            var program = Accept(type, "r0 = 2\nexit");
            var error = Assert.Throws<BpfException>(() => program.TestRun(new() { Data = Packet(length) }, Cancellation));
            Assert.Equal("BPF2104", error.Id);
            Assert.Contains($"{length} bytes", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Types_that_the_kernel_does_not_test_run_say_so()
    {
        var program = Accept(ProgramType.Kprobe, "r0 = 0\nexit");
        var error = Assert.Throws<BpfException>(() => program.TestRun(new(), Cancellation));
        Assert.Equal("BPF3004", error.Id);
        Assert.Contains("kprobe", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Raw_tracepoints_take_their_arguments_as_context()
    {
        var program = Accept(ProgramType.RawTracepoint, "r0 = *(u64 *)(r1 +8)\nexit");
        byte[] arguments = [.. Bytes(11L), .. Bytes(22L)];
        Assert.Equal(22u, program.TestRun(new() { Context = arguments }, Cancellation).ReturnValue);
        Assert.Equal(22u, program.TestRun(new() { Context = arguments, Repeat = 3 }, Cancellation).ReturnValue);

        var error = Assert.Throws<BpfException>(() => program.TestRun(new() { Data = Packet(64) }, Cancellation));
        Assert.Equal("BPF2104", error.Id);
    }

    [Fact]
    public void Syscall_programs_change_their_context_in_place()
    {
        // BPF_F_SLEEPABLE
        var spec = Spec(ProgramType.Syscall, "r2 = *(u64 *)(r1 +0)\nr2 += 1\n*(u64 *)(r1 +8) = r2\nr0 = 5\nexit") with { Flags = 1 << 4 };
        var given = (byte[])[.. Bytes(41L), .. Bytes(0L)];
        var result = Load(spec, ProgramLoadOptions.Default).Program!.TestRun(new() { Context = given }, Cancellation);
        Assert.Equal(5u, result.ReturnValue);
        Assert.Equal(42L, BitConverter.ToInt64(result.Context, 8));
        Assert.Equal(0L, BitConverter.ToInt64(given, 8));
    }

    [Theory]
    [InlineData(ProgramType.CgroupSkb)]
    [InlineData(ProgramType.SchedAct)]
    [InlineData(ProgramType.LwtIn)]
    [InlineData(ProgramType.LwtOut)]
    [InlineData(ProgramType.LwtXmit)]
    public void Other_socket_buffer_types_run(ProgramType type)
    {
        var result = Accept(type, "r0 = 1\nexit").TestRun(new() { Data = Packet(64), Repeat = 3 }, Cancellation);
        Assert.Equal(1u, result.ReturnValue);
        Assert.Equal(64, result.Data.Length);
        Assert.Equal(192, result.Context.Length);
    }

    [Fact]
    public void Flow_dissectors_return_flow_keys_and_netfilter_programs_nothing()
    {
        byte[] packet = [.. Packet(12), 8, 0, 0x45, 0, 0, 50, 0, 0, 0, 0, 64, 17, .. new byte[40]];
        var dissector = Load(Spec(ProgramType.FlowDissector, "r0 = 0\nexit") with { ExpectedAttachType = AttachType.FlowDissector }, ProgramLoadOptions.Default);
        Assert.Equal(56, dissector.Program!.TestRun(new() { Data = packet, Repeat = 2 }, Cancellation).Data.Length);

        var filter = Load(Spec(ProgramType.Netfilter, "r0 = 1\nexit") with { ExpectedAttachType = AttachType.Netfilter }, ProgramLoadOptions.Default);
        var result = filter.Program!.TestRun(new() { Data = packet, Repeat = 2 }, Cancellation);
        Assert.Equal(1u, result.ReturnValue);
        Assert.Empty(result.Data);
    }

    [Fact]
    public void Socket_lookups_need_an_address_family()
    {
        var program = Load(Spec(ProgramType.SkLookup, "r0 = 1\nexit") with { ExpectedAttachType = AttachType.SkLookup }, ProgramLoadOptions.Default).Program!;
        var context = new byte[72];
        context[8] = 2;
        Assert.Equal(72, program.TestRun(new() { Context = context, Repeat = 2 }, Cancellation).Context.Length);
        context[8] = 0;
        var error = Assert.Throws<BpfException>(() => program.TestRun(new() { Context = context }, Cancellation));
        Assert.Equal("BPF2104", error.Id);
        Assert.Contains("address family", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Typed_tracepoints_run_only_where_they_are_attached()
    {
        var spec = Spec(ProgramType.Tracing, "r0 = 0\nexit") with { ExpectedAttachType = AttachType.TraceRawTp, AttachTarget = "sched_switch" };
        var program = Load(spec, ProgramLoadOptions.Default).Program!;
        Assert.Equal("BPF3004", Assert.Throws<BpfException>(() => program.TestRun(new(), Cancellation)).Id);
    }

    [Fact]
    public async Task Threads_run_a_program_while_it_is_disposed()
    {
        for (var round = 0; round < 20; round++)
        {
            var program = Accept(ProgramType.SocketFilter, "r0 = 9\nexit");
            var runs = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                try
                {
                    for (var i = 0; i < 100; i++) Assert.Equal(9u, program.TestRun(new() { Data = Packet(64) }, CancellationToken.None).ReturnValue);
                }
                catch (BpfException error) when (error.Id == "BPF2105")
                {
                    return;
                }
            }, Cancellation)).ToArray();
            program.Dispose();
            await Task.WhenAll(runs);
        }
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public void Signals_do_not_end_a_repetition()
    {
        using var handler = System.Runtime.InteropServices.PosixSignalRegistration.Create(
            System.Runtime.InteropServices.PosixSignal.SIGWINCH, context => context.Cancel = true);
        var program = Accept(ProgramType.SocketFilter, "r0 = 9\nexit");
        var thread = 0;
        TestRunResult? result = null;
        Exception? failure = null;
        var runner = new Thread(() =>
        {
            thread = (int)SignalSender.CurrentThread();
            try
            {
                result = program.TestRun(new() { Data = Packet(64), Repeat = 20_000_000 }, CancellationToken.None);
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        runner.Start();
        while (Volatile.Read(ref thread) == 0) Thread.Yield();
        var sent = 0;
        while (!runner.Join(2)) sent += SignalSender.Send(thread, SignalSender.WindowChanged) ? 1 : 0;
        Assert.Null(failure);
        Assert.Equal(9u, result!.ReturnValue);
        Assert.True(sent > 10, $"only {sent} signals were sent");
    }

    [Fact]
    public void A_removed_program_does_not_run()
    {
        var program = Accept(ProgramType.Xdp, "r0 = 0\nexit");
        program.Dispose();
        program.Dispose();
        Assert.Equal("BPF2105", Assert.Throws<BpfException>(() => program.TestRun(new() { Data = Packet(64) }, Cancellation)).Id);
    }

    [Fact]
    public void A_long_repetition_can_be_cancelled()
    {
        var program = Accept(ProgramType.SocketFilter, "r0 = 0\nexit");
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var started = System.Diagnostics.Stopwatch.StartNew();
        Assert.Throws<OperationCanceledException>(() =>
            program.TestRun(new() { Data = Packet(64), Repeat = int.MaxValue }, soon.Token));
        Assert.True(started.Elapsed < TimeSpan.FromSeconds(5), $"{started.Elapsed}");
    }
}
