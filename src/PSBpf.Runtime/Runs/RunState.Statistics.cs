using System.Diagnostics;
using System.Runtime.CompilerServices;
using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Jit;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Statistics;

namespace PSBpf.Runtime.Runs;

/// <summary>
/// Counting and measuring runs. What counts is the program that was begun: one that takes its place by a tail call runs on its
/// account, as in the kernel. Runs under an observer are not counted.
/// </summary>
internal sealed unsafe partial class RunState
{
    // The machine code when runs are measured, which _direct is null then to say.
    private CompiledProgram? _behind;
    private RunTimer? _timer;

    /// <summary>Looks again whether runs are to be measured, between two runs of the same program.</summary>
    public void FollowStatistics()
    {
        bool measures = _direct is null && _timer is not null;
        if (_entry.Statistics.IsTimed == measures) return;
        if (measures)
        {
            _timer = null;
            _direct = _behind;
            return;
        }

        _timer = _counters.OpenTimer();
        if (_direct is null) return;
        _behind = _direct;
        _direct = null;
    }

    /// <summary>Counts runs that returned the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountRuns(ulong result, long runs) => _counters.CountRuns(result, runs);

    /// <summary>Counts an event that the program could not put into a buffer.</summary>
    public void CountDropped() => _counters.CountDropped();

    // There is no machine code, or it is not to be used, or runs are measured.
    [MethodImpl(HotCode.Optimized)]
    private void BeginOther(ExecutableProgram program, bool interpret, JitOptions jit)
    {
        _behind = interpret || jit.Mode == JitMode.Off ? null : program.Compiled;
        if (_behind is null && !interpret) program.CountRun(jit);
        _timer = program.Statistics.IsTimed ? _counters.OpenTimer() : null;
    }

    private void Enter(ExecutableProgram program)
    {
        _entry = program;
        _counters = program.Statistics.On(CpuId);
    }

    [MethodImpl(HotCode.Optimized)]
    private ulong ExecuteOther()
    {
        var compiled = _behind;
        if (_timer is not { } timer || !timer.IsDue()) return compiled is not null ? ExecuteCompiled(compiled, (ulong)Context, 0) : InterpretAlone();
        long start = Stopwatch.GetTimestamp();
        ulong result = compiled is not null ? ExecuteCompiled(compiled, (ulong)Context, 0) : InterpretAlone();
        timer.Add(Stopwatch.GetTimestamp() - start);
        return result;
    }

    private ulong InterpretAlone()
    {
        var none = default(NoObserver);
        return Interpret(ref none);
    }
}
