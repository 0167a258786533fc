using PSBpf.Diagnostics;
using PSBpf.Isa;

namespace PSBpf.Runtime.Tests.Interpreter;

public sealed class ControlFlowTests
{
    [Fact]
    public void A_called_function_keeps_its_callers_saved_registers_and_stack()
    {
        using var machine = new TestMachine();
        Assert.Equal(6ul + 7 + 8 + 9 + 100, machine.Run("""
            r6 = 6
            r7 = 7
            r8 = 8
            r9 = 9
            *(u64 *)(r10 -8) = 100
            call callee
            r0 = r6
            r0 += r7
            r0 += r8
            r0 += r9
            r1 = *(u64 *)(r10 -8)
            r0 += r1
            exit
            callee:
            r6 = 0
            r7 = 0
            r8 = 0
            r9 = 0
            *(u64 *)(r10 -8) = 0
            r0 = 0
            exit
            """));
    }

    [Fact]
    public void A_called_function_gets_arguments_a_fresh_frame_and_may_reach_its_callers()
    {
        using var machine = new TestMachine();
        Assert.Equal(1042ul, machine.Run("""
            *(u64 *)(r10 -8) = 1000
            r1 = r10
            r1 += -8
            r2 = 42
            call add
            exit
            add:
            r0 = *(u64 *)(r1 +0)
            r0 += r2
            r3 = *(u64 *)(r10 -8)
            r0 += r3
            *(u64 *)(r10 -8) = 77
            exit
            """));
    }

    [Fact]
    public void A_frame_is_zero_even_after_an_earlier_call_used_its_memory()
    {
        using var machine = new TestMachine();
        Assert.Equal(0ul, machine.Run("""
            call dirty
            call read
            exit
            dirty:
            *(u64 *)(r10 -512) = -1
            *(u64 *)(r10 -8) = -1
            r0 = 0
            exit
            read:
            r0 = *(u64 *)(r10 -512)
            r1 = *(u64 *)(r10 -8)
            r0 |= r1
            exit
            """));
    }

    [Fact]
    public void Eight_frames_are_allowed_and_nine_are_not()
    {
        using var machine = new TestMachine();
        Assert.Equal(8ul, machine.Run(Chain(8)));
        var error = Assert.Throws<BpfException>(() => machine.Run(Chain(9)));
        Assert.Equal(DiagnosticRules.MemoryFault.Id, error.Id);

        // Each function returns one more than what it calls.
        static string Chain(int depth) => string.Join('\n', Enumerable.Range(1, depth).Select(level =>
            level == depth ? $"f{level}: r0 = 1\nexit" : $"f{level}: call f{level + 1}\nr0 += 1\nexit"));
    }

    [Fact]
    public void A_long_jump_goes_both_ways()
    {
        using var machine = new TestMachine();
        Assert.Equal(3ul, machine.Run("""
            r0 = 0
            gotol forward
            back:
            r0 += 1
            exit
            forward:
            r0 += 2
            gotol back
            """));
    }

    [Fact]
    public void May_goto_leaves_its_loop_after_the_kernels_number_of_rounds()
    {
        using var machine = new TestMachine();
        Assert.Equal(8ul * 1024 * 1024, machine.Run("""
            r0 = 0
            loop:
            may_goto out
            r0 += 1
            goto loop
            out: exit
            """));
    }

    [Fact]
    public void May_goto_counts_in_each_frame_anew()
    {
        using var machine = new TestMachine();
        Assert.Equal(2ul * 8 * 1024 * 1024, machine.Run("""
            call count
            r6 = r0
            call count
            r0 += r6
            exit
            count:
            r0 = 0
            loop:
            may_goto out
            r0 += 1
            goto loop
            out: exit
            """));
    }

    [Fact]
    public void An_endless_loop_is_stopped_by_the_budget()
    {
        using var machine = new TestMachine(new ManagedKernelOptions { PossibleCpus = 1, InstructionBudget = 10_000 });
        var error = Assert.Throws<BpfException>(() => machine.Run("loop: goto loop"));
        Assert.Equal(DiagnosticRules.RunBudget.Id, error.Id);
        Assert.Equal(0, error.Diagnostic.Location.Instruction);
    }

    [Theory]
    [InlineData(999, true)]
    [InlineData(1000, true)]
    [InlineData(1100, false)]
    public void A_loop_within_the_budget_is_not_stopped(int instructions, bool runs)
    {
        using var machine = new TestMachine(new ManagedKernelOptions { PossibleCpus = 1, InstructionBudget = 1000 });
        string text = $"r1 = {instructions / 2}\nloop: r1 -= 1\nif r1 != 0 goto loop\nr0 = 5\nexit";
        if (runs) Assert.Equal(5ul, machine.Run(text));
        else Assert.Throws<BpfException>(() => machine.Run(text));
    }

    [Fact]
    public void Mutual_recursion_is_stopped_by_its_depth()
    {
        using var machine = new TestMachine();
        var error = Assert.Throws<BpfException>(() => machine.Run("a: call b\nexit\nb: call a\nexit"));
        Assert.Equal(DiagnosticRules.MemoryFault.Id, error.Id);
    }

    [Fact]
    public void A_cancelled_run_stops_in_its_loop()
    {
        using var machine = new TestMachine();
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        var program = machine.Load("loop: goto loop");
        Assert.Throws<OperationCanceledException>(() => Runs.TestRunner.Run(machine.Engine, program, new Kernel.TestRunRequest(), [], source.Token));
    }

    [Theory]
    [InlineData("r0 = 0")]
    [InlineData("r0 = 0\nif r0 == 0 goto +1\nexit\nr1 = 1")]
    public void Running_past_the_end_is_a_fault(string text)
    {
        using var machine = new TestMachine();
        Assert.Equal(DiagnosticRules.MemoryFault.Id, Assert.Throws<BpfException>(() => machine.Run(text)).Id);
    }

    [Theory]
    [InlineData("goto +5\nexit")]
    [InlineData("goto -3\nexit")]
    [InlineData("call +7\nexit")]
    [InlineData("goto +1\nr0 = 0 ll\nexit")]
    [InlineData("r1 = func +9\nexit")]
    public void A_jump_to_nowhere_is_refused_before_it_runs(string text)
    {
        using var machine = new TestMachine();
        Assert.Equal(DiagnosticRules.ProgramMalformed.Id, Assert.Throws<BpfException>(() => machine.Load(text)).Id);
    }

    [Fact]
    public void An_empty_program_and_an_unknown_opcode_are_refused()
    {
        using var machine = new TestMachine();
        Assert.Equal(DiagnosticRules.ProgramMalformed.Id, Assert.Throws<BpfException>(() => machine.Load((Instruction[])[])).Id);
        Assert.Equal(DiagnosticRules.ProgramMalformed.Id, Assert.Throws<BpfException>(() => machine.Load([new Instruction(0xff, 0, 0, 0, 0)])).Id);
    }

    [Theory]
    [InlineData("callx r1\nexit", "callx")]
    [InlineData("call kfunc 5\nexit", "kernel functions")]
    [InlineData("r1 = addr_space_cast(r2, 0, 1)\nexit", "addr_space_cast")]
    [InlineData("call bpf_d_path\nexit", "bpf_d_path")]
    [InlineData("call 9999\nexit", "helper 9999")]
    [InlineData("r1 = map_fd 3\nexit", "file descriptor")]
    [InlineData("r1 = btf_id 3\nexit", "ksyms")]
    public void What_is_not_implemented_is_named_before_it_runs(string text, string named)
    {
        using var machine = new TestMachine();
        var error = Assert.Throws<BpfException>(() => machine.Load(text));
        Assert.Equal(DiagnosticRules.NotRunnable.Id, error.Id);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }
}
