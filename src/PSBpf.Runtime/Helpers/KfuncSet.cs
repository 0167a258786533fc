using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>
/// What kernel functions do: a row for each that can run, beside the prototype of <see cref="KfuncTable"/>. They stand behind the helpers in the engine's table, in
/// the order of that one; no program can name these numbers.
/// </summary>
internal static unsafe class KfuncSet
{
    /// <summary>The kernel's BPF_MAX_LOOPS: the most numbers of an iterator.</summary>
    private const long MostNumbers = 8 * 1024 * 1024;

    private static readonly FrozenDictionary<string, HelperFunction> Functions = new Dictionary<string, HelperFunction>
    {
        ["bpf_iter_num_new"] = NewNumbers,
        ["bpf_iter_num_next"] = NextNumber,
        ["bpf_iter_num_destroy"] = EndNumbers,
        ["bpf_rcu_read_lock"] = Nothing,
        ["bpf_rcu_read_unlock"] = Nothing,
        ["bpf_preempt_disable"] = Nothing,
        ["bpf_preempt_enable"] = Nothing,
        ["bpf_local_irq_save"] = Nothing,
        ["bpf_local_irq_restore"] = Nothing,
        ["bpf_dynptr_from_skb"] = DynptrHelpers.FromPacket,
        ["bpf_dynptr_from_xdp"] = DynptrHelpers.FromFrame,
        ["bpf_dynptr_slice"] = DynptrHelpers.Slice,
        ["bpf_dynptr_slice_rdwr"] = DynptrHelpers.WritableSlice,
        ["bpf_dynptr_adjust"] = DynptrHelpers.Adjust,
        ["bpf_dynptr_is_null"] = DynptrHelpers.IsNull,
        ["bpf_dynptr_is_rdonly"] = DynptrHelpers.IsReadOnly,
        ["bpf_dynptr_size"] = DynptrHelpers.Size,
        ["bpf_dynptr_clone"] = DynptrHelpers.Clone,
        ["bpf_task_acquire"] = KernelObjectHelpers.Acquire,
        ["bpf_task_release"] = KernelObjectHelpers.Release,
        ["bpf_task_from_pid"] = KernelObjectHelpers.TaskOf,
        ["bpf_task_from_vpid"] = KernelObjectHelpers.TaskOf,
        ["bpf_task_get_cgroup1"] = KernelObjectHelpers.OldCgroupOf,
        ["bpf_task_under_cgroup"] = KernelObjectHelpers.IsUnder,
        ["bpf_cgroup_acquire"] = KernelObjectHelpers.Acquire,
        ["bpf_cgroup_release"] = KernelObjectHelpers.Release,
        ["bpf_cgroup_from_id"] = KernelObjectHelpers.CgroupOf,
        ["bpf_cgroup_ancestor"] = KernelObjectHelpers.AncestorOf,
        ["bpf_cpumask_create"] = MaskHelpers.Create,
        ["bpf_cpumask_acquire"] = MaskHelpers.Acquire,
        ["bpf_cpumask_release"] = MaskHelpers.Release,
        ["bpf_cpumask_first"] = MaskHelpers.First,
        ["bpf_cpumask_first_zero"] = MaskHelpers.FirstZero,
        ["bpf_cpumask_any_distribute"] = MaskHelpers.First,
        ["bpf_cpumask_empty"] = MaskHelpers.IsEmpty,
        ["bpf_cpumask_full"] = MaskHelpers.IsFull,
        ["bpf_cpumask_weight"] = MaskHelpers.Weight,
        ["bpf_cpumask_first_and"] = MaskHelpers.FirstCommon,
        ["bpf_cpumask_any_and_distribute"] = MaskHelpers.FirstCommon,
        ["bpf_cpumask_equal"] = MaskHelpers.AreEqual,
        ["bpf_cpumask_intersects"] = MaskHelpers.Intersect,
        ["bpf_cpumask_subset"] = MaskHelpers.IsSubset,
        ["bpf_cpumask_set_cpu"] = MaskHelpers.Add,
        ["bpf_cpumask_clear_cpu"] = MaskHelpers.Remove,
        ["bpf_cpumask_test_and_set_cpu"] = MaskHelpers.Add,
        ["bpf_cpumask_test_and_clear_cpu"] = MaskHelpers.Remove,
        ["bpf_cpumask_test_cpu"] = MaskHelpers.Contains,
        ["bpf_cpumask_setall"] = MaskHelpers.Fill,
        ["bpf_cpumask_clear"] = MaskHelpers.Clear,
        ["bpf_cpumask_and"] = MaskHelpers.And,
        ["bpf_cpumask_or"] = MaskHelpers.Or,
        ["bpf_cpumask_xor"] = MaskHelpers.Xor,
        ["bpf_cpumask_copy"] = MaskHelpers.Copy,
        ["bpf_strcmp"] = KernelTextHelpers.Compare,
        ["bpf_strcasecmp"] = KernelTextHelpers.CompareWithoutCase,
        ["bpf_strlen"] = KernelTextHelpers.Length,
        ["bpf_strnlen"] = KernelTextHelpers.LengthWithin,
        ["bpf_strchr"] = KernelTextHelpers.Find,
        ["bpf_strnchr"] = KernelTextHelpers.FindWithin,
        ["bpf_strchrnul"] = KernelTextHelpers.FindOrEnd,
        ["bpf_strrchr"] = KernelTextHelpers.FindLast,
        ["bpf_strspn"] = KernelTextHelpers.CountAmong,
        ["bpf_strcspn"] = KernelTextHelpers.CountNotAmong,
        ["bpf_strstr"] = KernelTextHelpers.FindText,
        ["bpf_strnstr"] = KernelTextHelpers.FindTextWithin,
    }.ToFrozenDictionary();

    /// <summary>The engine's number of the first one.</summary>
    public static int First { get; } = HelperTable.All.Count + 1;

    /// <summary>The names of those that can run.</summary>
    public static IReadOnlyCollection<string> Names => Functions.Keys;

    /// <summary>Whether a function of <see cref="KfuncTable"/> has an implementation.</summary>
    public static bool Implements(int index) => Functions.ContainsKey(KfuncTable.All[index].Name);

    /// <summary>The rows, to be put into the engine's table: one for each function, empty for those that cannot run.</summary>
    public static IEnumerable<HelperEntry> Entries => KfuncTable.All.Select((row, index) => Functions.TryGetValue(row.Name, out var function)
        ? new HelperEntry(function, new HelperPrototype { Id = First + index, Name = row.Name, Arguments = [.. row.Arguments.Select(Checked)] })
        : default);

    // What the interpreter looks at before the call.
    private static ArgumentKind Checked(KfuncArgument argument) => argument switch
    {
        KfuncArgument.Context => ArgumentKind.Context,
        KfuncArgument.Dynptr => ArgumentKind.Dynptr,
        KfuncArgument.NewDynptr => ArgumentKind.NewLocalDynptr,
        _ => ArgumentKind.Anything,
    };

    // An iterator is the number before the next one, and the one behind the last.
    [MethodImpl(HotCode.Optimized)]
    private static ulong NewNumbers(RunState run, ulong iterator, ulong start, ulong end, ulong r4, ulong r5)
    {
        int* numbers = (int*)iterator;
        int first = (int)start, last = (int)end;
        var error = first > last ? Errno.EINVAL : (long)last - first > MostNumbers ? Errno.E2BIG : Errno.None;
        numbers[0] = error == Errno.None ? first - 1 : 0;
        numbers[1] = error == Errno.None ? last : 0;
        return (ulong)-(long)error;
    }

    [MethodImpl(HotCode.Optimized)]
    private static ulong NextNumber(RunState run, ulong iterator, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        int* numbers = (int*)iterator;
        if ((long)numbers[0] + 1 < numbers[1])
        {
            numbers[0]++;
            return iterator;
        }

        numbers[0] = numbers[1] = 0;
        return 0;
    }

    [MethodImpl(HotCode.Optimized)]
    private static ulong EndNumbers(RunState run, ulong iterator, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        *(ulong*)iterator = 0;
        return 0;
    }

    // A run is a read-side section as a whole (epochs), and nothing takes its virtual processor away.
    [MethodImpl(HotCode.Optimized)]
    private static ulong Nothing(RunState run, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5) => 0;
}
