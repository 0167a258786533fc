using System.Collections.Frozen;
using PSBpf.Isa;
using PSBpf.Uapi;
using static PSBpf.Verifier.Calls.CallbackArgument;

namespace PSBpf.Verifier.Calls;

/// <summary>What a function that is called back gets in one register.</summary>
internal enum CallbackArgument : byte
{
    /// <summary>Any number.</summary>
    Number,

    /// <summary>The map that the helper was given.</summary>
    Map,

    /// <summary>A key of it.</summary>
    Key,

    /// <summary>A value of it.</summary>
    Value,

    /// <summary>What the caller passed for it: stack memory or null.</summary>
    Context,

    /// <summary>The task that the helper was given.</summary>
    Task,

    /// <summary>A part of the task's memory.</summary>
    Area,

    /// <summary>A dynptr of a record.</summary>
    Record,

    /// <summary>An element of the tree that the function was given.</summary>
    Element,
}

/// <summary>How a helper calls back.</summary>
/// <param name="Helper">enum bpf_func_id; 0 for kernel functions.</param>
/// <param name="Context">The caller's register that becomes the callback's context; 0 for none.</param>
/// <param name="Arguments">What the callback gets in r1 and the following registers.</param>
/// <param name="MaximumReturn">The largest number that it may return.</param>
internal sealed record CallbackRow(int Helper, int Context, CallbackArgument[] Arguments, int MaximumReturn)
{
    /// <summary>The kernel function that calls back; null when a helper does.</summary>
    public string? Kfunc { get; init; }

    /// <summary>Whether the caller's r1 is the most rounds that there may be.</summary>
    public bool CountsRounds { get; init; }

    /// <summary>Whether it is called after the program rather than by the helper.</summary>
    public bool IsLater { get; init; }

    /// <summary>Whether it may sleep, whatever its program may.</summary>
    public bool MaySleep { get; init; }

    /// <summary>The smallest number that it may return.</summary>
    public int MinimumReturn { get; init; }
}

/// <summary>The helpers that call functions of the program, once.</summary>
internal static class CallbackTable
{
    private static readonly FrozenDictionary<int, CallbackRow> Rows = new CallbackRow[]
    {
        new(164, 3, [Map, Key, Value, Context], 1), // bpf_for_each_map_elem
        new(170, 0, [Map, Key, Value], 0) { IsLater = true }, // bpf_timer_set_callback
        new(180, 4, [CallbackArgument.Task, Area, Context], 1), // bpf_find_vma
        new(181, 3, [Number, Context], 1) { CountsRounds = true }, // bpf_loop
        new(209, 3, [Record, Context], 1), // bpf_user_ringbuf_drain
    }.ToFrozenDictionary(row => row.Helper);

    private static readonly FrozenDictionary<string, CallbackRow> Kfuncs = new CallbackRow[]
    {
        new(0, 0, [Element, Element], 1) { Kfunc = "bpf_rbtree_add_impl" },
        new(0, 0, [Map, Key, Value], 0) { Kfunc = "bpf_wq_set_callback_impl", IsLater = true, MaySleep = true },
        new(0, 0, [Map, Key, Value], int.MaxValue) { Kfunc = "bpf_task_work_schedule_signal_impl", IsLater = true, MaySleep = true, MinimumReturn = int.MinValue },
        new(0, 0, [Map, Key, Value], int.MaxValue) { Kfunc = "bpf_task_work_schedule_resume_impl", IsLater = true, MaySleep = true, MinimumReturn = int.MinValue },
    }.ToFrozenDictionary(row => row.Kfunc!);

    /// <summary>The row of a kernel function; null when it calls nothing back.</summary>
    public static CallbackRow? Find(KfuncPrototype kfunc) => Kfuncs.GetValueOrDefault(kfunc.Name);

    /// <summary>The row of a helper; null when it calls nothing back, or in a way that is not judged.</summary>
    public static CallbackRow? Find(int helper) => Rows.GetValueOrDefault(helper);

    /// <summary>Whether an instruction calls a helper that calls back before it returns: a loop.</summary>
    public static bool IsLoop(in DecodedInstruction instruction) =>
        instruction.Form == FormId.CallHelper && Find((int)instruction.Immediate) is { IsLater: false };
}
