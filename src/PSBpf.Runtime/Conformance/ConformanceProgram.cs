using PSBpf.Diagnostics;
using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Memory;

namespace PSBpf.Runtime.Conformance;

/// <summary>A program that nobody verified, ready to run on memory of the caller's.</summary>
public sealed unsafe class ConformanceProgram
{
    private readonly Engine _engine;
    private readonly ExecutableProgram _program;
    private readonly CheckedCode _code;
    private readonly bool _interpreted;

    internal ConformanceProgram(Engine engine, ExecutableProgram program, CheckedCode code, bool interpreted)
    {
        _engine = engine;
        _program = program;
        _code = code;
        _interpreted = interpreted;
    }

    /// <summary>Runs it once.</summary>
    /// <param name="memory">What r1 points to, zero when it is empty; or the packet. It holds what the program left there afterwards.</param>
    /// <param name="cancellation">Ends a run that takes too long, as soon as it jumps back.</param>
    /// <returns>All 64 bits of r0; 0 when the program ended itself by helper 5.</returns>
    /// <exception cref="BpfException">BPF2101 when it does what it may not; BPF2102 when it does not end.</exception>
    public ulong Run(Span<byte> memory, CancellationToken cancellation = default)
    {
        var cpu = _engine.Cpus.Enter();
        try
        {
            var run = cpu.State;
            run.Begin(_program, _engine.Environment, _interpreted, cancellation);
            if (_program.Type.Context is not null)
            {
                var input = _program.Input;
                input.Fill(run, memory, []);
                return _code(run, (ulong)run.Context, 0);
            }

            if (memory.IsEmpty) return _code(run, 0, 0);
            var block = new NativeBlock(memory.Length);
            memory.CopyTo(new Span<byte>(block.Address, memory.Length));
            run.OpenMemory(block.Address, memory.Length);
            try
            {
                return _code(run, (ulong)block.Address, (ulong)memory.Length);
            }
            finally
            {
                new Span<byte>(block.Address, memory.Length).CopyTo(memory);
                run.OpenMemory(null, 0);
                block.Free();
            }
        }
        catch (ProgramEnd)
        {
            return 0;
        }
        finally
        {
            _engine.Cpus.Exit(cpu);
        }
    }
}
