using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Runtime.Jit;
using PSBpf.Uapi;

namespace PSBpf.Hosting.Tests;

public sealed class OptionTests : IDisposable
{
    private readonly BpfSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void A_fresh_session_has_the_defaults_and_no_maps() => Assert.Equal(BpfOptions.Default, _session.Options);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Clock_and_seed_hold_whether_the_kernel_has_started_or_not(bool started)
    {
        if (started) Program("r0 = 0\nexit").Run(new byte[14]);
        _session.SetOptions(_session.Options with { Clock = 1000, ClockStep = 7, Seed = 42 });
        var clock = Program("call bpf_ktime_get_ns\nexit");
        Assert.Equal([1000, 1007], Enumerable.Range(0, 2).Select(_ => clock.Run(new byte[14]).ReturnValue));
        var dice = Program("call bpf_get_prandom_u32\nexit");
        int[] first = [.. Enumerable.Range(0, 3).Select(_ => dice.Run(new byte[14]).ReturnValue)];

        // Another option leaves the world alone, the same seed set anew starts it again.
        _session.SetOptions(_session.Options with { JitChecked = true });
        Assert.DoesNotContain(dice.Run(new byte[14]).ReturnValue, first);
        _session.SetOptions(_session.Options with { Seed = null });
        _session.SetOptions(_session.Options with { Seed = 42 });
        Assert.Equal(first, Enumerable.Range(0, 3).Select(_ => dice.Run(new byte[14]).ReturnValue));
    }

    [Fact]
    public void A_lower_instruction_budget_stops_programs_that_were_loaded_before()
    {
        var program = Program("r0 = 5000\nagain: r0 -= 1\nif r0 != 0 goto again\nexit");
        Assert.Equal(0, program.Run(new byte[14], new RunOptions { Interpret = true }).ReturnValue);
        _session.SetOptions(_session.Options with { InstructionBudget = 100 });
        Assert.Equal("BPF2102", Assert.Throws<BpfException>(() => program.Run(new byte[14], new RunOptions { Interpret = true })).Id);
    }

    [Fact]
    public void A_lower_limit_of_memory_refuses_new_maps_and_keeps_the_old_ones()
    {
        var program = _session.Import(Samples.Path("packet_counter.bpf.o"));
        Assert.True(_session.Options.MapMemoryBytes > 0);
        _session.SetOptions(_session.Options with { MapMemoryLimit = 1 });
        Assert.Equal("BPF2004", Assert.Throws<BpfException>(() => _session.Import(Samples.Path("port_firewall.bpf.o"))).Id);
        Assert.NotEmpty(program.Run(new byte[60]).Verdict);
    }

    [Fact]
    public void With_the_compiler_off_nothing_is_compiled_and_with_eager_timing_all_is()
    {
        _session.SetOptions(_session.Options with { Jit = JitMode.Off });
        var off = Program("r0 = 1\nexit");
        off.Run(new byte[14], new RunOptions { Repeat = 50 });
        Assert.Equal(ProgramState.Verified, off.State);
        _session.SetOptions(_session.Options with { Jit = JitMode.On, JitTiming = JitTiming.Eager });
        var eager = Program("r0 = 1\nexit");
        Assert.Equal(ProgramState.Compiled, eager.State);
        _session.SetOptions(_session.Options with { Jit = JitMode.Off });
        Assert.Equal(ProgramState.Verified, eager.State);
        Assert.Equal(1, eager.Run(new byte[14]).ReturnValue);
    }

    public static TheoryData<BpfOptions> Impossible =>
    [
        new BpfOptions { InstructionBudget = 0 },
        new BpfOptions { MapMemoryLimit = -1 },
        new BpfOptions { Clock = -1 },
        new BpfOptions { ClockStep = -1 },
        new BpfOptions { Cpu = -1 },
        new BpfOptions { Cpu = 100_000 },
    ];

    [Theory]
    [MemberData(nameof(Impossible))]
    public void A_value_out_of_range_is_refused_and_changes_nothing(BpfOptions options)
    {
        Program("r0 = 0\nexit");
        Assert.Equal("BPF4008", Assert.Throws<BpfException>(() => _session.SetOptions(options)).Id);
        Assert.Equal(BpfOptions.Default, _session.Options);
    }

    [Fact]
    public void A_closed_session_has_no_options()
    {
        _session.Dispose();
        Assert.Equal("BPF4005", Assert.Throws<BpfException>(() => _session.Options).Id);
        Assert.Equal("BPF4005", Assert.Throws<BpfException>(() => _session.SetOptions(BpfOptions.Default)).Id);
    }

    private BpfProgram Program(string text) => _session.Create(text, new NewProgramOptions { Type = ProgramType.Xdp, Kernel = BpfKernelKind.Managed });
}
