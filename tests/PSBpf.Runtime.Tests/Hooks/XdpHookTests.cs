using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Hooks;
using PSBpf.Runtime.Tests.Maps;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Hooks;

public sealed class XdpHookTests : IDisposable
{
    private static readonly HookName Eth0 = HookName.Parse("xdp:eth0");

    private readonly ManagedKernel _kernel = new(new ManagedKernelOptions { PossibleCpus = 4 });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _kernel.Dispose();

    [Fact]
    public void A_hook_runs_its_program_on_a_packet()
    {
        using var program = Load("pass", """
            r2 = *(u32 *)(r1 +0)
            r3 = *(u32 *)(r1 +4)
            r4 = r2
            r4 += 2
            if r4 > r3 goto out
            *(u8 *)(r2 +1) = 0x77
            out: r0 = 2
            exit
            """);
        using var link = _kernel.Attach(program, Eth0);
        var result = Assert.Single(_kernel.GetHook(Eth0).Fire([1, 2, 3], Cancellation));
        Assert.Equal("XDP_PASS", result.Verdict);
        Assert.Equal(2, result.ReturnValue);
        Assert.Equal([1, 0x77, 3], result.Data);
        Assert.Same(program, result.Program);
        Assert.Same(link, result.Link);
        Assert.True(result.DurationNanoseconds > 0);
    }

    [Fact]
    public void A_packet_of_no_bytes_runs_too_and_odd_verdicts_show_as_numbers()
    {
        using var program = Load("odd", "r0 = -7\nexit");
        using var link = _kernel.Attach(program, Eth0);
        var result = Assert.Single(_kernel.GetHook(Eth0).Fire([], Cancellation));
        Assert.Equal("-7", result.Verdict);
        Assert.Empty(result.Data);
    }

    [Fact]
    public void Interfaces_have_numbers_that_programs_see()
    {
        using var program = Load("index", "r0 = *(u32 *)(r1 +12)\nexit");
        using var first = _kernel.Attach(program, Eth0);
        using var second = _kernel.Attach(program, HookName.Parse("xdp:eth1"));
        using var loopback = _kernel.Attach(program, HookName.Parse("xdp:lo"));
        int Index(string name) => _kernel.GetHook(HookName.Parse(name)).Fire([0], Cancellation)[0].ReturnValue;
        Assert.Equal(1, Index("xdp:lo"));
        Assert.Equal(3, new HashSet<int> { 1, Index("xdp:eth0"), Index("xdp:eth1") }.Count);
        Assert.Equal(["xdp:eth0", "xdp:eth1", "xdp:lo"], _kernel.Hooks.Select(hook => hook.Name.ToString()));
    }

    [Fact]
    public void One_program_at_a_time_unless_it_replaces_the_other()
    {
        using var one = Load("one", "r0 = 1\nexit");
        using var two = Load("two", "r0 = 2\nexit");
        var first = _kernel.Attach(one, Eth0);
        var busy = Assert.Throws<BpfException>(() => _kernel.Attach(two, Eth0));
        Assert.Equal(DiagnosticRules.HookBusy.Id, busy.Id);
        Assert.Contains("one", busy.Message, StringComparison.Ordinal);
        using var second = _kernel.Attach(two, Eth0, new LinkOptions { Replace = true, Priority = 5, Flags = 2 });
        Assert.Equal(LinkState.Detached, first.State);
        Assert.Equal(LinkState.Attached, second.State);
        Assert.Equal((5, 2u), (second.Priority, second.Flags));
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal("XDP_PASS", _kernel.GetHook(Eth0).Fire([0], Cancellation)[0].Verdict);
        first.Dispose();
        Assert.Same(second, Assert.Single(_kernel.GetHook(Eth0).Links));
        second.Replace(one);
        Assert.Equal("XDP_DROP", _kernel.GetHook(Eth0).Fire([0], Cancellation)[0].Verdict);
        Assert.Equal(DiagnosticRules.LinkDetached.Id, Assert.Throws<BpfException>(() => first.Replace(two)).Id);
    }

    [Fact]
    public void An_empty_hook_says_so_and_counts_nothing()
    {
        var hook = _kernel.GetHook(Eth0);
        Assert.Equal(DiagnosticRules.HookEmpty.Id, Assert.Throws<BpfException>(() => hook.Fire([0], Cancellation)).Id);
        Assert.Equal(0, hook.Events);
        Assert.Equal(0, hook.MeanNanoseconds);
        using var program = Load("p", "r0 = 2\nexit");
        using (_kernel.Attach(program, Eth0))
            for (int count = 0; count < 5; count++) hook.Fire([0], Cancellation);
        Assert.Equal(5, hook.Events);
        Assert.True(hook.TotalNanoseconds > 0);
        Assert.Equal((double)hook.TotalNanoseconds / 5, hook.MeanNanoseconds);
        Assert.Throws<BpfException>(() => hook.Fire([0], Cancellation));
    }

    [Fact]
    public void A_program_of_another_type_is_refused()
    {
        using var program = Load("filter", "r0 = 0\nexit", ProgramType.SocketFilter);
        var error = Assert.Throws<BpfException>(() => _kernel.Attach(program, Eth0));
        Assert.Equal(DiagnosticRules.HookType.Id, error.Id);
        Assert.Contains("socket_filter", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_keeps_a_removed_program_running_and_a_removed_program_cannot_be_attached()
    {
        var program = Load("p", "r0 = 1\nexit");
        var link = _kernel.Attach(program, Eth0);
        program.Dispose();
        Assert.Equal("XDP_DROP", _kernel.GetHook(Eth0).Fire([0], Cancellation)[0].Verdict);
        Assert.Equal(DiagnosticRules.ProgramRemoved.Id, Assert.Throws<BpfException>(() => program.TestRun(new TestRunRequest { Data = new byte[14] }, Cancellation)).Id);
        link.Dispose();
        Assert.Equal(DiagnosticRules.ProgramRemoved.Id, Assert.Throws<BpfException>(() => _kernel.Attach(program, Eth0)).Id);
    }

    [Fact]
    public void A_program_that_prints_hands_out_its_lines()
    {
        var lines = new List<string>();
        using var kernel = new ManagedKernel(new ManagedKernelOptions { OutputSink = (name, line) => lines.Add($"{name}: {line}") });
        using var program = Load("printer", """
            r1 = 0x0a6425206968 ll
            *(u64 *)(r10 -8) = r1
            r1 = r10
            r1 += -8
            r2 = 8
            r3 = 42
            call bpf_trace_printk
            exit
            """, kernel: kernel);
        using var link = kernel.Attach(program, Eth0);
        Assert.Equal(["hi 42"], kernel.GetHook(Eth0).Fire([0], Cancellation)[0].Output);
        Assert.Equal(["printer: hi 42"], lines);
    }

    [Fact]
    public void Links_and_programs_may_go_while_the_hook_fires()
    {
        var spec = new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1 };
        MapStressTests.Storm((thread, random, step) =>
        {
            if (thread == 0)
            {
                using var map = _kernel.CreateMap(spec);
                var program = Load("counting", "r1 = map[m][0] +0\nr2 = 1\nlock *(u64 *)(r1 +0) += r2\nr0 = 2\nexit", map: map);
                var link = _kernel.Attach(program, Eth0, new LinkOptions { Replace = true });
                program.Dispose();
                if (step % 3 == 0) link.Dispose();
                if (step % 50 == 0) GC.Collect();
                return;
            }

            try
            {
                if (_kernel.GetHook(Eth0).Fire([1, 2, 3], CancellationToken.None)[0].Verdict != "XDP_PASS") throw new InvalidOperationException("wrong verdict");
            }
            catch (BpfException exception) when (exception.Id == DiagnosticRules.HookEmpty.Id)
            {
                // Between two links.
            }
        }, threads: 4);
        foreach (var link in _kernel.GetHook(Eth0).Links) link.Dispose();
        Assert.True(SpinWait.SpinUntil(() => _kernel.MapMemoryBytes == 0, TimeSpan.FromSeconds(10)), $"{_kernel.MapMemoryBytes} bytes leaked");
    }

    [Fact]
    public void A_closed_kernel_detaches_and_refuses()
    {
        var kernel = new ManagedKernel();
        using var program = Load("p", "r0 = 2\nexit", kernel: kernel);
        var link = kernel.Attach(program, Eth0);
        kernel.Dispose();
        Assert.Equal(LinkState.Detached, link.State);
        Assert.Throws<ObjectDisposedException>(() => kernel.GetHook(Eth0));
        kernel.Dispose();
    }

    private ManagedProgram Load(string name, string text, ProgramType type = ProgramType.Xdp, ManagedKernel? kernel = null, IKernelMap? map = null)
    {
        var result = (kernel ?? _kernel).LoadProgram(
            new ProgramSpec { Name = name, Type = type, Maps = map is null ? [] : [map.Spec], Instructions = Assembler.Assemble(text, map is null ? [] : ["m"]).Instructions },
            map is null ? [] : [map], ProgramLoadOptions.Default, Cancellation);
        Assert.True(result.Program is not null, $"{result.Verification.Message} {string.Join(", ", result.Verification.Unsupported)}");
        return (ManagedProgram)result.Program;
    }
}
