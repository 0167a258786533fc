namespace PSBpf.Isa;

/// <summary>What a kernel has to have for an instruction form, beyond those that every kernel has.</summary>
/// <param name="Name">What it is called, e.g. <c>32-bit jumps (-mcpu=v3)</c>.</param>
/// <param name="Since">The version of Linux that brought it.</param>
/// <param name="Instead">What to do where it is missing.</param>
public sealed record InstructionFeature(string Name, Version Since, string Instead)
{
    private static readonly InstructionFeature Unsigned = new("jumps on < and <= (-mcpu=v2)", new(4, 14), "Build with -mcpu=v1 (Build-BpfObject -Cpu v1).");

    private static readonly InstructionFeature Calls = new("functions that are called", new(4, 16), "Make the functions static __always_inline.");

    private static readonly InstructionFeature Jumps32 = new("32-bit jumps (-mcpu=v3)", new(5, 1), "Build with -mcpu=v2 (Build-BpfObject -Cpu v2).");

    private static readonly InstructionFeature Globals = new("global variables", new(5, 2), "Keep the values in an array map with one entry.");

    private static readonly InstructionFeature Variables = new("variables of the kernel (__ksym)", new(5, 10), "Read what the variable says in another way, e.g. through a helper.");

    private static readonly InstructionFeature Atomics =
        new("atomics other than an add without a result", new(5, 12), "Use __sync_fetch_and_add without its result, or a per-CPU map.");

    private static readonly InstructionFeature Callbacks = new("functions as callbacks", new(5, 13), "Write the loop out, with a constant bound.");

    private static readonly InstructionFeature Kfuncs = new("functions of the kernel (kfuncs)", new(5, 13), "Use a helper in its place, or declare it __weak and ask bpf_ksym_exists.");

    private static readonly InstructionFeature Level4 = new("instructions of -mcpu=v4", new(6, 6), "Build with -mcpu=v3 (Build-BpfObject -Cpu v3).");

    private static readonly InstructionFeature MayGoto = new("may_goto (cond_break, can_loop)", new(6, 9), "Give the loop a constant bound.");

    private static readonly InstructionFeature Arenas = new("pointers into an arena", new(6, 9), "Keep the data in maps.");

    private static readonly InstructionFeature Ordered = new("load_acquire and store_release", new(6, 15), "Use atomic operations that return a value: they order memory too.");

    /// <summary>What a form needs; null when every kernel has it.</summary>
    public static InstructionFeature? Of(InstructionForm form)
    {
        ArgumentNullException.ThrowIfNull(form);
        return (form.Kind, form.Level) switch
        {
            (FormKind.CallFunction, _) => Calls,
            (FormKind.CallKfunc, _) => Kfuncs,
            (FormKind.MayGoto, _) => MayGoto,
            (FormKind.AddressSpaceCast, _) => Arenas,
            (FormKind.LoadAcquire or FormKind.StoreRelease, _) => Ordered,
            (FormKind.LoadImmediate64, _) => form.Id switch
            {
                FormId.LddwMapValue or FormId.LddwMapIndexValue => Globals,
                FormId.LddwBtfId => Variables,
                FormId.LddwFunction => Callbacks,
                _ => null,
            },
            (FormKind.Atomic or FormKind.AtomicExchange or FormKind.AtomicCompareExchange, IsaLevel.V3) => Atomics,
            (FormKind.Branch, IsaLevel.V3) => Jumps32,
            (FormKind.Branch, IsaLevel.V2) => Unsigned,
            (_, IsaLevel.V4) => Level4,
            _ => null,
        };
    }
}
