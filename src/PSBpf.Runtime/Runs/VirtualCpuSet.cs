using PSBpf.Runtime.Memory;

namespace PSBpf.Runtime.Runs;

/// <summary>
/// The virtual processors of an engine. A thread leases one for a run; a thread more than there are processors waits
/// until one is free, as a task waits for a processor. A run that is started inside of a run stays on its processor.
/// </summary>
internal sealed class VirtualCpuSet
{
    private const int Readers = 64;

    [ThreadStatic]
    private static VirtualCpu? innermost;

    [ThreadStatic]
    private static int hint;

    private readonly VirtualCpu[] _cpus;
    private readonly ReaderSlots _readers;

    public VirtualCpuSet(Engine engine, int count)
    {
        Engine = engine;
        Epochs = new EpochDomain(count + Readers);
        _cpus = new VirtualCpu[count];
        for (int id = 0; id < count; id++) _cpus[id] = new VirtualCpu(id) { Set = this };
        _readers = new ReaderSlots(Epochs, count, Readers);
    }

    /// <summary>Who they work for.</summary>
    public Engine Engine { get; }

    /// <summary>The epochs that runs and readers enter.</summary>
    public EpochDomain Epochs { get; }

    /// <summary>How many there are.</summary>
    public int Count => _cpus.Length;

    /// <summary>Whether this thread is inside of a run of this engine.</summary>
    public bool IsRunning => Find() is not null;

    /// <summary>The innermost run of this engine on this thread; null outside of runs. Observers ask for what they watch.</summary>
    public RunState? Running => Find()?.State;

    /// <summary>Starts a run.</summary>
    /// <param name="pinned">The processor it must have; null for any.</param>
    /// <param name="preferred">The processor to try first when any will do; null for the one that the thread had last.</param>
    public VirtualCpu Enter(int? pinned = null, int? preferred = null)
    {
        if (Find() is { } running)
        {
            running.Depth++;
            return running;
        }

        var cpu = Take(pinned, preferred);
        Epochs.Enter(cpu.Id);
        cpu.Depth = 1;
        cpu.Outer = innermost;
        innermost = cpu;
        return cpu;
    }

    /// <summary>Lets go of what was seen so far, between two runs of the same lease.</summary>
    public void Renew(VirtualCpu cpu)
    {
        if (cpu.Depth == 1) Epochs.Enter(cpu.Id);
    }

    /// <summary>Ends a run.</summary>
    public void Exit(VirtualCpu cpu)
    {
        if (--cpu.Depth > 0) return;
        innermost = cpu.Outer;
        cpu.Outer = null;
        Epochs.Exit(cpu.Id);
        cpu.Release();
    }

    /// <summary>Starts a look at maps from outside: what it sees stays until <see cref="EndRead"/>.</summary>
    public int BeginRead() => innermost is not null && Find() is not null ? -1 : _readers.Enter();

    /// <summary>Ends it.</summary>
    public void EndRead(int slot)
    {
        if (slot >= 0) _readers.Leave(slot);
    }

    private VirtualCpu? Find()
    {
        var cpu = innermost;
        while (cpu is not null && cpu.Set != this) cpu = cpu.Outer;
        return cpu;
    }

    private VirtualCpu Take(int? pinned, int? preferred)
    {
        var spin = new SpinWait();
        if (pinned is { } wanted)
        {
            var cpu = _cpus[(int)((uint)wanted % (uint)_cpus.Length)];
            while (!cpu.TryTake()) spin.SpinOnce();
            return cpu;
        }

        // Threads come back to the processor they had, so that per-CPU values stay where they are.
        int start = preferred is { } first ? (int)((uint)first % (uint)_cpus.Length) : hint;
        while (true)
        {
            for (int step = 0; step < _cpus.Length; step++)
            {
                int index = start + step;
                if (index >= _cpus.Length) index %= _cpus.Length;
                if (!_cpus[index].TryTake()) continue;
                if (preferred is null) hint = index;
                return _cpus[index];
            }

            spin.SpinOnce();
        }
    }
}
