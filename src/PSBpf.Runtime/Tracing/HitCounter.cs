using PSBpf.Runtime.Interpreter;

namespace PSBpf.Runtime.Tracing;

/// <summary>Counts how often each instruction of a program runs; what it calls in its place is not counted.</summary>
/// <param name="program">The program.</param>
/// <param name="hits">One count per slot.</param>
internal unsafe struct HitCounter(ExecutableProgram program, long[] hits) : IRunObserver
{
    private bool _elsewhere;

    public readonly void BeforeInstruction(int index, ulong* registers)
    {
        if (!_elsewhere && (uint)index < (uint)hits.Length) hits[index]++;
    }

    public readonly void OnAccess(int index, ulong address, int size, bool write)
    {
    }

    public readonly void OnHelper(int index, int helper, ulong* registers)
    {
    }

    public void OnProgram(ExecutableProgram running) => _elsewhere = !ReferenceEquals(running, program);
}
