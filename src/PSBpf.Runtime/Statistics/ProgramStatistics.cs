using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Statistics;

/// <summary>What one program did, on all virtual CPUs.</summary>
internal sealed class ProgramStatistics
{
    private readonly Lock _growing = new();
    private ProgramCounters?[] _cpus = [];
    private volatile bool _isTimed;

    /// <summary>Whether somebody wants to know how long runs take.</summary>
    public bool IsTimed
    {
        get => _isTimed;
        set => _isTimed = value;
    }

    /// <summary>The counters of a CPU; made by its own thread when the program first runs there.</summary>
    public ProgramCounters On(int cpu)
    {
        var cpus = Volatile.Read(ref _cpus);
        return cpu < cpus.Length && cpus[cpu] is { } counters ? counters : Add(cpu);
    }

    /// <summary>Asks for the next runs to be measured one by one.</summary>
    public void Ask()
    {
        foreach (var counters in Volatile.Read(ref _cpus)) counters?.Timer?.Ask();
    }

    /// <summary>Puts the figures into a status.</summary>
    public ProgramStatus AddTo(ProgramStatus status, ProgramTypeInfo type)
    {
        long runs = 0, errors = 0, dropped = 0, timed = 0, nanoseconds = 0;
        var slots = new long[ProgramCounters.OtherVerdict + 1];
        var times = new long[RunTimes.BucketCount];
        foreach (var counters in Volatile.Read(ref _cpus))
        {
            if (counters is null) continue;
            for (int slot = 0; slot < slots.Length; slot++) slots[slot] += counters.VerdictCount(slot);
            errors += counters.ErrorCount;
            dropped += counters.DroppedCount;
            if (counters.Timer is not { } timer) continue;
            timed += timer.TimedRuns;
            nanoseconds += timer.TotalNanoseconds;
            timer.AddTo(times);
        }

        var verdicts = new Dictionary<string, long>();
        for (int slot = 0; slot < slots.Length; slot++)
        {
            if (slots[slot] == 0) continue;
            runs += slots[slot];
            verdicts.Add(slot == ProgramCounters.OtherVerdict ? "other" : type.VerdictOf(slot + ProgramCounters.LowestVerdict), slots[slot]);
        }

        return status with
        {
            RunCount = runs + errors,
            RunNanoseconds = nanoseconds,
            TimedRuns = timed,
            Times = new RunTimes(times),
            Errors = errors,
            Dropped = dropped,
            Verdicts = verdicts,
        };
    }

    private ProgramCounters Add(int cpu)
    {
        lock (_growing)
        {
            if (cpu < _cpus.Length && _cpus[cpu] is { } there) return there;
            var cpus = new ProgramCounters?[Math.Max(_cpus.Length, cpu + 1)];
            _cpus.CopyTo(cpus, 0);
            var counters = cpus[cpu] = new ProgramCounters();
            Volatile.Write(ref _cpus, cpus);
            return counters;
        }
    }
}
