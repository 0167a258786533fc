using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Runtime.Interpreter;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Conformance;

/// <summary>
/// Runs raw instructions that no verifier has seen, for conformance suites: with every memory access checked, whichever
/// executor it is. Nothing else can be run with it: no maps, and the helpers of such suites instead of the kernel's.
/// </summary>
public sealed class ConformanceEngine
{
    // Vectors are short; what runs longer is in a loop.
    private const long Budget = 1L << 28;

    private readonly CheckedExecutor _executor;

    /// <summary>Makes an engine.</summary>
    /// <param name="executor">One of <see cref="Executors"/>.</param>
    /// <exception cref="ArgumentException">There is no such executor.</exception>
    public ConformanceEngine(string executor) => _executor =
        CheckedExecutor.All.FirstOrDefault(candidate => candidate.Name == executor) ?? throw new ArgumentException($"There is no executor '{executor}'.", nameof(executor));

    /// <summary>
    /// The names of what can execute: <c>interpret</c>, <c>interpret-long</c>, which treats each program as a long one, <c>jit</c>, and
    /// <c>jit-pieces</c>, which cuts programs into the smallest pieces. The first is the default.
    /// </summary>
    public static IReadOnlyList<string> Executors { get; } = [.. CheckedExecutor.All.Select(executor => executor.Name)];

    internal Engine Engine { get; } = new(new ManagedKernelOptions { PossibleCpus = 1, InstructionBudget = Budget });

    /// <summary>Gets a program ready.</summary>
    /// <param name="instructions">Its slots.</param>
    /// <param name="type">Unspecified: r1 and r2 are memory and its length. A type that sees packets: r1 is its context, the memory its packet.</param>
    /// <exception cref="BpfException">BPF2106 when the slots are no program; BPF2103 when they use what the engine has not.</exception>
    public ConformanceProgram Load(Instruction[] instructions, ProgramType type = ProgramType.Unspecified)
    {
        var helpers = type == ProgramType.Unspecified ? ConformanceHelpers.All : null;
        var program = ExecutableProgram.From(new UncheckedProgram("conformance", instructions, [], type, helpers, _executor.BlendsFrom));
        return new ConformanceProgram(Engine, program, _executor.Prepare(program), _executor.Interprets);
    }
}
