using System.Collections.Frozen;

namespace PSBpf.Uapi;

/// <summary>
/// The kernel functions that this version judges. The place in the table is the engine's number.
/// </summary>
public static partial class KfuncTable
{
    private const string Numbers = "iter_num";

    // Those whose context is a packet's struct __sk_buff.
    private static readonly ProgramType[] PacketTypes =
    [
        ProgramType.SocketFilter, ProgramType.SchedCls, ProgramType.SchedAct, ProgramType.CgroupSkb, ProgramType.LwtIn, ProgramType.LwtOut, ProgramType.LwtXmit,
        ProgramType.LwtSeg6Local, ProgramType.SkSkb,
    ];

    // Those that were asked and may call what tasks and cgroups have, and what masks of processors have.
    private static readonly ProgramType[] MaskTypes = [ProgramType.Tracepoint, ProgramType.PerfEvent, ProgramType.Syscall, ProgramType.Tracing];

    private static readonly ProgramType[] TaskTypes = [.. MaskTypes, ProgramType.Xdp, ProgramType.SchedCls, ProgramType.CgroupSkb, ProgramType.SockOps];

    private static readonly KfuncPrototype[] Rows =
    [
        new("bpf_iter_num_new", KfuncReturn.Integer, KfuncArgument.NewIterator, KfuncArgument.Number, KfuncArgument.Number) { Iterator = Numbers, UnderLock = true },
        new("bpf_iter_num_next", KfuncReturn.ElementOrNull, KfuncArgument.Iterator) { Iterator = Numbers, ElementSize = sizeof(int), UnderLock = true },
        new("bpf_iter_num_destroy", KfuncReturn.Void, KfuncArgument.ReleasedIterator) { Iterator = Numbers, UnderLock = true },
        new("bpf_rcu_read_lock", KfuncReturn.Void) { Effect = KfuncEffect.RcuLock },
        new("bpf_rcu_read_unlock", KfuncReturn.Void) { Effect = KfuncEffect.RcuUnlock },
        new("bpf_preempt_disable", KfuncReturn.Void) { Effect = KfuncEffect.PreemptDisable },
        new("bpf_preempt_enable", KfuncReturn.Void) { Effect = KfuncEffect.PreemptEnable },
        new("bpf_dynptr_from_skb", KfuncReturn.Integer, KfuncArgument.Context, KfuncArgument.Number, KfuncArgument.NewDynptr) { Makes = DynptrKind.Packet, ProgramTypes = PacketTypes },
        new("bpf_dynptr_from_xdp", KfuncReturn.Integer, KfuncArgument.Context, KfuncArgument.Number, KfuncArgument.NewDynptr) { Makes = DynptrKind.Frame, ProgramTypes = [ProgramType.Xdp] },
        new("bpf_dynptr_slice", KfuncReturn.SliceOrNull, KfuncArgument.Dynptr, KfuncArgument.Number, KfuncArgument.BufferOrNull, KfuncArgument.ConstantSize),
        new("bpf_dynptr_slice_rdwr", KfuncReturn.WritableSliceOrNull, KfuncArgument.Dynptr, KfuncArgument.Number, KfuncArgument.BufferOrNull, KfuncArgument.ConstantSize),
        new("bpf_dynptr_adjust", KfuncReturn.Integer, KfuncArgument.Dynptr, KfuncArgument.Number, KfuncArgument.Number),
        new("bpf_dynptr_is_null", KfuncReturn.Integer, KfuncArgument.Dynptr),
        new("bpf_dynptr_is_rdonly", KfuncReturn.Integer, KfuncArgument.Dynptr),
        new("bpf_dynptr_size", KfuncReturn.Integer, KfuncArgument.Dynptr),
        new("bpf_dynptr_clone", KfuncReturn.Integer, KfuncArgument.Dynptr, KfuncArgument.NewDynptr),
        Acquire("bpf_task_acquire", Task, true, Task),
        Release("bpf_task_release", Task, TaskTypes),
        Acquire("bpf_task_from_pid", Task, true, ""),
        Acquire("bpf_task_from_vpid", Task, true, ""),
        Acquire("bpf_cgroup_acquire", Cgroup, true, Cgroup),
        Release("bpf_cgroup_release", Cgroup, TaskTypes),
        Acquire("bpf_cgroup_from_id", Cgroup, true, ""),
        Acquire("bpf_cgroup_ancestor", Cgroup, true, Cgroup, ""),
        Acquire("bpf_task_get_cgroup1", Cgroup, true, Task, ""),
        Take("bpf_task_under_cgroup", KfuncReturn.Integer, TaskTypes, Task, Cgroup),
        Acquire("bpf_cpumask_create", OwnMask, true) with { ProgramTypes = MaskTypes },
        Acquire("bpf_cpumask_acquire", OwnMask, false, OwnMask) with { ProgramTypes = MaskTypes, TakesRcu = false },
        Release("bpf_cpumask_release", OwnMask, MaskTypes),
        .. Masks(KfuncReturn.Integer, [Mask], "first", "first_zero", "any_distribute", "empty", "full", "weight"),
        .. Masks(KfuncReturn.Integer, [Mask, Mask], "first_and", "any_and_distribute", "equal", "intersects", "subset"),
        .. Masks(KfuncReturn.Void, ["", OwnMask], "set_cpu", "clear_cpu"),
        .. Masks(KfuncReturn.Integer, ["", OwnMask], "test_and_set_cpu", "test_and_clear_cpu"),
        .. Masks(KfuncReturn.Integer, ["", Mask], "test_cpu"),
        .. Masks(KfuncReturn.Void, [OwnMask], "setall", "clear"),
        .. Masks(KfuncReturn.Integer, [OwnMask, Mask, Mask], "and"),
        .. Masks(KfuncReturn.Void, [OwnMask, Mask, Mask], "or", "xor"),
        .. Masks(KfuncReturn.Void, [OwnMask, Mask], "copy"),
        .. Texts([KfuncArgument.Address, KfuncArgument.Address], "cmp", "casecmp", "spn", "cspn", "str"),
        .. Texts([KfuncArgument.Address, KfuncArgument.Number], "chr", "chrnul", "rchr", "nlen"),
        .. Texts([KfuncArgument.Address], "len"),
        .. Texts([KfuncArgument.Address, KfuncArgument.Number, KfuncArgument.Number], "nchr"),
        .. Texts([KfuncArgument.Address, KfuncArgument.Address, KfuncArgument.Number], "nstr"),
        .. Objects(),
        .. Sections(),
    ];

    private const string Task = "task_struct", Cgroup = "cgroup", Mask = "cpumask", OwnMask = "bpf_cpumask";

    // A function of structures, by name, and of numbers, where the name is empty.
    private static KfuncPrototype Take(string name, KfuncReturn returns, ProgramType[] types, params string[] structures) =>
        new(name, returns, [.. structures.Select(structure => structure.Length == 0 ? KfuncArgument.Number : KfuncArgument.Structure)]) { Structures = structures, TakesRcu = true, ProgramTypes = types };

    private static KfuncPrototype Acquire(string name, string structure, bool mayBeNull, params string[] structures) =>
        Take(name, mayBeNull ? KfuncReturn.AcquiredStructureOrNull : KfuncReturn.AcquiredStructure, TaskTypes, structures) with { ReturnedStructure = structure };

    private static KfuncPrototype Release(string name, string structure, ProgramType[] types) =>
        new(name, KfuncReturn.Void, KfuncArgument.ReleasedStructure) { Structures = [structure], ProgramTypes = types };

    private static IEnumerable<KfuncPrototype> Texts(KfuncArgument[] arguments, params string[] names) => names.Select(name => new KfuncPrototype("bpf_str" + name, KfuncReturn.Integer, arguments));

    private static IEnumerable<KfuncPrototype> Masks(KfuncReturn returns, string[] structures, params string[] names) =>
        names.Select(name => Take("bpf_cpumask_" + name, returns, MaskTypes, structures));

    private static readonly FrozenDictionary<string, int> ByName = Rows.Select((row, index) => (row.Name, index)).ToFrozenDictionary(each => each.Name, each => each.index);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<KfuncPrototype> All => Rows;

    /// <summary>The place of a function in the table; −1 when it is not in it.</summary>
    public static int IndexOf(string name) => ByName.TryGetValue(name, out int index) ? index : -1;

    /// <summary>The function with a name; null when it is not in the table.</summary>
    public static KfuncPrototype? Find(string name) => IndexOf(name) is >= 0 and var index ? Rows[index] : null;
}
