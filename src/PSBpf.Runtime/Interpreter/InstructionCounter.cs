namespace PSBpf.Runtime.Interpreter;

/// <summary>Counts the instructions that a run executes.</summary>
internal unsafe struct InstructionCounter : IRunObserver
{
    /// <summary>How many so far.</summary>
    public long Count { get; private set; }

    public void BeforeInstruction(int index, ulong* registers) => Count++;

    public readonly void OnAccess(int index, ulong address, int size, bool write)
    {
    }

    public readonly void OnHelper(int index, int helper, ulong* registers)
    {
    }

    public readonly void OnProgram(ExecutableProgram program)
    {
    }
}
