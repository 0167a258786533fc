using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests;

public sealed class ManagedKernelTests : IDisposable
{
    private readonly ManagedKernel _kernel = new(new ManagedKernelOptions { PossibleCpus = 2 });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _kernel.Dispose();

    [Fact]
    public void A_refused_program_is_a_result_and_not_an_exception()
    {
        var result = Load("r0 = *(u64 *)(r10 -600)\nexit");
        Assert.False(result.Verification.Accepted);
        Assert.Null(result.Program);
        Assert.NotEmpty(result.Verification.Message);
    }

    [Fact]
    public void An_accepted_program_is_runnable_and_runs()
    {
        var result = Load("r0 = 7\nexit");
        Assert.True(result.Verification is { Accepted: true, Runnable: true, Kernel: BpfKernelKind.Managed });
        using var program = result.Program!;
        var run = program.TestRun(new TestRunRequest { Data = new byte[3] }, Cancellation);
        Assert.Equal(7u, run.ReturnValue);
        Assert.Equal(24, run.Context.Length);
        Assert.Same(result.Verification, program.Verification);
    }

    [Fact]
    public void A_kernel_function_that_is_judged_and_has_no_implementation_is_named()
    {
        var spec = new ProgramSpec
        {
            Name = "thrower",
            Type = ProgramType.Xdp,
            License = "GPL",
            Instructions = Assembler.Assemble("call bpf_get_prandom_u32\nif r0 == 0 goto out\nr1 = 0\ncall kfunc 1 +0\nout: r0 = 0\nexit", []).Instructions,
            Externs = [new ExternUse(3, new ExternSpec("bpf_throw", ExternKind.Function, false, 1))],
        };
        var result = _kernel.LoadProgram(spec, [], new ProgramLoadOptions(), Cancellation);
        Assert.True(result.Verification is { Accepted: true, Runnable: false }, result.Verification.Message);
        Assert.Equal(["bpf_throw"], result.Verification.Unsupported);
        Assert.Null(result.Program);
    }

    [Fact]
    public void Executed_instructions_are_counted_over_loops_and_runs()
    {
        // 2 before the loop, 3 in each of 5 rounds, exit; the 64-bit immediate is one.
        using var program = (ManagedProgram)Load("r0 = 0\nr1 = 0x123456789 ll\nagain: r0 += 1\nr1 += r0\nif r0 < 5 goto again\nexit").Program!;
        Assert.Equal(18, program.CountInstructions(new TestRunRequest { Data = new byte[14] }, Cancellation));
        Assert.Equal(54, program.CountInstructions(new TestRunRequest { Data = new byte[14], Repeat = 3 }, Cancellation));
    }

    [Fact]
    public void Judging_only_gives_no_program()
    {
        var result = Load("r0 = 7\nexit", options: new ProgramLoadOptions { VerifyOnly = true });
        Assert.True(result.Verification.Accepted);
        Assert.Null(result.Program);
    }

    [Fact]
    public void Every_repetition_starts_from_the_same_input_and_the_mean_is_per_run()
    {
        using var program = Load("""
            r2 = *(u32 *)(r1 +0)
            r3 = *(u32 *)(r1 +4)
            r4 = r2
            r4 += 1
            if r4 > r3 goto out
            r0 = *(u8 *)(r2 +0)
            r0 += 1
            *(u8 *)(r2 +0) = r0
            exit
            out: r0 = 0
            exit
            """).Program!;
        var run = program.TestRun(new TestRunRequest { Data = new byte[] { 5 }, Repeat = 2000 }, Cancellation);
        Assert.Equal(6u, run.ReturnValue);
        Assert.Equal([6], run.Data);
        Assert.InRange(run.DurationNanoseconds, 0, 1e6);
    }

    [Theory]
    [InlineData(ProgramType.Kprobe, "r0 = *(u64 *)(r1 +16)\nexit", 168)]
    [InlineData(ProgramType.RawTracepoint, "r0 = *(u64 *)(r1 +16)\nexit", 96)]
    [InlineData(ProgramType.Tracepoint, "r0 = *(u64 *)(r1 +16)\nexit", 40)]
    public void Plain_contexts_are_what_was_given(ProgramType type, string text, int length)
    {
        using var program = Load(text, type).Program!;
        var context = new byte[length];
        BitConverter.TryWriteBytes(context.AsSpan(16), 0x1234L);
        var run = program.TestRun(new TestRunRequest { Context = context }, Cancellation);
        Assert.Equal(0x1234u, run.ReturnValue);
        Assert.Equal(context, run.Context);
        Assert.Equal(0u, program.TestRun(new TestRunRequest { Context = context.AsMemory(0, 16) }, Cancellation).ReturnValue);
        Assert.Equal(0u, program.TestRun(new TestRunRequest(), Cancellation).ReturnValue);
    }

    [Fact]
    public void Input_that_does_not_fit_the_type_is_refused_with_the_errno()
    {
        using var kprobe = Load("r0 = 0\nexit", ProgramType.Kprobe).Program!;
        AssertRefused(kprobe, new TestRunRequest { Data = new byte[20] }, Errno.EINVAL);
        AssertRefused(kprobe, new TestRunRequest { Context = Enumerable.Repeat((byte)1, 300).ToArray() }, Errno.E2BIG);
        using var xdp = Load("r0 = 0\nexit").Program!;
        AssertRefused(xdp, new TestRunRequest { Data = new byte[20], Context = new byte[24] }, Errno.EINVAL);
        var error = Assert.Throws<BpfException>(() => xdp.TestRun(new TestRunRequest { Repeat = 0 }, Cancellation));
        Assert.Equal(DiagnosticRules.RunInput.Id, error.Id);

        static void AssertRefused(IKernelProgram program, TestRunRequest request, Errno errno)
        {
            var error = Assert.Throws<BpfException>(() => program.TestRun(request, Cancellation));
            Assert.Equal(DiagnosticRules.RunInput.Id, error.Id);
            Assert.Contains(errno.ToString(), error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_program_keeps_its_maps_and_a_closed_kernel_gives_everything_back()
    {
        var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 2 });
        var map = kernel.CreateMap(new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1, InitialValue = [5, 0, 0, 0, 0, 0, 0, 0] });
        var program = kernel.LoadProgram(
            new ProgramSpec { Name = "p", Type = ProgramType.Xdp, Maps = [map.Spec], Instructions = Assembler.Assemble("r1 = map[m][0] +0\nr0 = *(u64 *)(r1 +0)\nexit", ["m"]).Instructions },
            [map], ProgramLoadOptions.Default, Cancellation).Program!;
        map.Dispose();
        Assert.True(kernel.MapMemoryBytes > 0);
        Assert.Equal(5u, program.TestRun(new TestRunRequest(), Cancellation).ReturnValue);
        program.Dispose();
        program.Dispose();
        Assert.Equal(0, kernel.MapMemoryBytes);
        kernel.Dispose();
        Assert.Throws<ObjectDisposedException>(() => kernel.CreateMap(map.Spec));
    }

    [Fact]
    public void What_a_closed_kernel_made_works_until_it_is_let_go()
    {
        var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 2 });
        using var map = kernel.CreateMap(new MapSpec { Name = "m", Type = MapType.Hash, KeySize = 4, ValueSize = 8, MaxEntries = 4 });
        using var program = Load("r0 = 3\nexit", kernel: kernel).Program!;
        kernel.Dispose();
        kernel = null;
        for (int round = 0; round < 3; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.Equal(Errno.None, map.Update(BitConverter.GetBytes(round), new byte[8], MapUpdateFlags.NoExist));
            Assert.Equal(Errno.None, map.Lookup(BitConverter.GetBytes(round), new byte[8]));
            Assert.Equal(3u, program.TestRun(new TestRunRequest { Data = new byte[9] }, Cancellation).ReturnValue);
        }
    }

    [Fact]
    public void A_program_needs_as_many_maps_as_it_names() =>
        Assert.Throws<ArgumentException>(() => _kernel.LoadProgram(
            new ProgramSpec
            {
                Name = "p", Type = ProgramType.Xdp, Instructions = Assembler.Assemble("r0 = 0\nexit").Instructions,
                Maps = [new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1 }],
            },
            [], ProgramLoadOptions.Default, Cancellation));

    [Fact]
    public void Output_is_that_of_the_last_run_and_does_not_grow_without_end()
    {
        const string print = "*(u64 *)(r10 -8) = 0x61\nr1 = r10\nr1 += -8\nr2 = 8\ncall bpf_trace_printk\n";
        using var once = Load(print + "r0 = 0\nexit").Program!;
        Assert.Equal(["a"], once.TestRun(new TestRunRequest { Repeat = 50 }, Cancellation).Output);
        using var often = Load("r6 = 10000\nloop: " + print + "r6 += -1\nif r6 != 0 goto loop\nr0 = 0\nexit").Program!;
        var output = often.TestRun(new TestRunRequest(), Cancellation).Output;
        Assert.Equal(4096, output.Count);
        Assert.Contains("not kept", output[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Things_of_another_kernel_are_refused()
    {
        using var other = new ManagedKernel();
        var spec = new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1 };
        using var map = other.CreateMap(spec);
        Assert.Throws<ArgumentException>(() => _kernel.LoadProgram(
            new ProgramSpec { Name = "p", Type = ProgramType.Xdp, Maps = [spec], Instructions = Assembler.Assemble("r0 = 0\nexit").Instructions }, [map], ProgramLoadOptions.Default, Cancellation));
        using var program = Load("r0 = 0\nexit").Program!;
        Assert.Throws<ArgumentException>(() => other.Attach((ManagedProgram)program, Runtime.Hooks.HookName.Parse("xdp:eth0")));
        using var removed = _kernel.CreateMap(spec);
        removed.Dispose();
        Assert.Equal(DiagnosticRules.MapOperation.Id, Assert.Throws<BpfException>(() => _kernel.LoadProgram(
            new ProgramSpec { Name = "p", Type = ProgramType.Xdp, Maps = [spec], Instructions = Assembler.Assemble("r0 = 0\nexit").Instructions }, [removed], ProgramLoadOptions.Default, Cancellation)).Id);
    }

    [Theory]
    [InlineData(0, 1L << 20, 1L)]
    [InlineData(1025, 1L << 20, 1L)]
    [InlineData(1, 1L << 20, 0L)]
    public void Options_outside_their_range_are_refused(int cpus, long memory, long budget) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ManagedKernel(new ManagedKernelOptions { PossibleCpus = cpus, MapMemoryLimit = memory, InstructionBudget = budget }));

    [Fact]
    public void A_run_inside_of_a_run_has_a_state_of_its_own()
    {
        ManagedKernel? kernel = null;
        IKernelProgram? inner = null;
        uint seen = 0;
        using (kernel = new ManagedKernel(new ManagedKernelOptions
        {
            PossibleCpus = 1,
            OutputSink = (_, _) => seen = inner!.TestRun(new TestRunRequest { Data = new byte[] { 9, 9, 9 } }, CancellationToken.None).ReturnValue,
        }))
        {
            inner = Load("r0 = *(u32 *)(r1 +4)\nr1 = *(u32 *)(r1 +0)\nr0 -= r1\nexit", kernel: kernel).Program!;
            using var outer = Load("""
                r6 = r1
                r7 = 77
                *(u64 *)(r10 -16) = 88
                *(u64 *)(r10 -8) = 0x61
                r1 = r10
                r1 += -8
                r2 = 8
                call bpf_trace_printk
                r0 = *(u32 *)(r6 +4)
                r1 = *(u32 *)(r6 +0)
                r0 -= r1
                r1 = *(u64 *)(r10 -16)
                r0 += r1
                r0 += r7
                exit
                """, kernel: kernel).Program!;
            Assert.Equal(20u + 77 + 88, outer.TestRun(new TestRunRequest { Data = new byte[20] }, Cancellation).ReturnValue);
            Assert.Equal(3u, seen);
            inner.Dispose();
        }
    }

    private ProgramLoadResult Load(string text, ProgramType type = ProgramType.Xdp, ProgramLoadOptions? options = null, ManagedKernel? kernel = null) =>
        (kernel ?? _kernel).LoadProgram(
            new ProgramSpec { Name = "p", Type = type, Instructions = Assembler.Assemble(text).Instructions }, [], options ?? ProgramLoadOptions.Default, Cancellation);
}
