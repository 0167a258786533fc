using System.Collections.Frozen;

namespace PSBpf.Uapi;

/// <summary>Every program type, once.</summary>
public static class ProgramTypeTable
{
    private static readonly FrozenDictionary<int, string> XdpActions = Names((0, "XDP_ABORTED"), (1, "XDP_DROP"), (2, "XDP_PASS"), (3, "XDP_TX"), (4, "XDP_REDIRECT"));

    private static readonly FrozenDictionary<int, string> TcActions = Names((-1, "TC_ACT_UNSPEC"), (0, "TC_ACT_OK"), (1, "TC_ACT_RECLASSIFY"), (2, "TC_ACT_SHOT"), (3, "TC_ACT_PIPE"), (4, "TC_ACT_STOLEN"), (5, "TC_ACT_QUEUED"), (6, "TC_ACT_REPEAT"), (7, "TC_ACT_REDIRECT"), (8, "TC_ACT_TRAP"));

    private static readonly FrozenDictionary<int, string> CgroupVerdicts = Names((0, "DENY"), (1, "ALLOW"));

    private static readonly FrozenDictionary<int, string> SocketVerdicts = Names((0, "SK_DROP"), (1, "SK_PASS"));

    private static readonly FrozenDictionary<int, string> TunnelVerdicts = Names((0, "BPF_OK"), (2, "BPF_DROP"), (7, "BPF_REDIRECT"), (128, "BPF_LWT_REROUTE"));

    private static readonly FrozenDictionary<int, string> DissectorVerdicts = Names((0, "BPF_OK"), (2, "BPF_DROP"), (129, "BPF_FLOW_DISSECTOR_CONTINUE"));

    private static readonly FrozenDictionary<int, string> NetfilterVerdicts = Names((0, "NF_DROP"), (1, "NF_ACCEPT"));

    // What the types may return and which attach types they are loaded with was asked of Linux 6.18.
    private static readonly ProgramTypeInfo[] Rows =
    [
        new() { Type = ProgramType.Unspecified, Name = "unspec" },
        new() { Type = ProgramType.SocketFilter, Name = "socket_filter", Rules = new(ContextLayouts.SocketFilterSkb) },
        new()
        {
            Type = ProgramType.Kprobe, Name = "kprobe", Rules = new(ContextLayouts.PtRegs), MaySleep = true,
            // Whether the function's return is wanted too.
            RulesByAttachType = Rules((new(ContextLayouts.PtRegs, 0, 1), [AttachType.TraceKprobeSession, AttachType.TraceUprobeSession])),
        },
        new() { Type = ProgramType.SchedCls, Name = "sched_cls", Rules = new(ContextLayouts.SchedSkb), Packet = PacketAccess.Write, Verdicts = TcActions },
        new() { Type = ProgramType.SchedAct, Name = "sched_act", Rules = new(ContextLayouts.SchedSkb), Packet = PacketAccess.Write, Verdicts = TcActions },
        new() { Type = ProgramType.Tracepoint, Name = "tracepoint", Rules = new(ContextLayouts.TracepointRecord) },
        new()
        {
            Type = ProgramType.Xdp, Name = "xdp", Rules = new(ContextLayouts.Xdp), Packet = PacketAccess.Write, Verdicts = XdpActions,
            RulesByAttachType = Rules((new(ContextLayouts.XdpDevmap), [AttachType.XdpDevmap])),
        },
        new() { Type = ProgramType.PerfEvent, Name = "perf_event", Rules = new(ContextLayouts.PerfEvent) },
        Attached(
            new() { Type = ProgramType.CgroupSkb, Name = "cgroup_skb", Packet = PacketAccess.Read, Verdicts = CgroupVerdicts },
            (new(ContextLayouts.CgroupSkb, 0, 1), [AttachType.CgroupInetIngress]), (new(ContextLayouts.CgroupSkb, 0, 3), [AttachType.CgroupInetEgress])),
        Attached(
            new() { Type = ProgramType.CgroupSock, Name = "cgroup_sock", Verdicts = CgroupVerdicts },
            // None given means that the socket is made.
            (new(ContextLayouts.CgroupSock, 0, 1), [AttachType.CgroupInetSockCreate, AttachType.CgroupInetSockRelease, default]),
            (new(ContextLayouts.CgroupPostBind4, 0, 1), [AttachType.CgroupInet4PostBind]),
            (new(ContextLayouts.CgroupPostBind6, 0, 1), [AttachType.CgroupInet6PostBind])),
        new() { Type = ProgramType.LwtIn, Name = "lwt_in", Rules = new(ContextLayouts.LwtSkb), Packet = PacketAccess.Read, Verdicts = TunnelVerdicts },
        new() { Type = ProgramType.LwtOut, Name = "lwt_out", Rules = new(ContextLayouts.LwtSkb), Packet = PacketAccess.Read, Verdicts = TunnelVerdicts },
        new() { Type = ProgramType.LwtXmit, Name = "lwt_xmit", Rules = new(ContextLayouts.LwtSkb), Packet = PacketAccess.Write, Verdicts = TunnelVerdicts },
        new() { Type = ProgramType.SockOps, Name = "sock_ops", Rules = new(ContextLayouts.SockOps, 0, 1) },
        new() { Type = ProgramType.SkSkb, Name = "sk_skb", Rules = new(ContextLayouts.SkSkb), Packet = PacketAccess.Write, Verdicts = SocketVerdicts },
        new() { Type = ProgramType.CgroupDevice, Name = "cgroup_device", Rules = new(ContextLayouts.CgroupDevice, 0, 1), Verdicts = CgroupVerdicts },
        new() { Type = ProgramType.SkMsg, Name = "sk_msg", Rules = new(ContextLayouts.SkMsg), Packet = PacketAccess.Write, Verdicts = SocketVerdicts },
        new() { Type = ProgramType.RawTracepoint, Name = "raw_tracepoint", Rules = new(ContextLayouts.RawTracepoint) },
        Attached(
            new() { Type = ProgramType.CgroupSockAddr, Name = "cgroup_sock_addr", Verdicts = CgroupVerdicts },
            (new(ContextLayouts.SockAddr4, 0, 3), [AttachType.CgroupInet4Bind]),
            (new(ContextLayouts.SockAddr6, 0, 3), [AttachType.CgroupInet6Bind]),
            (new(ContextLayouts.SockAddr4, 0, 1), [AttachType.CgroupInet4Connect]),
            (new(ContextLayouts.SockAddr6, 0, 1), [AttachType.CgroupInet6Connect]),
            (new(ContextLayouts.SockAddrUnix, 0, 1), [AttachType.CgroupUnixConnect, AttachType.CgroupUnixSendmsg]),
            (new(ContextLayouts.SockAddrSend4, 0, 1), [AttachType.CgroupUdp4Sendmsg]),
            (new(ContextLayouts.SockAddrSend6, 0, 1), [AttachType.CgroupUdp6Sendmsg]),
            (new(ContextLayouts.SockAddr4, 1, 1), [AttachType.CgroupUdp4Recvmsg, AttachType.CgroupInet4Getpeername, AttachType.CgroupInet4Getsockname]),
            (new(ContextLayouts.SockAddr6, 1, 1), [AttachType.CgroupUdp6Recvmsg, AttachType.CgroupInet6Getpeername, AttachType.CgroupInet6Getsockname]),
            (new(ContextLayouts.SockAddrUnix, 1, 1), [AttachType.CgroupUnixRecvmsg, AttachType.CgroupUnixGetpeername, AttachType.CgroupUnixGetsockname])),
        new() { Type = ProgramType.LwtSeg6Local, Name = "lwt_seg6local", Rules = new(ContextLayouts.LwtSkb), Packet = PacketAccess.Read, Verdicts = TunnelVerdicts },
        new() { Type = ProgramType.LircMode2, Name = "lirc_mode2", Rules = new(ContextLayouts.Lirc) },
        Attached(
            new() { Type = ProgramType.SkReuseport, Name = "sk_reuseport", Packet = PacketAccess.Read, Verdicts = SocketVerdicts },
            (new(ContextLayouts.SkReuseport), [AttachType.SkReuseportSelect, AttachType.SkReuseportSelectOrMigrate, default])),
        new() { Type = ProgramType.FlowDissector, Name = "flow_dissector", Rules = new(ContextLayouts.FlowDissectorSkb), Packet = PacketAccess.Read, Verdicts = DissectorVerdicts },
        new() { Type = ProgramType.CgroupSysctl, Name = "cgroup_sysctl", Rules = new(ContextLayouts.Sysctl, 0, 1), Verdicts = CgroupVerdicts },
        new() { Type = ProgramType.RawTracepointWritable, Name = "raw_tracepoint_writable", Rules = new(ContextLayouts.RawTracepointWritable) },
        Attached(
            new() { Type = ProgramType.CgroupSockopt, Name = "cgroup_sockopt", Packet = PacketAccess.Write, Verdicts = CgroupVerdicts },
            (new(ContextLayouts.GetSockopt, 0, 1), [AttachType.CgroupGetsockopt]), (new(ContextLayouts.SetSockopt, 0, 1), [AttachType.CgroupSetsockopt])),
        new() { Type = ProgramType.Tracing, Name = "tracing", MaySleep = true },
        new() { Type = ProgramType.StructOps, Name = "struct_ops", MaySleep = true },
        new() { Type = ProgramType.Ext, Name = "ext" },
        new() { Type = ProgramType.Lsm, Name = "lsm", MaySleep = true },
        Attached(
            new() { Type = ProgramType.SkLookup, Name = "sk_lookup", Verdicts = SocketVerdicts },
            (new(ContextLayouts.SkLookup, 0, 1), [AttachType.SkLookup])),
        Attached(
            new() { Type = ProgramType.Syscall, Name = "syscall", MaySleep = true },
            (new(ContextLayouts.SystemCall), [default])),
        Attached(
            new() { Type = ProgramType.Netfilter, Name = "netfilter", Verdicts = NetfilterVerdicts },
            (new(ContextLayouts.Netfilter, 0, 1), [AttachType.Netfilter])),
    ];

    private static readonly FrozenDictionary<string, ProgramTypeInfo> ByName = Rows.ToFrozenDictionary(row => row.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>All types, ascending by number.</summary>
    public static IReadOnlyList<ProgramTypeInfo> All => Rows;

    /// <summary>The row of a type.</summary>
    public static ProgramTypeInfo Get(ProgramType type) => Rows[(int)type];

    /// <summary>The type with a short name; null when there is none.</summary>
    public static ProgramTypeInfo? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The short name of a type; the number for one that is newer than this table.</summary>
    public static string NameOf(ProgramType type) =>
        (uint)type < Rows.Length ? Rows[(int)type].Name : ((int)type).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static FrozenDictionary<int, string> Names(params (int Value, string Name)[] names) => names.ToFrozenDictionary(each => each.Value, each => each.Name);

    private static ProgramTypeInfo Attached(ProgramTypeInfo row, params (ProgramRules Rules, AttachType[] Types)[] rules) => row with
    {
        Rules = rules[0].Rules,
        RulesByAttachType = Rules(rules),
        NeedsAttachType = true,
    };

    private static FrozenDictionary<AttachType, ProgramRules> Rules(params (ProgramRules Rules, AttachType[] Types)[] rules) =>
        rules.SelectMany(each => each.Types.Select(type => (type, each.Rules))).ToFrozenDictionary(each => each.type, each => each.Rules);
}
