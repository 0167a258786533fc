using System.Runtime.InteropServices;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Jit;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Jit;

public sealed class CompilationTests
{
    private const string Sum = """
        r0 = 0
        r1 = 10
        again:
        r0 += r1
        r1 += -1
        if r1 != 0 goto again
        exit
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Mode_off_interprets_and_eager_compiles_at_once()
    {
        using var off = new ManagedKernel(new ManagedKernelOptions { Jit = new JitOptions { Mode = JitMode.Off, Timing = JitTiming.Eager } });
        using var eager = new ManagedKernel(new ManagedKernelOptions { Jit = new JitOptions { Timing = JitTiming.Eager } });
        using var interpreted = Load(off, Sum);
        using var compiled = Load(eager, Sum);
        Assert.False(interpreted.IsCompiled);
        Assert.True(compiled.IsCompiled);
        Assert.Equal(55u, Run(interpreted));
        Assert.Equal(55u, Run(compiled));
        Assert.Equal(55u, compiled.TestRun(new TestRunRequest { Data = new byte[14], Interpret = true }, Cancellation).ReturnValue);
    }

    [Fact]
    public void In_the_background_a_program_is_compiled_once_it_runs_often()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { Jit = new JitOptions { BackgroundAfterRuns = 3 } });
        using var program = Load(kernel, Sum);
        Assert.Equal(55u, Run(program));
        Assert.Equal(55u, Run(program));
        Assert.False(program.IsCompiled);
        for (int attempt = 0; attempt < 500 && !program.IsCompiled; attempt++)
        {
            Assert.Equal(55u, Run(program));
            Thread.Sleep(10);
        }

        Assert.True(program.IsCompiled);
        Assert.Equal(55u, Run(program));
    }

    [Fact]
    public void Many_repeats_compile_first_and_the_mode_may_change_later()
    {
        using var kernel = new ManagedKernel();
        using var program = Load(kernel, Sum);
        program.TestRun(new TestRunRequest { Data = new byte[14], Repeat = 1000 }, Cancellation);
        Assert.True(program.IsCompiled);
        Assert.Empty(program.NativeCode);
        kernel.Jit = new JitOptions { Mode = JitMode.Off };
        Assert.Equal(55u, Run(program));
    }

    [Fact]
    public void Debug_mode_keeps_the_machine_code()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { Jit = new JitOptions { Mode = JitMode.Debug, Timing = JitTiming.Eager } });
        using var program = Load(kernel, "call sub\nr0 += 1\nexit\nsub:\nr0 = 41\nexit");
        var code = program.NativeCode;
        Assert.Equal(2, code.Count);
        Assert.All(code, method => Assert.NotEqual(0ul, method.Address));
        Assert.Equal(42u, Run(program));
        Assert.Equal(["ldc.i4 41", "conv.i8", "stloc.s V_0"], code[1].Intermediate.Where(line => line.Instruction == 3).Select(line => line.Text));
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64) return;

        // mov r32, 41 is in the subprogram, and every method returns.
        Assert.All(code, method => Assert.True(method.Bytes.Span.Contains((byte)0xc3), method.Name));
        Assert.True(code[1].Bytes.Span.IndexOf((byte[])[41, 0, 0, 0]) > 0);
    }

    [Fact]
    public void Checked_code_stops_a_program_that_runs_for_too_long()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { InstructionBudget = 5000, Jit = new JitOptions { Timing = JitTiming.Eager, Checked = true } });
        using var program = Load(kernel, Sum.Replace("r1 = 10", "r1 = 100000", StringComparison.Ordinal));
        Assert.True(program.IsCompiled);
        Assert.Equal(Diagnostics.DiagnosticRules.RunBudget.Id, Assert.Throws<Diagnostics.BpfException>(() => Run(program)).Id);
    }

    [Fact]
    public void A_warm_compiled_run_allocates_nothing()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { Jit = new JitOptions { Timing = JitTiming.Eager } });
        using var program = Load(kernel, Sum);
        var engine = kernel.Engine;
        long before = 0;
        for (int round = 0; round < 400; round++)
        {
            if (round == 200) before = GC.GetAllocatedBytesForCurrentThread();
            var cpu = engine.Cpus.Enter();
            cpu.State.Begin(program.Executable, engine.Environment, interpret: false, CancellationToken.None);
            Assert.True(cpu.State.Execute() == 55);
            engine.Cpus.Exit(cpu);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void One_call_runs_many_packets()
    {
        using var kernel = new ManagedKernel();
        using var program = Load(kernel, "r0 = *(u32 *)(r1 +0)\nr0 &= 0xff\nexit");
        ReadOnlyMemory<byte>[] packets = [new byte[14], new byte[60], new byte[99]];
        var results = new int[3];
        program.Run(packets, results, Cancellation);
        Assert.Equal([14 - 14, 60 - 14, 99 - 14], results);
        Assert.Throws<ArgumentException>(() => program.Run(packets, new int[2], Cancellation));
    }

    private static uint Run(ManagedProgram program) => program.TestRun(new TestRunRequest { Data = new byte[14] }, Cancellation).ReturnValue;

    private static ManagedProgram Load(ManagedKernel kernel, string text)
    {
        var spec = new ProgramSpec { Name = "p", Type = ProgramType.SocketFilter, Instructions = Isa.Assembler.Assemble(text, []).Instructions };
        var loaded = kernel.LoadProgram(spec, [], ProgramLoadOptions.Default, Cancellation);
        Assert.True(loaded.Program is not null, loaded.Verification.Message);
        return (ManagedProgram)loaded.Program;
    }
}
