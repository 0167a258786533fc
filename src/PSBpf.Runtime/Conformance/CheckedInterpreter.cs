using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Conformance;

/// <summary>The interpreter, which always checks.</summary>
internal sealed class CheckedInterpreter : CheckedExecutor
{
    /// <inheritdoc/>
    public override string Name => "interpret";

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
