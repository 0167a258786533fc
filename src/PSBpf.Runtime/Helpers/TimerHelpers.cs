using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>bpf_timer_init, bpf_timer_set_callback, bpf_timer_start and bpf_timer_cancel.</summary>
internal static class TimerHelpers
{
    /// <summary>bpf_timer_set_callback.</summary>
    public const int SetsCallback = 170;

    public static ulong Init(RunState run, ulong timer, ulong map, ulong flags, ulong r4, ulong r5) =>
        Answer(run.Engine.Timers.Initialize(run.MapOf(map), timer, flags));

    public static ulong SetCallback(RunState run, ulong timer, ulong function, ulong r3, ulong r4, ulong r5)
    {
        if (!run.Program.IsFunction(function)) throw run.Fault(run.Instruction, $"calls back 0x{function:x}, which is no function");
        return SetCallback(run, timer, run.Program, function);
    }

    /// <summary>The same for a function of a given program.</summary>
    public static ulong SetCallback(RunState run, ulong timer, ExecutableProgram program, ulong function) =>
        Answer(run.Engine.Timers.SetCallback(timer, program, (int)function));

    public static ulong Start(RunState run, ulong timer, ulong nanoseconds, ulong flags, ulong r4, ulong r5) =>
        Answer(run.Engine.Timers.Start(run.Environment, timer, nanoseconds, flags, run.CpuId));

    public static ulong Cancel(RunState run, ulong timer, ulong r2, ulong r3, ulong r4, ulong r5) => (ulong)run.Engine.Timers.Cancel(timer);

    private static ulong Answer(Errno error) => (ulong)-(long)error;
}
