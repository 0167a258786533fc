namespace PSBpf.Runtime.Runs;

/// <summary>A processor as programs see it: one thread at a time is on it; runs inside of runs are counted.</summary>
internal sealed class VirtualCpu(int id)
{
    private readonly List<RunState> _states = [];
    private int _busy;

    /// <summary>What bpf_get_smp_processor_id says.</summary>
    public int Id { get; } = id;

    /// <summary>Runs in progress; more than one when what a program calls starts another.</summary>
    public int Depth { get; set; }

    /// <summary>The set it belongs to.</summary>
    public required VirtualCpuSet Set { get; init; }

    /// <summary>The processor of another engine that the same thread is on.</summary>
    public VirtualCpu? Outer { get; set; }

    /// <summary>The state for the innermost run, made when a depth is first reached.</summary>
    public RunState State
    {
        get
        {
            while (_states.Count < Depth) _states.Add(new RunState(this));
            return _states[Depth - 1];
        }
    }

    public bool TryTake() => Volatile.Read(ref _busy) == 0 && Interlocked.CompareExchange(ref _busy, 1, 0) == 0;

    public void Release() => Volatile.Write(ref _busy, 0);
}
