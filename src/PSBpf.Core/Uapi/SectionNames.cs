using static PSBpf.Uapi.SectionTarget;

namespace PSBpf.Uapi;

/// <summary>What may follow a section's prefix.</summary>
public enum SectionTarget
{
    /// <summary>Nothing: the name stands alone.</summary>
    None,

    /// <summary>A slash and a target, or nothing when the target is named at attach time.</summary>
    Optional,
}

/// <summary>One of libbpf's ELF section names.</summary>
/// <param name="Prefix">The name, or what stands before the slash and the target.</param>
/// <param name="Type">BPF_PROG_TYPE_* of programs in it.</param>
/// <param name="Attach">expected_attach_type of programs in it; 0 when the type has none.</param>
/// <param name="Target">Whether a target may follow.</param>
/// <param name="TargetForm">The form of that target, e.g. <c>category/name</c>; empty when there is none.</param>
/// <param name="Flags">BPF_F_SLEEPABLE and its like.</param>
public sealed record SectionName(
    string Prefix, ProgramType Type, AttachType Attach = 0, SectionTarget Target = None, string TargetForm = "", uint Flags = 0)
{
    /// <summary>Whether programs in the section may sleep.</summary>
    public bool IsSleepable => (Flags & SectionNames.Sleepable) != 0;

    /// <summary>The name with the form of its target, e.g. <c>tracepoint/&lt;category/name&gt;</c>.</summary>
    public string Form => Target == None ? Prefix : $"{Prefix}/<{TargetForm}>";

    /// <summary>Whether a section is this one. A slash with nothing after it names no target, as to libbpf.</summary>
    public bool Matches(string section) =>
        section.StartsWith(Prefix, StringComparison.Ordinal)
        && (section.Length == Prefix.Length || (Target == Optional && section[Prefix.Length] == '/'));

    /// <summary>What a section that matches says after the prefix; empty when nothing.</summary>
    public string TargetOf(string section) => section.Length > Prefix.Length ? section[(Prefix.Length + 1)..] : "";
}

/// <summary>
/// The table of ELF section names, from libbpf's documentation ("Program Types and ELF Sections"): which program type
/// and attach type each one means.
/// </summary>
public static class SectionNames
{
    /// <summary>BPF_F_SLEEPABLE.</summary>
    public const uint Sleepable = 1 << 4;

    /// <summary>BPF_F_XDP_HAS_FRAGS.</summary>
    public const uint XdpHasFrags = 1 << 5;

    private const string Function = "function";
    private const string UserFunction = "binary:function";

    /// <summary>Every row.</summary>
    public static IReadOnlyList<SectionName> All { get; } =
    [
        new("socket", ProgramType.SocketFilter),
        new("sk_reuseport/migrate", ProgramType.SkReuseport, AttachType.SkReuseportSelectOrMigrate),
        new("sk_reuseport", ProgramType.SkReuseport, AttachType.SkReuseportSelect),
        new("kprobe", ProgramType.Kprobe, 0, Optional, Function),
        new("kretprobe", ProgramType.Kprobe, 0, Optional, Function),
        new("kprobe.multi", ProgramType.Kprobe, AttachType.TraceKprobeMulti, Optional, "pattern"),
        new("kretprobe.multi", ProgramType.Kprobe, AttachType.TraceKprobeMulti, Optional, "pattern"),
        new("kprobe.session", ProgramType.Kprobe, AttachType.TraceKprobeSession, Optional, "pattern"),
        new("ksyscall", ProgramType.Kprobe, 0, Optional, "syscall"),
        new("kretsyscall", ProgramType.Kprobe, 0, Optional, "syscall"),
        new("uprobe", ProgramType.Kprobe, 0, Optional, UserFunction),
        new("uprobe.s", ProgramType.Kprobe, 0, Optional, UserFunction, Sleepable),
        new("uretprobe", ProgramType.Kprobe, 0, Optional, UserFunction),
        new("uretprobe.s", ProgramType.Kprobe, 0, Optional, UserFunction, Sleepable),
        new("uprobe.multi", ProgramType.Kprobe, AttachType.TraceUprobeMulti, Optional, "binary:pattern"),
        new("uprobe.multi.s", ProgramType.Kprobe, AttachType.TraceUprobeMulti, Optional, "binary:pattern", Sleepable),
        new("uretprobe.multi", ProgramType.Kprobe, AttachType.TraceUprobeMulti, Optional, "binary:pattern"),
        new("uretprobe.multi.s", ProgramType.Kprobe, AttachType.TraceUprobeMulti, Optional, "binary:pattern", Sleepable),
        new("uprobe.session", ProgramType.Kprobe, AttachType.TraceUprobeSession, Optional, "binary:pattern"),
        new("uprobe.session.s", ProgramType.Kprobe, AttachType.TraceUprobeSession, Optional, "binary:pattern", Sleepable),
        new("usdt", ProgramType.Kprobe, 0, Optional, "binary:provider:name"),
        new("usdt.s", ProgramType.Kprobe, 0, Optional, "binary:provider:name", Sleepable),
        new("tc/ingress", ProgramType.SchedCls, AttachType.TcxIngress),
        new("tc/egress", ProgramType.SchedCls, AttachType.TcxEgress),
        new("tcx/ingress", ProgramType.SchedCls, AttachType.TcxIngress),
        new("tcx/egress", ProgramType.SchedCls, AttachType.TcxEgress),
        new("netkit/primary", ProgramType.SchedCls, AttachType.NetkitPrimary),
        new("netkit/peer", ProgramType.SchedCls, AttachType.NetkitPeer),
        new("tc", ProgramType.SchedCls),
        new("classifier", ProgramType.SchedCls),
        new("action", ProgramType.SchedAct),
        new("tracepoint", ProgramType.Tracepoint, 0, Optional, "category/name"),
        new("tp", ProgramType.Tracepoint, 0, Optional, "category/name"),
        new("raw_tracepoint", ProgramType.RawTracepoint, 0, Optional, "name"),
        new("raw_tp", ProgramType.RawTracepoint, 0, Optional, "name"),
        new("raw_tracepoint.w", ProgramType.RawTracepointWritable, 0, Optional, "name"),
        new("raw_tp.w", ProgramType.RawTracepointWritable, 0, Optional, "name"),
        new("tp_btf", ProgramType.Tracing, AttachType.TraceRawTp, Optional, "name"),
        new("fentry", ProgramType.Tracing, AttachType.TraceFentry, Optional, Function),
        new("fentry.s", ProgramType.Tracing, AttachType.TraceFentry, Optional, Function, Sleepable),
        new("fexit", ProgramType.Tracing, AttachType.TraceFexit, Optional, Function),
        new("fexit.s", ProgramType.Tracing, AttachType.TraceFexit, Optional, Function, Sleepable),
        new("fmod_ret", ProgramType.Tracing, AttachType.ModifyReturn, Optional, Function),
        new("fmod_ret.s", ProgramType.Tracing, AttachType.ModifyReturn, Optional, Function, Sleepable),
        new("iter", ProgramType.Tracing, AttachType.TraceIter, Optional, "name"),
        new("iter.s", ProgramType.Tracing, AttachType.TraceIter, Optional, "name", Sleepable),
        new("freplace", ProgramType.Ext, 0, Optional, Function),
        new("lsm", ProgramType.Lsm, AttachType.LsmMac, Optional, "hook"),
        new("lsm.s", ProgramType.Lsm, AttachType.LsmMac, Optional, "hook", Sleepable),
        new("lsm_cgroup", ProgramType.Lsm, AttachType.LsmCgroup, Optional, "hook"),
        new("syscall", ProgramType.Syscall, Flags: Sleepable),
        new("xdp.frags/devmap", ProgramType.Xdp, AttachType.XdpDevmap, Flags: XdpHasFrags),
        new("xdp/devmap", ProgramType.Xdp, AttachType.XdpDevmap),
        new("xdp.frags/cpumap", ProgramType.Xdp, AttachType.XdpCpumap, Flags: XdpHasFrags),
        new("xdp/cpumap", ProgramType.Xdp, AttachType.XdpCpumap),
        new("xdp.frags", ProgramType.Xdp, AttachType.Xdp, Flags: XdpHasFrags),
        new("xdp", ProgramType.Xdp, AttachType.Xdp),
        new("perf_event", ProgramType.PerfEvent),
        new("lwt_in", ProgramType.LwtIn),
        new("lwt_out", ProgramType.LwtOut),
        new("lwt_xmit", ProgramType.LwtXmit),
        new("lwt_seg6local", ProgramType.LwtSeg6Local),
        new("sockops", ProgramType.SockOps, AttachType.CgroupSockOps),
        new("sk_skb/stream_parser", ProgramType.SkSkb, AttachType.SkSkbStreamParser),
        new("sk_skb/stream_verdict", ProgramType.SkSkb, AttachType.SkSkbStreamVerdict),
        new("sk_skb/verdict", ProgramType.SkSkb, AttachType.SkSkbVerdict),
        new("sk_skb", ProgramType.SkSkb),
        new("sk_msg", ProgramType.SkMsg, AttachType.SkMsgVerdict),
        // libbpf has the bare name only; decoders name their protocol.
        new("lirc_mode2", ProgramType.LircMode2, AttachType.LircMode2, Optional, "protocol"),
        new("flow_dissector", ProgramType.FlowDissector, AttachType.FlowDissector),
        new("cgroup_skb/ingress", ProgramType.CgroupSkb, AttachType.CgroupInetIngress),
        new("cgroup_skb/egress", ProgramType.CgroupSkb, AttachType.CgroupInetEgress),
        new("cgroup/skb", ProgramType.CgroupSkb),
        new("cgroup/sock_create", ProgramType.CgroupSock, AttachType.CgroupInetSockCreate),
        new("cgroup/sock_release", ProgramType.CgroupSock, AttachType.CgroupInetSockRelease),
        new("cgroup/sock", ProgramType.CgroupSock, AttachType.CgroupInetSockCreate),
        new("cgroup/post_bind4", ProgramType.CgroupSock, AttachType.CgroupInet4PostBind),
        new("cgroup/post_bind6", ProgramType.CgroupSock, AttachType.CgroupInet6PostBind),
        new("cgroup/bind4", ProgramType.CgroupSockAddr, AttachType.CgroupInet4Bind),
        new("cgroup/bind6", ProgramType.CgroupSockAddr, AttachType.CgroupInet6Bind),
        new("cgroup/connect4", ProgramType.CgroupSockAddr, AttachType.CgroupInet4Connect),
        new("cgroup/connect6", ProgramType.CgroupSockAddr, AttachType.CgroupInet6Connect),
        new("cgroup/connect_unix", ProgramType.CgroupSockAddr, AttachType.CgroupUnixConnect),
        new("cgroup/sendmsg4", ProgramType.CgroupSockAddr, AttachType.CgroupUdp4Sendmsg),
        new("cgroup/sendmsg6", ProgramType.CgroupSockAddr, AttachType.CgroupUdp6Sendmsg),
        new("cgroup/sendmsg_unix", ProgramType.CgroupSockAddr, AttachType.CgroupUnixSendmsg),
        new("cgroup/recvmsg4", ProgramType.CgroupSockAddr, AttachType.CgroupUdp4Recvmsg),
        new("cgroup/recvmsg6", ProgramType.CgroupSockAddr, AttachType.CgroupUdp6Recvmsg),
        new("cgroup/recvmsg_unix", ProgramType.CgroupSockAddr, AttachType.CgroupUnixRecvmsg),
        new("cgroup/getpeername4", ProgramType.CgroupSockAddr, AttachType.CgroupInet4Getpeername),
        new("cgroup/getpeername6", ProgramType.CgroupSockAddr, AttachType.CgroupInet6Getpeername),
        new("cgroup/getpeername_unix", ProgramType.CgroupSockAddr, AttachType.CgroupUnixGetpeername),
        new("cgroup/getsockname4", ProgramType.CgroupSockAddr, AttachType.CgroupInet4Getsockname),
        new("cgroup/getsockname6", ProgramType.CgroupSockAddr, AttachType.CgroupInet6Getsockname),
        new("cgroup/getsockname_unix", ProgramType.CgroupSockAddr, AttachType.CgroupUnixGetsockname),
        new("cgroup/sysctl", ProgramType.CgroupSysctl, AttachType.CgroupSysctl),
        new("cgroup/getsockopt", ProgramType.CgroupSockopt, AttachType.CgroupGetsockopt),
        new("cgroup/setsockopt", ProgramType.CgroupSockopt, AttachType.CgroupSetsockopt),
        new("cgroup/dev", ProgramType.CgroupDevice, AttachType.CgroupDevice),
        new("struct_ops", ProgramType.StructOps, 0, Optional, "name"),
        new("struct_ops.s", ProgramType.StructOps, 0, Optional, "name", Sleepable),
        new("sk_lookup", ProgramType.SkLookup, AttachType.SkLookup),
        new("netfilter", ProgramType.Netfilter, AttachType.Netfilter),
    ];

    /// <summary>The row that a section is an instance of; null when there is none. A leading <c>?</c> must be cut off before.</summary>
    public static SectionName? Match(string section) => All.FirstOrDefault(row => row.Matches(section));

    /// <summary>The row that someone who wrote an unknown name may have meant: the one it starts with. Null when there is none.</summary>
    public static SectionName? Suggest(string section) =>
        All.Where(row => section.StartsWith(row.Prefix, StringComparison.Ordinal)).MaxBy(row => row.Prefix.Length);
}
