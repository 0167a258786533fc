namespace PSBpf.Uapi;

/// <content>Locks that can fail, interrupts, functions that run later, and pages of arenas.</content>
public static partial class KfuncTable
{
    private static KfuncPrototype[] Sections() =>
    [
        new("bpf_res_spin_lock", KfuncReturn.ZeroOrError, KfuncArgument.ResilientLock) { Effect = KfuncEffect.TakesLock, UnderLock = true },
        new("bpf_res_spin_unlock", KfuncReturn.Void, KfuncArgument.ResilientLock) { Effect = KfuncEffect.GivesLock, UnderLock = true },
        new("bpf_res_spin_lock_irqsave", KfuncReturn.ZeroOrError, KfuncArgument.ResilientLock, KfuncArgument.NewInterruptFlag) { Effect = KfuncEffect.TakesLock, UnderLock = true },
        new("bpf_res_spin_unlock_irqrestore", KfuncReturn.Void, KfuncArgument.ResilientLock, KfuncArgument.InterruptFlag) { Effect = KfuncEffect.GivesLock, UnderLock = true },
        new("bpf_local_irq_save", KfuncReturn.Void, KfuncArgument.NewInterruptFlag),
        new("bpf_local_irq_restore", KfuncReturn.Void, KfuncArgument.InterruptFlag),
        new("bpf_wq_init", KfuncReturn.Integer, KfuncArgument.WorkQueue, KfuncArgument.Map, KfuncArgument.Number),
        new("bpf_wq_set_callback_impl", KfuncReturn.Integer, KfuncArgument.WorkQueue, KfuncArgument.Function, KfuncArgument.Number, KfuncArgument.Ignored),
        new("bpf_wq_start", KfuncReturn.Integer, KfuncArgument.WorkQueue, KfuncArgument.Number),
        OfTask("bpf_task_work_schedule_signal_impl"),
        OfTask("bpf_task_work_schedule_resume_impl"),
        new("bpf_arena_alloc_pages", KfuncReturn.Integer, KfuncArgument.Map, KfuncArgument.Ignored, KfuncArgument.Number, KfuncArgument.Number, KfuncArgument.Number) { MaySleep = true, TakesNoNull = true },
        new("bpf_arena_free_pages", KfuncReturn.Void, KfuncArgument.Map, KfuncArgument.Ignored, KfuncArgument.Number) { MaySleep = true, TakesNoNull = true },
        new("bpf_arena_reserve_pages", KfuncReturn.Integer, KfuncArgument.Map, KfuncArgument.Ignored, KfuncArgument.Number) { MaySleep = true, TakesNoNull = true },
    ];

    private static KfuncPrototype OfTask(string name) =>
        new(name, KfuncReturn.Integer, KfuncArgument.Structure, KfuncArgument.TaskWork, KfuncArgument.Map, KfuncArgument.Function, KfuncArgument.Ignored) { Structures = [Task, "", "", "", ""], TakesNoNull = true };
}
