using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>What programs of cgroups and sockets say about the event that they were called for.</summary>
internal static unsafe class EventHelpers
{
    // BPF_SOCK_OPS_ALL_CB_FLAGS.
    private const ulong AllCallbacks = 0x7f;

    private static readonly int Callbacks = At(ContextLayouts.SockOps, "bpf_sock_ops_cb_flags"), OptionResult = At(ContextLayouts.GetSockopt, "retval");

    /// <summary>bpf_get_retval: what the system call would return, as the programs before left it.</summary>
    public static ulong GetResult(RunState run, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5) => (ulong)Result(run);

    public static ulong SetResult(RunState run, ulong result, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        Result(run) = (int)result;
        return 0;
    }

    /// <summary>bpf_sock_ops_cb_flags_set: what the socket calls programs for from now on; answers with the flags that there are not.</summary>
    public static ulong SetCallbacks(RunState run, ulong context, ulong flags, ulong r3, ulong r4, ulong r5)
    {
        *(uint*)Field(run, Callbacks) = (uint)(flags & AllCallbacks);
        return (uint)flags & ~AllCallbacks;
    }

    // Programs of socket options see it in their context.
    private static ref int Result(RunState run)
    {
        if (run.Program.Type.Type == ProgramType.CgroupSockopt) return ref *(int*)Field(run, OptionResult);
        return ref run.CallResult;
    }

    private static byte* Field(RunState run, int offset) => run.Record + ContextView.FieldsOffset + offset;

    private static int At(ContextLayout layout, string name) => layout.Fields.First(field => field.Name == name).Offset;
}
