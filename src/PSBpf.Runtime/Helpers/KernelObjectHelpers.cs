using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>
/// Tasks and cgroups that programs keep. There are the environment's: its task, that one's cgroup and those above it. They stay, so that nothing has to be
/// counted; an address that is none of theirs gets no answer.
/// </summary>
internal static class KernelObjectHelpers
{
    /// <summary>bpf_kptr_xchg.</summary>
    public static ulong Exchange(RunState run, ulong field, ulong pointer, ulong r3, ulong r4, ulong r5) => run.Engine.Masks.Exchange(field, pointer);

    /// <summary>bpf_task_acquire and bpf_cgroup_acquire.</summary>
    public static ulong Acquire(RunState run, ulong pointer, ulong r2, ulong r3, ulong r4, ulong r5) => pointer;

    /// <summary>bpf_task_release and bpf_cgroup_release.</summary>
    public static ulong Release(RunState run, ulong pointer, ulong r2, ulong r3, ulong r4, ulong r5) => 0;

    /// <summary>bpf_task_from_pid and bpf_task_from_vpid: there is one pid namespace.</summary>
    public static ulong TaskOf(RunState run, ulong id, ulong r2, ulong r3, ulong r4, ulong r5) =>
        run.Environment.CurrentTask is var task && task.ProcessId == (int)id ? task.Address : 0;

    public static ulong CgroupOf(RunState run, ulong id, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        var task = run.Environment.CurrentTask;
        return id <= int.MaxValue && task.IsUnder(id) ? KernelObjects.AddressOfCgroup((int)id) : 0;
    }

    /// <summary>bpf_cgroup_ancestor: one above a cgroup, or itself, by its level.</summary>
    public static ulong AncestorOf(RunState run, ulong cgroup, ulong level, ulong r3, ulong r4, ulong r5)
    {
        var task = run.Environment.CurrentTask;
        for (int own = 0; task.CgroupAt(own) is not 0 and var id; own++)
        {
            if (KernelObjects.CgroupAt(cgroup) != (int)id) continue;
            return (int)level >= 0 && (int)level <= own ? KernelObjects.AddressOfCgroup((int)task.CgroupAt((int)level)) : 0;
        }

        return 0;
    }

    /// <summary>bpf_task_get_cgroup1: there are no hierarchies of the first version.</summary>
    public static ulong OldCgroupOf(RunState run, ulong task, ulong hierarchy, ulong r3, ulong r4, ulong r5) => 0;

    public static ulong IsUnder(RunState run, ulong task, ulong cgroup, ulong r3, ulong r4, ulong r5) =>
        run.Environment.CurrentTask is var current && current.Address == task && KernelObjects.CgroupAt(cgroup) is { } id && current.IsUnder((ulong)id) ? 1u : 0;
}
