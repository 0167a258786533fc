namespace PSBpf.Uapi;

/// <summary>What a map's value, or an object that a program makes, may hold that programs neither read nor write.</summary>
public enum SpecialFieldKind : byte
{
    /// <summary>struct bpf_spin_lock.</summary>
    SpinLock,

    /// <summary>struct bpf_res_spin_lock.</summary>
    ResilientSpinLock,

    /// <summary>struct bpf_timer.</summary>
    Timer,

    /// <summary>struct bpf_wq.</summary>
    WorkQueue,

    /// <summary>struct bpf_task_work.</summary>
    TaskWork,

    /// <summary>struct bpf_refcount.</summary>
    ReferenceCount,

    /// <summary>struct bpf_list_head.</summary>
    ListHead,

    /// <summary>struct bpf_rb_root.</summary>
    TreeRoot,

    /// <summary>A pointer to a kernel object, with one of the tags __kptr, __kptr_untrusted, __percpu_kptr.</summary>
    KernelPointer,

    /// <summary>struct bpf_list_node: an ordinary structure in maps.</summary>
    ListNode,

    /// <summary>struct bpf_rb_node: an ordinary structure in maps.</summary>
    TreeNode,
}

/// <summary>A kind of special field.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Structure">The name of the C structure; for pointers what the kernel calls them.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Once">Whether a value has at most one.</param>
/// <param name="MapTypes">The map types whose values may hold it.</param>
/// <param name="Since">The version of Linux that brought it.</param>
public sealed record SpecialFieldRow(SpecialFieldKind Kind, string Structure, int Size, bool Once, IReadOnlyList<MapType> MapTypes, Version Since)
{
    /// <summary>Whether objects that programs make may have it, too; in those without, its bytes are ordinary.</summary>
    public bool InObjects { get; init; }

    /// <summary>Whether a structure that has one as a member is one whose fields Linux looks for.</summary>
    public bool MakesSpecial { get; init; }
}

/// <summary>The special fields, asked of Linux 6.18, once.</summary>
public static class SpecialFieldTable
{
    private static readonly MapType[] Storages = [MapType.SkStorage, MapType.InodeStorage, MapType.TaskStorage, MapType.CgrpStorage];

    private static readonly MapType[] Locked = [MapType.Hash, MapType.Array, MapType.CgroupStorage, .. Storages];

    private static readonly MapType[] Timed = [MapType.Hash, MapType.LruHash, MapType.Array];

    private static readonly MapType[] Pointed =
        [MapType.Hash, MapType.LruHash, MapType.Array, MapType.PerCpuHash, MapType.LruPerCpuHash, MapType.PerCpuArray, .. Storages];

    /// <summary>One row for each kind, in the order of <see cref="SpecialFieldKind"/>.</summary>
    public static IReadOnlyList<SpecialFieldRow> All { get; } =
    [
        new(SpecialFieldKind.SpinLock, "bpf_spin_lock", 4, true, Locked, new(5, 1)) { InObjects = true, MakesSpecial = true },
        new(SpecialFieldKind.ResilientSpinLock, "bpf_res_spin_lock", 4, true, Locked, new(6, 15)) { InObjects = true },
        new(SpecialFieldKind.Timer, "bpf_timer", 16, true, Timed, new(5, 15)),
        new(SpecialFieldKind.WorkQueue, "bpf_wq", 16, true, Timed, new(6, 10)),
        new(SpecialFieldKind.TaskWork, "bpf_task_work", 8, true, Timed, new(6, 18)),
        new(SpecialFieldKind.ReferenceCount, "bpf_refcount", 4, true, Pointed, new(6, 4)) { InObjects = true, MakesSpecial = true },
        new(SpecialFieldKind.ListHead, "bpf_list_head", 16, false, Timed, new(6, 2)) { InObjects = true, MakesSpecial = true },
        new(SpecialFieldKind.TreeRoot, "bpf_rb_root", 16, false, Timed, new(6, 3)) { InObjects = true, MakesSpecial = true },
        new(SpecialFieldKind.KernelPointer, "kptr", 8, false, Pointed, new(5, 19)) { InObjects = true, MakesSpecial = true },
        new(SpecialFieldKind.ListNode, "bpf_list_node", 24, false, [], new(6, 2)) { InObjects = true, MakesSpecial = true },
        new(SpecialFieldKind.TreeNode, "bpf_rb_node", 32, false, [], new(6, 3)) { InObjects = true, MakesSpecial = true },
    ];

    /// <summary>The row of a kind.</summary>
    public static SpecialFieldRow Get(SpecialFieldKind kind) => All[(int)kind];

    /// <summary>The row of a structure; null when it is an ordinary one.</summary>
    public static SpecialFieldRow? Find(string structure) => All.FirstOrDefault(row => row.Kind != SpecialFieldKind.KernelPointer && row.Structure == structure);
}
