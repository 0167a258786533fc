using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Jit;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Interpreter;

/// <summary>
/// Runs assembly text that no verifier has seen: in the interpreter, in both forms that it gives arithmetic, and where nothing but r0 can differ also compiled with checks,
/// whole and in tiny pieces, which must give the same result or the same fault.
/// </summary>
internal sealed class TestMachine : IDisposable
{
    private readonly Engine _engine;
    private readonly List<RuntimeMap> _maps = [];

    public TestMachine(ManagedKernelOptions? options = null) => _engine = new Engine(options ?? new ManagedKernelOptions { PossibleCpus = 2 });

    public Engine Engine => _engine;

    public ProgramType Type { get; init; } = ProgramType.Unspecified;

    /// <summary>Adds a map that text names.</summary>
    public RuntimeMap Add(Objects.MapSpec spec)
    {
        var map = MapFactory.Create(_engine, spec);
        _maps.Add(map);
        return map;
    }

    public ExecutableProgram Load(string text) => Load(Assembler.Assemble(text, _maps.Select(map => map.Spec.Name)).Instructions);

    public ExecutableProgram Load(Instruction[] instructions) =>
        ExecutableProgram.From(new UncheckedProgram("test", instructions, _maps, Type));

    /// <summary>The same in the form that long programs get.</summary>
    public ExecutableProgram LoadLong(string text) => ExecutableProgram.From(new UncheckedProgram(
        "test", Assembler.Assemble(text, _maps.Select(map => map.Spec.Name)).Instructions, _maps, Type, BlendsFrom: 0));

    /// <summary>R0 of a program without context, all 64 bits.</summary>
    public ulong Run(string text)
    {
        var program = Load(text);
        if (_maps.Count > 0 || text.Contains("call bpf_", StringComparison.Ordinal)) return Run(program);
        var (result, fault) = Try(program, interpret: true);
        var (inLong, longFault) = Try(LoadLong(text), interpret: true);
        Assert.Equal(fault?.Message, longFault?.Message);
        Assert.True(result == inLong, $"0x{result:x} interpreted, 0x{inLong:x} as a long program:\n{text}");
        foreach (int pieces in (int[])[0, 1, 4])
        {
            var compiled = Load(text);
            if (compiled.Compile(new JitOptions { Checked = true, LargestPiece = pieces }) is null) continue;
            Compiled++;
            var (other, otherFault) = Try(compiled, interpret: false);
            Assert.Equal(fault?.Message, otherFault?.Message);
            Assert.True(result == other, $"0x{result:x} interpreted, 0x{other:x} compiled with pieces of {pieces}:\n{text}");
        }

        return fault is null ? result : throw fault;
    }

    /// <summary>Compiled programs that ran.</summary>
    public int Compiled { get; private set; }

    private (ulong Result, BpfException? Fault) Try(ExecutableProgram program, bool interpret)
    {
        var cpu = _engine.Cpus.Enter();
        try
        {
            cpu.State.Begin(program, _engine.Environment, interpret, TestContext.Current.CancellationToken);
            return (cpu.State.Execute(), null);
        }
        catch (BpfException fault)
        {
            return (0, fault);
        }
        finally
        {
            _engine.Cpus.Exit(cpu);
        }
    }

    public ulong Run(ExecutableProgram program)
    {
        var none = default(NoObserver);
        return Run(program, ref none);
    }

    /// <summary>R0 of a compiled program.</summary>
    public ulong RunCompiled(ExecutableProgram program)
    {
        Assert.NotNull(program.Compiled);
        var (result, fault) = Try(program, interpret: false);
        return fault is null ? result : throw fault;
    }

    public ulong Run<TObserver>(ExecutableProgram program, ref TObserver observer)
        where TObserver : struct, IRunObserver
    {
        var cpu = _engine.Cpus.Enter();
        try
        {
            var run = cpu.State;
            run.Begin(program, _engine.Environment, interpret: true, TestContext.Current.CancellationToken);
            return run.Interpret(ref observer);
        }
        finally
        {
            _engine.Cpus.Exit(cpu);
        }
    }

    /// <summary>A test run with packet and context.</summary>
    public TestRunResult TestRun(string text, byte[]? packet = null, byte[]? context = null, int repeat = 1) => TestRunner.Run(
        _engine, Load(text), new TestRunRequest { Data = packet ?? [], Context = context ?? [], Repeat = repeat }, [], TestContext.Current.CancellationToken);

    public void Dispose()
    {
        foreach (var map in _maps) map.Release();
    }
}
