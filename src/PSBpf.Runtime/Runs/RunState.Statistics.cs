using System.Diagnostics;
using System.Runtime.CompilerServices;
using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Jit;

namespace PSBpf.Runtime.Runs;

/// <summary>
/// Counting and measuring runs. What counts is the program that was begun: one that takes its place by a tail call runs on its
/// account, as in the kernel. Runs under an observer are not counted.
/// </summary>
internal sealed unsafe partial class RunState
{
    /// <summary>Looks again whether runs are to be measured, between two runs of the same program.</summary>
    public void FollowStatistics()
    {
        if (_direct is not null && _direct != _entry.Direct) _direct = _entry.Direct;
    }

    /// <summary>Counts runs that returned the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountRuns(ulong result, long runs) => _counters.CountRuns(result, runs);

    /// <summary>Counts an event that the program could not put into a buffer.</summary>
    public void CountDropped() => _counters.CountDropped();

    /// <summary>Counts a run that begins while times are wanted.</summary>
    /// <returns>Whether it is to be measured.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsDue() => (_counters.Timer ?? _counters.OpenTimer()).IsDue();

    /// <summary>Runs compiled code and measures it.</summary>
    public ulong Measure(CompiledEntry entry, ulong framePointer, ulong context)
    {
        long start = Stopwatch.GetTimestamp();
        ulong result = entry(this, framePointer, context);
        _counters.OpenTimer().Add(Stopwatch.GetTimestamp() - start);
        return result;
    }

    private void Enter(ExecutableProgram program)
    {
        _entry = program;
        _counters = program.Statistics.On(CpuId);
    }

    // There is no machine code, or it is not to be used.
    private ulong ExecuteInterpreted()
    {
        var none = default(NoObserver);
        if (!_entry.Statistics.IsTimed || !IsDue()) return Interpret(ref none);
        long start = Stopwatch.GetTimestamp();
        ulong result = Interpret(ref none);
        _counters.OpenTimer().Add(Stopwatch.GetTimestamp() - start);
        return result;
    }
}
