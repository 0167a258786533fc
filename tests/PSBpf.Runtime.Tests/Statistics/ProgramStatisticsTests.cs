using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Hooks;
using PSBpf.Runtime.Jit;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Statistics;

public sealed class ProgramStatisticsTests : IDisposable
{
    // The verdict is the packet's first byte.
    private const string FirstByte = """
        r2 = *(u32 *)(r1 +0)
        r3 = *(u32 *)(r1 +4)
        r4 = r2
        r4 += 1
        r0 = 0
        if r4 > r3 goto out
        r0 = *(u8 *)(r2 +0)
        out: exit
        """;

    private static readonly HookName Eth0 = HookName.Parse("xdp:eth0");

    private readonly ManagedKernel _kernel = new(new ManagedKernelOptions { PossibleCpus = 4, Jit = new JitOptions { Timing = JitTiming.Eager } });

    public static TheoryData<bool, bool> Ways => new() { { false, false }, { true, false }, { false, true }, { true, true } };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _kernel.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_run_counts_by_its_verdict_whether_somebody_watches_or_not(bool interpret, bool watch)
    {
        using var program = Load(FirstByte);
        using var watcher = watch ? _kernel.EnableStatistics() : null;
        Run(program, 2, repeat: 1000, interpret);
        Run(program, 1, repeat: 77, interpret);
        Run(program, 200, repeat: 3, interpret);
        var status = Status(program);
        Assert.Equal(1080, status.RunCount);
        Assert.Equal(new Dictionary<string, long> { ["XDP_DROP"] = 77, ["XDP_PASS"] = 1000, ["other"] = 3 }, status.Verdicts);
        Assert.Equal(0, status.Errors);
        Assert.Equal(watch, status.TimedRuns > 0);
    }

    [Fact]
    public void Packets_at_a_hook_count_however_they_get_there()
    {
        using var program = Load(FirstByte);
        using var link = _kernel.Attach(program, Eth0);
        var hook = _kernel.GetHook(Eth0);
        hook.Fire([1], Cancellation);
        hook.Inject([2], Cancellation);
        hook.OpenInjector().Inject(Enumerable.Repeat<ReadOnlyMemory<byte>>(new byte[] { 3 }, 500).ToArray(), Cancellation);
        program.Run(Enumerable.Repeat<ReadOnlyMemory<byte>>(new byte[14], 9).ToArray(), new int[9], Cancellation);
        Assert.Equal(
            new Dictionary<string, long> { ["XDP_ABORTED"] = 9, ["XDP_DROP"] = 1, ["XDP_PASS"] = 1, ["XDP_TX"] = 500 }, Status(program).Verdicts);
    }

    [Fact]
    public void While_somebody_watches_measured_runs_stand_for_all()
    {
        using var program = Load(FirstByte);
        Run(program, 2, repeat: 5000);
        Assert.Equal((0, 0), (Status(program).TimedRuns, Status(program).RunNanoseconds));
        using (_kernel.EnableStatistics())
        {
            Run(program, 2, repeat: 5000);
            var status = Status(program);
            // One gap is still open, and runs that were interrupted stand for themselves alone.
            Assert.InRange(status.TimedRuns, 2500, 5000);
            Assert.Equal(status.TimedRuns, status.Times!.Runs);
        }

        long before = Status(program).TimedRuns;
        Run(program, 2, repeat: 5000);
        Assert.Equal(before, Status(program).TimedRuns);
        Assert.Equal(15_000, Status(program).RunCount);
    }

    [Fact]
    public void After_a_look_the_next_runs_are_all_measured()
    {
        using var program = Load(FirstByte);
        using var watcher = _kernel.EnableStatistics();
        Run(program, 2, repeat: 10_000);
        Status(program);
        // The open gap ends with the first of them.
        Run(program, 2);
        long before = Status(program).TimedRuns;
        for (int run = 0; run < 10; run++) Run(program, 2);
        Assert.Equal(before + 10, Status(program).TimedRuns);
    }

    [Fact]
    public void Statistics_stay_on_until_the_last_who_wanted_them_is_gone()
    {
        using var program = Load(FirstByte);
        var one = _kernel.EnableStatistics();
        var other = _kernel.EnableStatistics();
        one.Dispose();
        one.Dispose();
        Run(program, 2);
        Assert.Equal(1, Status(program).TimedRuns);
        other.Dispose();
        Run(program, 2);
        Assert.Equal(1, Status(program).TimedRuns);
        Assert.Equal(2, Status(program).RunCount);
    }

    [Fact]
    public void A_program_that_is_loaded_while_somebody_watches_is_measured_too()
    {
        using var watcher = _kernel.EnableStatistics();
        using var program = Load(FirstByte);
        Run(program, 2);
        Assert.Equal(1, Status(program).TimedRuns);
    }

    [Fact]
    public async Task Who_begins_to_watch_sees_a_test_run_that_is_under_way()
    {
        using var program = Load(FirstByte);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var running = Task.Run(() => program.TestRun(new TestRunRequest { Data = new byte[14], Repeat = int.MaxValue }, stop.Token), Cancellation);
        await Until(() => Status(program).RunCount > 0);
        using (_kernel.EnableStatistics()) await Until(() => Status(program).TimedRuns > 0);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(0, Status(program).Errors);
    }

    [Fact]
    public void A_run_that_uses_up_its_budget_is_an_error()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { InstructionBudget = 100, Jit = new JitOptions { Mode = JitMode.Off } });
        using var program = Load("r0 = 0\nr1 = 10000\nagain:\nr0 += 1\nif r0 < r1 goto again\nexit", kernel: kernel);
        Assert.Equal(DiagnosticRules.RunBudget.Id, Assert.Throws<BpfException>(() => Run(program, 0)).Id);
        var status = Assert.Single(kernel.GetPrograms());
        Assert.Equal((1, 1), (status.Errors, status.RunCount));
        Assert.Empty(status.Verdicts);
    }

    [Theory]
    [InlineData("r1 = map[m0]\nr2 = r10\nr2 += -8\n*(u64 *)(r10 -8) = 1\nr3 = 8\nr4 = 0\ncall bpf_ringbuf_output\nr0 = 2\nexit", false)]
    [InlineData("r1 = map[m0]\nr2 = r10\nr2 += -8\n*(u64 *)(r10 -8) = 1\nr3 = 8\nr4 = 0\ncall bpf_ringbuf_output\nr0 = 2\nexit", true)]
    [InlineData("r1 = map[m0]\nr2 = 8\nr3 = 0\ncall bpf_ringbuf_reserve\nif r0 == 0 goto out\nr1 = r0\nr2 = 0\ncall bpf_ringbuf_submit\nout: r0 = 2\nexit", false)]
    [InlineData("r1 = map[m0]\nr2 = 8\nr3 = 0\ncall bpf_ringbuf_reserve\nif r0 == 0 goto out\nr1 = r0\nr2 = 0\ncall bpf_ringbuf_submit\nout: r0 = 2\nexit", true)]
    public void Events_without_room_are_the_program_s(string text, bool interpret)
    {
        using var ring = _kernel.CreateMap(new MapSpec { Name = "m0", Type = MapType.RingBuf, MaxEntries = 4096 });
        using var program = Load(text, maps: [ring]);
        // 16 bytes each with its header; one place stays free.
        Run(program, 0, repeat: 300, interpret);
        Assert.Equal(300 - 255, Status(program).Dropped);
    }

    [Fact]
    public void A_kernel_says_what_it_holds()
    {
        using var ring = _kernel.CreateMap(new MapSpec { Name = "m0", Type = MapType.RingBuf, MaxEntries = 4096 });
        using var program = Load("r1 = map[m0]\nr2 = 0\ncall bpf_ringbuf_query\nr0 = 2\nexit", maps: [ring]);
        using var link = _kernel.Attach(program, Eth0);
        var status = Status(program);
        Assert.Equal(("p", ProgramType.Xdp, 16), (status.Name, status.Type, status.Tag.Length));
        Assert.Equal([ring.Id], status.MapIds);
        Assert.Equal(program.Spec.Instructions.Length * 8, status.TranslatedBytes);
        Assert.True(status.VerifiedInstructions > 0);
        Assert.True(status.MemoryBytes > 0);
        Assert.InRange(DateTimeOffset.Now - status.LoadedAt!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        var map = Assert.Single(_kernel.GetMaps());
        Assert.Equal((ring.Id, "m0", MapType.RingBuf, 4096u), (map.Id, map.Name, map.Type, map.MaxEntries));
        var held = Assert.Single(_kernel.GetLinks());
        Assert.Equal((link.Id, "xdp", program.Id, "xdp:eth0"), (held.Id, held.Type, held.ProgramId, held.Target));
    }

    [Fact]
    public void A_map_that_is_opened_by_id_can_be_read_and_nothing_else()
    {
        using var map = _kernel.CreateMap(new MapSpec { Name = "h", Type = MapType.Hash, KeySize = 4, ValueSize = 4, MaxEntries = 8 });
        Assert.Equal(Errno.None, map.Update([1, 0, 0, 0], [7, 0, 0, 0], MapUpdateFlags.Any));
        using (var open = _kernel.OpenMap(map.Id))
        {
            var value = new byte[4];
            Assert.Equal(Errno.None, open.Lookup([1, 0, 0, 0], value));
            Assert.Equal([7, 0, 0, 0], value);
            Assert.Equal(Errno.EPERM, open.Update([1, 0, 0, 0], value, MapUpdateFlags.Any));
            Assert.Equal(Errno.EPERM, open.Delete([1, 0, 0, 0]));
        }

        Assert.Equal(Errno.None, map.Delete([1, 0, 0, 0]));
        Assert.Equal(DiagnosticRules.NameNotFound.Id, Assert.Throws<BpfException>(() => _kernel.OpenMap(4711)).Id);
    }

    private static async Task Until(Func<bool> condition)
    {
        while (!condition()) await Task.Delay(1, Cancellation);
    }

    private ProgramStatus Status(ManagedProgram program) => _kernel.GetPrograms().Single(status => status.Id == program.Id);

    private static void Run(ManagedProgram program, byte first, int repeat = 1, bool interpret = false)
    {
        var packet = new byte[14];
        packet[0] = first;
        program.TestRun(new TestRunRequest { Data = packet, Repeat = repeat, Interpret = interpret }, Cancellation);
    }

    private ManagedProgram Load(string text, ManagedKernel? kernel = null, params IKernelMap[] maps) =>
        (ManagedProgram)(kernel ?? _kernel).LoadProgram(
            new ProgramSpec
            {
                Name = "p",
                Type = ProgramType.Xdp,
                Instructions = Assembler.Assemble(text, maps.Select(map => map.Spec.Name)).Instructions,
                Maps = [.. maps.Select(map => map.Spec)],
            },
            maps, ProgramLoadOptions.Default, Cancellation).Program!;
}
