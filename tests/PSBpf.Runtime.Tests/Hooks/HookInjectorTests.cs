using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Hooks;
using PSBpf.Runtime.Jit;
using PSBpf.Runtime.Tests.Maps;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Hooks;

public sealed class HookInjectorTests : IDisposable
{
    private static readonly HookName Eth0 = HookName.Parse("xdp:eth0");

    // The verdict is the packet's first byte.
    private const string FirstByte = """
        r2 = *(u32 *)(r1 +0)
        r3 = *(u32 *)(r1 +4)
        r4 = r2
        r4 += 1
        r0 = 0
        if r4 > r3 goto out
        r0 = *(u8 *)(r2 +0)
        *(u8 *)(r2 +0) = 99
        out: exit
        """;

    private readonly ManagedKernel _kernel = new(new ManagedKernelOptions { PossibleCpus = 4 });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _kernel.Dispose();

    [Fact]
    public void A_single_packet_gives_the_verdict_that_firing_gives()
    {
        using var program = Load(FirstByte);
        using var link = _kernel.Attach(program, Eth0);
        var hook = _kernel.GetHook(Eth0);
        byte[] packet = [3, 1, 2];
        Assert.Equal(hook.Fire(packet, Cancellation)[0].ReturnValue, hook.Inject(packet, Cancellation));
        Assert.Equal([3, 1, 2], packet);
        Assert.Equal(2, hook.Events);
        Assert.Equal("XDP_TX", hook.VerdictOf(3));
    }

    [Fact]
    public void A_single_packet_without_a_program_is_an_error_and_no_event()
    {
        var hook = _kernel.GetHook(Eth0);
        Assert.Equal("BPF2204", Assert.Throws<BpfException>(() => hook.Inject([1], Cancellation)).Id);
        Assert.Equal(0, hook.Events);
    }

    [Theory]
    [InlineData(JitMode.Off)]
    [InlineData(JitMode.On)]
    public void Every_packet_of_a_batch_is_counted_by_its_verdict(JitMode mode)
    {
        _kernel.Jit = _kernel.Jit with { Mode = mode };
        using var program = Load(FirstByte);
        if (mode == JitMode.On) Assert.True(program.Compile());
        using var link = _kernel.Attach(program, Eth0);
        var injector = _kernel.GetHook(Eth0).OpenInjector();
        ReadOnlyMemory<byte>[] packets = [.. Enumerable.Range(0, 300).Select(number => new ReadOnlyMemory<byte>([(byte)(number % 3), 0])), ReadOnlyMemory<byte>.Empty, new([200])];
        injector.Inject(packets, Cancellation);
        Assert.Equal(new Dictionary<string, long> { ["XDP_ABORTED"] = 101, ["XDP_DROP"] = 100, ["XDP_PASS"] = 100, ["200"] = 1 }, injector.Verdicts());
        Assert.Equal((302, 0, 601), (injector.Seen, injector.Unseen, injector.Bytes));
        Assert.Equal(302, _kernel.GetHook(Eth0).Events);
    }

    [Fact]
    public void Packets_that_find_nothing_attached_pass_unseen()
    {
        using var program = Load("r0 = 1\nexit");
        var hook = _kernel.GetHook(Eth0);
        var injector = hook.OpenInjector();
        ReadOnlyMemory<byte>[] packets = [new byte[10], new byte[20]];
        injector.Inject(packets, Cancellation);
        using (_kernel.Attach(program, Eth0)) injector.Inject(packets, Cancellation);
        injector.Inject(packets, Cancellation);
        Assert.Equal((2, 4, 90), (injector.Seen, injector.Unseen, injector.Bytes));
        Assert.Equal(2, hook.Events);
    }

    [Fact]
    public void Nothing_is_allocated_for_a_packet()
    {
        _kernel.Jit = _kernel.Jit with { Mode = JitMode.Off };
        using var program = Load(FirstByte);
        using var link = _kernel.Attach(program, Eth0);
        var hook = _kernel.GetHook(Eth0);
        var injector = hook.OpenInjector();
        ReadOnlyMemory<byte>[] packets = [.. Enumerable.Range(0, 64).Select(_ => new ReadOnlyMemory<byte>([2, 0]))];
        byte[] one = [1];
        Rounds(10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Rounds(100);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Rounds(int count)
        {
            for (int round = 0; round < count; round++)
            {
                injector.Inject(packets, CancellationToken.None);
                hook.Inject(one, CancellationToken.None);
            }
        }
    }

    [Fact]
    public void What_was_sent_before_a_program_fails_is_counted()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { InstructionBudget = 100, Jit = new JitOptions { Mode = JitMode.Off } });
        // A packet of one byte runs round after round.
        using var program = Load("""
            r2 = *(u32 *)(r1 +0)
            r3 = *(u32 *)(r1 +4)
            r3 -= r2
            r0 = 2
            if r3 != 1 goto out
            r4 = 0
            again: r4 += 1
            if r4 < 1000 goto again
            out: exit
            """, kernel);
        using var link = kernel.Attach(program, Eth0);
        var injector = kernel.GetHook(Eth0).OpenInjector();
        ReadOnlyMemory<byte>[] packets = [new byte[2], new byte[3], new byte[1], new byte[2]];
        Assert.Equal("BPF2102", Assert.Throws<BpfException>(() => injector.Inject(packets, Cancellation)).Id);
        Assert.Equal((2, 0, 5), (injector.Seen, injector.Unseen, injector.Bytes));
        Assert.Equal(2, kernel.GetHook(Eth0).Events);
    }

    [Fact]
    public void A_cancelled_batch_counts_what_went_through()
    {
        using var program = Load("r0 = 2\nexit");
        using var link = _kernel.Attach(program, Eth0);
        var injector = _kernel.GetHook(Eth0).OpenInjector();
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => injector.Inject(new ReadOnlyMemory<byte>[] { new byte[1] }, cancelled.Token));
        Assert.Equal(0, injector.Seen);
        Assert.Equal(0, _kernel.GetHook(Eth0).Events);
    }

    [Fact]
    public void Packets_arrive_on_the_processor_that_is_asked_for()
    {
        using var program = Load("call bpf_get_smp_processor_id\nexit");
        using var link = _kernel.Attach(program, Eth0);
        var hook = _kernel.GetHook(Eth0);
        ReadOnlyMemory<byte>[] packets = [new byte[1], new byte[1]];
        var third = hook.OpenInjector(cpu: 3);
        third.Inject(packets, Cancellation);
        Assert.Equal(new Dictionary<string, long> { ["XDP_TX"] = 2 }, third.Verdicts());

        // Without a wish each injector goes to another one, while they are free.
        var names = Enumerable.Range(0, 4).Select(_ =>
        {
            var injector = hook.OpenInjector();
            injector.Inject(packets, Cancellation);
            return Assert.Single(injector.Verdicts()).Key;
        });
        Assert.Equal(["XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX"], names.Order(StringComparer.Ordinal));

        // What the whole kernel is set to goes first.
        _kernel.Environment = new ExecutionEnvironment { Cpu = 1 };
        var pinned = hook.OpenInjector(cpu: 3);
        pinned.Inject(packets, Cancellation);
        Assert.Equal("XDP_DROP", Assert.Single(pinned.Verdicts()).Key);
    }

    [Fact]
    public void Sent_is_events_and_verdicts_and_unseen_while_links_come_and_go()
    {
        var hook = _kernel.GetHook(Eth0);
        var injectors = Enumerable.Range(0, 3).Select(_ => hook.OpenInjector()).ToArray();
        long[] sent = new long[injectors.Length];
        MapStressTests.Storm((thread, random, step) =>
        {
            if (thread == 0)
            {
                var program = Load("r0 = 2\nexit");
                var link = _kernel.Attach(program, Eth0, new LinkOptions { Replace = true });
                program.Dispose();
                if (step % 3 == 0) link.Dispose();
                return;
            }

            var packets = new ReadOnlyMemory<byte>[random.Next(1, 40)];
            Array.Fill(packets, new byte[] { 1, 2 });
            injectors[thread - 1].Inject(packets, CancellationToken.None);
            sent[thread - 1] += packets.Length;
        }, threads: 4);
        Assert.Equal(sent, injectors.Select(injector => injector.Seen + injector.Unseen));
        Assert.Equal(sent.Sum() * 2, injectors.Sum(injector => injector.Bytes));
        Assert.Equal(hook.Events, injectors.Sum(injector => injector.Verdicts().Values.Sum()));
        Assert.All(injectors, injector => Assert.Equal(injector.Seen, injector.Verdicts().GetValueOrDefault("XDP_PASS")));
    }

    private ManagedProgram Load(string text, ManagedKernel? kernel = null)
    {
        var result = (kernel ?? _kernel).LoadProgram(
            new ProgramSpec { Name = "p", Type = ProgramType.Xdp, Instructions = Assembler.Assemble(text).Instructions }, [], ProgramLoadOptions.Default, Cancellation);
        Assert.True(result.Program is not null, result.Verification.Message);
        return (ManagedProgram)result.Program;
    }
}
