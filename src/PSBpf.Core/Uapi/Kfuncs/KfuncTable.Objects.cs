namespace PSBpf.Uapi;

/// <content>Objects that programs make, and the lists and trees that own them.</content>
public static partial class KfuncTable
{
    // Those that were asked, and others of the control groups, whose functions are registered together.
    private static ProgramType[] ObjectTypes =>
        [.. TaskTypes, ProgramType.CgroupSock, ProgramType.CgroupDevice, ProgramType.CgroupSysctl, ProgramType.CgroupSockopt, ProgramType.CgroupSockAddr];

    private static IEnumerable<KfuncPrototype> Objects()
    {
        var types = ObjectTypes;
        return ObjectRows().Select(row => row with { ProgramTypes = types });
    }

    private static KfuncPrototype[] ObjectRows() =>
    [
        new("bpf_obj_new_impl", KfuncReturn.ObjectOrNull, KfuncArgument.MadeStructure, KfuncArgument.Ignored),
        new("bpf_obj_drop_impl", KfuncReturn.Void, KfuncArgument.Object, KfuncArgument.Ignored),
        new("bpf_percpu_obj_new_impl", KfuncReturn.PerCpuObjectOrNull, KfuncArgument.MadeStructure, KfuncArgument.Ignored),
        new("bpf_percpu_obj_drop_impl", KfuncReturn.Void, KfuncArgument.PerCpuObject, KfuncArgument.Ignored),
        new("bpf_refcount_acquire_impl", KfuncReturn.SharedObject, KfuncArgument.SharedObject, KfuncArgument.Ignored) { UnderLock = true, TakesRcu = true },
        new("bpf_list_push_front_impl", KfuncReturn.Integer, KfuncArgument.ListHead, KfuncArgument.ListNode, KfuncArgument.Ignored, KfuncArgument.Number) { UnderLock = true },
        new("bpf_list_push_back_impl", KfuncReturn.Integer, KfuncArgument.ListHead, KfuncArgument.ListNode, KfuncArgument.Ignored, KfuncArgument.Number) { UnderLock = true },
        new("bpf_list_pop_front", KfuncReturn.NodeOrNull, KfuncArgument.ListHead) { UnderLock = true },
        new("bpf_list_pop_back", KfuncReturn.NodeOrNull, KfuncArgument.ListHead) { UnderLock = true },
        new("bpf_list_front", KfuncReturn.ElementOfRootOrNull, KfuncArgument.ListHead) { UnderLock = true },
        new("bpf_list_back", KfuncReturn.ElementOfRootOrNull, KfuncArgument.ListHead) { UnderLock = true },
        new("bpf_rbtree_add_impl", KfuncReturn.Integer, KfuncArgument.TreeRoot, KfuncArgument.NewTreeNode, KfuncArgument.Function, KfuncArgument.Ignored, KfuncArgument.Number) { UnderLock = true },
        new("bpf_rbtree_remove", KfuncReturn.NodeOrNull, KfuncArgument.TreeRoot, KfuncArgument.TreeNode) { UnderLock = true },
        new("bpf_rbtree_first", KfuncReturn.ElementOfRootOrNull, KfuncArgument.TreeRoot) { UnderLock = true },
        new("bpf_rbtree_root", KfuncReturn.ElementOfRootOrNull, KfuncArgument.TreeRoot) { UnderLock = true },
        new("bpf_rbtree_left", KfuncReturn.ElementOfRootOrNull, KfuncArgument.TreeRoot, KfuncArgument.TreeNode) { UnderLock = true },
        new("bpf_throw", KfuncReturn.Void, KfuncArgument.Number) { Effect = KfuncEffect.Throws },
        new("bpf_rbtree_right", KfuncReturn.ElementOfRootOrNull, KfuncArgument.TreeRoot, KfuncArgument.TreeNode) { UnderLock = true },
    ];
}
