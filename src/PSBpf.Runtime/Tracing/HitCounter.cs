using PSBpf.Runtime.Interpreter;

namespace PSBpf.Runtime.Tracing;

/// <summary>Counts how often each instruction runs.</summary>
/// <param name="hits">One count per slot.</param>
internal readonly unsafe struct HitCounter(long[] hits) : IRunObserver
{
    public void BeforeInstruction(int index, ulong* registers)
    {
        if ((uint)index < (uint)hits.Length) hits[index]++;
    }

    public void OnAccess(int index, ulong address, int size, bool write)
    {
    }

    public void OnHelper(int index, int helper, ulong* registers)
    {
    }
}
