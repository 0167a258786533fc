using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>Values that belong to the environment's objects: its task, its sockets, cgroups and inodes, and the cgroup of a test run.</summary>
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

    public static ulong SocketGet(RunState run, ulong map, ulong socket, ulong value, ulong flags, ulong r5) =>
        (flags & ~Creates) == 0 && SocketAt(run, socket) is { } id ? StorageOf(run, map, MapType.SkStorage).Find(id, flags == Creates, (byte*)value) : 0;

    public static ulong SocketDelete(RunState run, ulong map, ulong socket, ulong r3, ulong r4, ulong r5) =>
        (ulong)-(long)(SocketAt(run, socket) is { } id ? StorageOf(run, map, MapType.SkStorage).Delete(id) : Errno.EINVAL);

    public static ulong InodeGet(RunState run, ulong map, ulong inode, ulong value, ulong flags, ulong r5) =>
        (flags & ~Creates) == 0 && KernelObjects.InodeAt(inode) is { } id ? StorageOf(run, map, MapType.InodeStorage).Find(id, flags == Creates, (byte*)value) : 0;

    public static ulong InodeDelete(RunState run, ulong map, ulong inode, ulong r3, ulong r4, ulong r5) =>
        (ulong)-(long)(KernelObjects.InodeAt(inode) is { } id ? StorageOf(run, map, MapType.InodeStorage).Delete(id) : Errno.EINVAL);

    public static ulong CgroupGet(RunState run, ulong map, ulong cgroup, ulong value, ulong flags, ulong r5) =>
        (flags & ~Creates) == 0 && KernelObjects.CgroupAt(cgroup) is { } id ? StorageOf(run, map, MapType.CgrpStorage).Find(id, flags == Creates, (byte*)value) : 0;

    public static ulong CgroupDelete(RunState run, ulong map, ulong cgroup, ulong r3, ulong r4, ulong r5) =>
        (ulong)-(long)(KernelObjects.CgroupAt(cgroup) is { } id ? StorageOf(run, map, MapType.CgrpStorage).Delete(id) : Errno.EINVAL);

    /// <summary>bpf_get_local_storage.</summary>
    public static ulong GetLocal(RunState run, ulong map, ulong flags, ulong r3, ulong r4, ulong r5) => run.MapOf(map) is CgroupStorageMap storage
        ? storage.ValueOn(run.CpuId)
        : throw run.Fault(run.Instruction, $"passes a map of type {run.MapOf(map).Spec.Type} where a {MapType.CgroupStorage} is needed");

    // The environment has one task.
    private static int? TaskAt(RunState run, ulong address) =>
        address != 0 && run.Environment.CurrentTask is var task && task.Address == address ? task.ProcessId : null;

    private static int? SocketAt(RunState run, ulong address) => address != 0 && SocketHelpers.SocketOf(run, address).Cookie is > 0 and <= int.MaxValue and var cookie ? (int)cookie : null;

    private static LocalStorageMap StorageOf(RunState run, ulong map, MapType type) => run.MapOf(map) is LocalStorageMap storage && storage.Spec.Type == type
        ? storage
        : throw run.Fault(run.Instruction, $"passes a map of type {run.MapOf(map).Spec.Type} where a {type} is needed");
}
