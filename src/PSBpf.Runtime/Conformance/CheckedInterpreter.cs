using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Conformance;

/// <summary>The interpreter, which always checks.</summary>
/// <param name="name">What to call it.</param>
/// <param name="blendsFrom">Instructions from which on it treats a program as a long one.</param>
internal sealed class CheckedInterpreter(string name, int blendsFrom) : CheckedExecutor
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override int BlendsFrom => blendsFrom;

    /// <inheritdoc/>
    public override bool Interprets => true;

    /// <inheritdoc/>
    public override CheckedCode Prepare(ExecutableProgram program) => Run;

    private static ulong Run(RunState run, ulong first, ulong second)
    {
        var none = default(NoObserver);
        return run.Interpret(first, second, ref none);
    }
}
