using System.Collections.Frozen;

namespace PSBpf.Uapi;

/// <summary>
/// The kernel functions that this version judges. The place in the table is the engine's number.
/// </summary>
public static class KfuncTable
{
    private const string Numbers = "iter_num";

    // Those whose context is a packet's struct __sk_buff.
    private static readonly ProgramType[] PacketTypes =
    [
        ProgramType.SocketFilter, ProgramType.SchedCls, ProgramType.SchedAct, ProgramType.CgroupSkb, ProgramType.LwtIn, ProgramType.LwtOut, ProgramType.LwtXmit,
        ProgramType.LwtSeg6Local, ProgramType.SkSkb,
    ];

    private static readonly KfuncPrototype[] Rows =
    [
        new("bpf_iter_num_new", KfuncReturn.Integer, KfuncArgument.NewIterator, KfuncArgument.Number, KfuncArgument.Number) { Iterator = Numbers },
        new("bpf_iter_num_next", KfuncReturn.ElementOrNull, KfuncArgument.Iterator) { Iterator = Numbers, ElementSize = sizeof(int) },
        new("bpf_iter_num_destroy", KfuncReturn.Void, KfuncArgument.ReleasedIterator) { Iterator = Numbers },
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
    ];

    private static readonly FrozenDictionary<string, int> ByName = Rows.Select((row, index) => (row.Name, index)).ToFrozenDictionary(each => each.Name, each => each.index);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<KfuncPrototype> All => Rows;

    /// <summary>The place of a function in the table; −1 when it is not in it.</summary>
    public static int IndexOf(string name) => ByName.TryGetValue(name, out int index) ? index : -1;

    /// <summary>The function with a name; null when it is not in the table.</summary>
    public static KfuncPrototype? Find(string name) => IndexOf(name) is >= 0 and var index ? Rows[index] : null;
}
