using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>Values that belong to the environment's objects: its task, and the cgroup of a test run.</summary>
internal static unsafe class StorageHelpers
{
    // BPF_LOCAL_STORAGE_GET_F_CREATE.
    private const ulong Creates = 1;

    /// <summary>bpf_get_current_task_btf: where the task lies. Programs pass it on; what lies there they cannot read.</summary>
    public static ulong GetCurrentTask(RunState run, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5) => run.Environment.CurrentTask.Address;

    public static ulong TaskGet(RunState run, ulong map, ulong task, ulong value, ulong flags, ulong r5) =>
        (flags & ~Creates) == 0 && TaskAt(run, task) is { } id ? StorageOf(run, map, MapType.TaskStorage).Find(id, flags == Creates, (byte*)value) : 0;

    public static ulong TaskDelete(RunState run, ulong map, ulong task, ulong r3, ulong r4, ulong r5) =>
        (ulong)-(long)(TaskAt(run, task) is { } id ? StorageOf(run, map, MapType.TaskStorage).Delete(id) : Errno.EINVAL);

    /// <summary>bpf_get_local_storage.</summary>
    public static ulong GetLocal(RunState run, ulong map, ulong flags, ulong r3, ulong r4, ulong r5) => run.MapOf(map) is CgroupStorageMap storage
        ? storage.ValueOn(run.CpuId)
        : throw run.Fault(run.Instruction, $"passes a map of type {run.MapOf(map).Spec.Type} where a {MapType.CgroupStorage} is needed");

    // The environment has one task.
    private static int? TaskAt(RunState run, ulong address) =>
        address != 0 && run.Environment.CurrentTask is var task && task.Address == address ? task.ProcessId : null;

    private static LocalStorageMap StorageOf(RunState run, ulong map, MapType type) => run.MapOf(map) is LocalStorageMap storage && storage.Spec.Type == type
        ? storage
        : throw run.Fault(run.Instruction, $"passes a map of type {run.MapOf(map).Spec.Type} where a {type} is needed");
}
