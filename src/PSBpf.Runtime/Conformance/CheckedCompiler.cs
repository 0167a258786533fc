using PSBpf.Diagnostics;
using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Jit;

namespace PSBpf.Runtime.Conformance;

/// <summary>Compiled code that checks every access and counts its loops.</summary>
/// <param name="name">What to call it.</param>
/// <param name="largestPiece">Instructions of a method at most; 0 for as many as the machine's compiler optimises.</param>
internal sealed class CheckedCompiler(string name, int largestPiece) : CheckedExecutor
{
    private readonly JitOptions _options = new() { Checked = true, Timing = JitTiming.Eager, LargestPiece = largestPiece };

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override bool Interprets => false;

    /// <inheritdoc/>
    public override CheckedCode Prepare(ExecutableProgram program)
    {
        if (program.Compile(_options) is null)
            throw DiagnosticRules.NotRunnable.Error($"Program '{program.Name}' cannot be compiled: {program.NotCompiledBecause}");
        return static (run, first, second) => run.ExecuteChecked(first, second);
    }
}
