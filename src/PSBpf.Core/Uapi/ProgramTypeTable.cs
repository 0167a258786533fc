using System.Collections.Frozen;

namespace PSBpf.Uapi;

/// <summary>Every program type, once.</summary>
public static class ProgramTypeTable
{
    private static readonly FrozenDictionary<int, string> XdpActions = new Dictionary<int, string>
    {
        [0] = "XDP_ABORTED", [1] = "XDP_DROP", [2] = "XDP_PASS", [3] = "XDP_TX", [4] = "XDP_REDIRECT",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<int, string> TcActions = new Dictionary<int, string>
    {
        [-1] = "TC_ACT_UNSPEC", [0] = "TC_ACT_OK", [1] = "TC_ACT_RECLASSIFY", [2] = "TC_ACT_SHOT", [3] = "TC_ACT_PIPE",
        [4] = "TC_ACT_STOLEN", [5] = "TC_ACT_QUEUED", [6] = "TC_ACT_REPEAT", [7] = "TC_ACT_REDIRECT", [8] = "TC_ACT_TRAP",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<int, string> CgroupVerdicts =
        new Dictionary<int, string> { [0] = "DENY", [1] = "ALLOW" }.ToFrozenDictionary();

    private static readonly ProgramTypeInfo[] Rows =
    [
        new() { Type = ProgramType.Unspecified, Name = "unspec" },
        new() { Type = ProgramType.SocketFilter, Name = "socket_filter", Context = ContextLayouts.SocketFilterSkb, HasPacket = true },
        new() { Type = ProgramType.Kprobe, Name = "kprobe", Context = ContextLayouts.PtRegs },
        new() { Type = ProgramType.SchedCls, Name = "sched_cls", Context = ContextLayouts.SchedSkb, HasPacket = true, WritesPacket = true, Verdicts = TcActions },
        new() { Type = ProgramType.SchedAct, Name = "sched_act", Context = ContextLayouts.SchedSkb, HasPacket = true, WritesPacket = true, Verdicts = TcActions },
        new() { Type = ProgramType.Tracepoint, Name = "tracepoint", Context = ContextLayouts.TracepointRecord },
        new() { Type = ProgramType.Xdp, Name = "xdp", Context = ContextLayouts.Xdp, HasPacket = true, WritesPacket = true, Verdicts = XdpActions },
        new() { Type = ProgramType.PerfEvent, Name = "perf_event" },
        new() { Type = ProgramType.CgroupSkb, Name = "cgroup_skb", Context = ContextLayouts.CgroupSkb, HasPacket = true, MinimumReturn = 0, MaximumReturn = 1, Verdicts = CgroupVerdicts },
        new() { Type = ProgramType.CgroupSock, Name = "cgroup_sock" },
        new() { Type = ProgramType.LwtIn, Name = "lwt_in" },
        new() { Type = ProgramType.LwtOut, Name = "lwt_out" },
        new() { Type = ProgramType.LwtXmit, Name = "lwt_xmit" },
        new() { Type = ProgramType.SockOps, Name = "sock_ops" },
        new() { Type = ProgramType.SkSkb, Name = "sk_skb" },
        new() { Type = ProgramType.CgroupDevice, Name = "cgroup_device" },
        new() { Type = ProgramType.SkMsg, Name = "sk_msg" },
        new() { Type = ProgramType.RawTracepoint, Name = "raw_tracepoint", Context = ContextLayouts.RawTracepoint },
        new() { Type = ProgramType.CgroupSockAddr, Name = "cgroup_sock_addr" },
        new() { Type = ProgramType.LwtSeg6Local, Name = "lwt_seg6local" },
        new() { Type = ProgramType.LircMode2, Name = "lirc_mode2" },
        new() { Type = ProgramType.SkReuseport, Name = "sk_reuseport" },
        new() { Type = ProgramType.FlowDissector, Name = "flow_dissector" },
        new() { Type = ProgramType.CgroupSysctl, Name = "cgroup_sysctl" },
        new() { Type = ProgramType.RawTracepointWritable, Name = "raw_tracepoint_writable" },
        new() { Type = ProgramType.CgroupSockopt, Name = "cgroup_sockopt" },
        new() { Type = ProgramType.Tracing, Name = "tracing" },
        new() { Type = ProgramType.StructOps, Name = "struct_ops" },
        new() { Type = ProgramType.Ext, Name = "ext" },
        new() { Type = ProgramType.Lsm, Name = "lsm" },
        new() { Type = ProgramType.SkLookup, Name = "sk_lookup" },
        new() { Type = ProgramType.Syscall, Name = "syscall" },
        new() { Type = ProgramType.Netfilter, Name = "netfilter" },
    ];

    private static readonly FrozenDictionary<string, ProgramTypeInfo> ByName = Rows.ToFrozenDictionary(row => row.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>All types, ascending by number.</summary>
    public static IReadOnlyList<ProgramTypeInfo> All => Rows;

    /// <summary>The row of a type.</summary>
    public static ProgramTypeInfo Get(ProgramType type) => Rows[(int)type];

    /// <summary>The type with a short name; null when there is none.</summary>
    public static ProgramTypeInfo? Find(string name) => ByName.GetValueOrDefault(name);
}
