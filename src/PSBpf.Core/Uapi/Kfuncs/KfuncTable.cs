using System.Collections.Frozen;

namespace PSBpf.Uapi;

/// <summary>
/// The kernel functions that this version judges. Every program type may call these. The place in the table is the engine's number.
/// </summary>
public static class KfuncTable
{
    private const string Numbers = "iter_num";

    private static readonly KfuncPrototype[] Rows =
    [
        new("bpf_iter_num_new", KfuncReturn.Integer, KfuncArgument.NewIterator, KfuncArgument.Number, KfuncArgument.Number) { Iterator = Numbers },
        new("bpf_iter_num_next", KfuncReturn.ElementOrNull, KfuncArgument.Iterator) { Iterator = Numbers, ElementSize = sizeof(int) },
        new("bpf_iter_num_destroy", KfuncReturn.Void, KfuncArgument.ReleasedIterator) { Iterator = Numbers },
        new("bpf_rcu_read_lock", KfuncReturn.Void) { Effect = KfuncEffect.RcuLock },
        new("bpf_rcu_read_unlock", KfuncReturn.Void) { Effect = KfuncEffect.RcuUnlock },
        new("bpf_preempt_disable", KfuncReturn.Void) { Effect = KfuncEffect.PreemptDisable },
        new("bpf_preempt_enable", KfuncReturn.Void) { Effect = KfuncEffect.PreemptEnable },
    ];

    private static readonly FrozenDictionary<string, int> ByName = Rows.Select((row, index) => (row.Name, index)).ToFrozenDictionary(each => each.Name, each => each.index);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<KfuncPrototype> All => Rows;

    /// <summary>The place of a function in the table; −1 when it is not in it.</summary>
    public static int IndexOf(string name) => ByName.TryGetValue(name, out int index) ? index : -1;

    /// <summary>The function with a name; null when it is not in the table.</summary>
    public static KfuncPrototype? Find(string name) => IndexOf(name) is >= 0 and var index ? Rows[index] : null;
}
