namespace PSBpf.Runtime.Interpreter;

/// <summary>
/// What watches a run. The interpreter takes it as a struct type argument, so that watching nothing costs nothing;
/// tracing, coverage, stepping and cross-checks plug in here and nowhere else.
/// </summary>
internal unsafe interface IRunObserver
{
    /// <summary>Before each instruction.</summary>
    /// <param name="index">Its slot.</param>
    /// <param name="registers">r0 to r10.</param>
    void BeforeInstruction(int index, ulong* registers);

    /// <summary>Before each memory access of an instruction, the allowed and the faulting ones.</summary>
    /// <param name="index">The instruction's slot.</param>
    /// <param name="address">First byte.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="write">Whether it writes.</param>
    void OnAccess(int index, ulong address, int size, bool write);

    /// <summary>After each helper call; a tail call only when it failed.</summary>
    /// <param name="index">The call's slot.</param>
    /// <param name="helper">enum bpf_func_id.</param>
    /// <param name="registers">r0 holds the result, r1 to r5 still the arguments.</param>
    void OnHelper(int index, int helper, ulong* registers);

    /// <summary>After a tail call, and when what took a subprogram's place has ended: slots from here on are another program's.</summary>
    /// <param name="program">The program that runs now.</param>
    void OnProgram(ExecutableProgram program);
}

/// <summary>Watches nothing.</summary>
internal readonly unsafe struct NoObserver : IRunObserver
{
    public void BeforeInstruction(int index, ulong* registers)
    {
    }

    public void OnAccess(int index, ulong address, int size, bool write)
    {
    }

    public void OnHelper(int index, int helper, ulong* registers)
    {
    }

    public void OnProgram(ExecutableProgram program)
    {
    }
}
