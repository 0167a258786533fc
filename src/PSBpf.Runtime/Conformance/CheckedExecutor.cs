using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Conformance;

/// <summary>Runs a prepared program from its start.</summary>
/// <param name="run">The run, memory and packet in place.</param>
/// <param name="first">r1.</param>
/// <param name="second">r2.</param>
/// <returns>r0.</returns>
internal delegate ulong CheckedCode(RunState run, ulong first, ulong second);

/// <summary>A way to execute instructions that nobody has verified: all its memory accesses are checked when they happen.</summary>
internal abstract class CheckedExecutor
{
    /// <summary>Every executor, the default first. Another one is one class and one entry here.</summary>
    public static IReadOnlyList<CheckedExecutor> All { get; } =
    [
        new CheckedInterpreter("interpret", BlendedArithmetic.ShortestProgram), new CheckedInterpreter("interpret-long", blendsFrom: 0),
        new CheckedCompiler("jit", largestPiece: 0), new CheckedCompiler("jit-pieces", largestPiece: 1),
    ];

    /// <summary>The name that options and tests use.</summary>
    public abstract string Name { get; }

    /// <summary>Instructions from which on the interpreter treats a program as a long one.</summary>
    public virtual int BlendsFrom => BlendedArithmetic.ShortestProgram;

    /// <summary>Whether runs are interpreted.</summary>
    public abstract bool Interprets { get; }

    /// <summary>Gets a program ready: compiles it, where that is done.</summary>
    /// <exception cref="Diagnostics.BpfException">BPF2103 when it uses what this executor has not.</exception>
    public abstract CheckedCode Prepare(ExecutableProgram program);
}
