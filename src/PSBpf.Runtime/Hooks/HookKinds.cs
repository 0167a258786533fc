using System.Collections.Frozen;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Hooks;

/// <summary>Every kind of hook, once.</summary>
internal static class HookKinds
{
    private static readonly HookKind[] Rows =
    [
        new()
        {
            Name = "xdp", Target = HookTarget.Interface, Rule = VerdictRule.Xdp, Types = [ProgramType.Xdp], AttachTypes = [default, AttachType.Xdp],
            Capacity = 1, IsOnInterface = true, HasPacket = true,
        },
        new()
        {
            Name = "tc", Target = HookTarget.InterfaceAnd("ingress", "egress"), Rule = VerdictRule.Classifier, Types = [ProgramType.SchedCls, ProgramType.SchedAct],
            IsOnInterface = true, HasPacket = true,
        },
        new()
        {
            Name = "netkit", Target = HookTarget.InterfaceAnd("primary", "peer"), Rule = VerdictRule.Classifier, Types = [ProgramType.SchedCls],
            AttachTypes = [AttachType.NetkitPrimary, AttachType.NetkitPeer], IsOnInterface = true, HasPacket = true,
        },
        new()
        {
            Name = "lwt", Target = HookTarget.InterfaceAnd("in", "out", "xmit", "seg6local"), Rule = VerdictRule.Only,
            Types = [ProgramType.LwtIn, ProgramType.LwtOut, ProgramType.LwtXmit, ProgramType.LwtSeg6Local], Capacity = 1, IsOnInterface = true, HasPacket = true,
        },
        new() { Name = "socket", Target = HookTarget.Name, Rule = VerdictRule.Only, Types = [ProgramType.SocketFilter], Capacity = 1, HasPacket = true },
        new() { Name = "packet", Target = HookTarget.Interface, Rule = VerdictRule.Everyone, Types = [ProgramType.SocketFilter], IsOnInterface = true, HasPacket = true },
        new() { Name = "cgroup", Target = HookTarget.Cgroup, Rule = VerdictRule.Denial },
        new() { Name = "sk_lookup", Target = HookTarget.Name, Rule = VerdictRule.Denial, Types = [ProgramType.SkLookup] },
        new() { Name = "netfilter", Target = HookTarget.Name, Rule = VerdictRule.FirstDrop, Types = [ProgramType.Netfilter], HasPacket = true },
        new() { Name = "flow_dissector", Target = HookTarget.Name, Rule = VerdictRule.Only, Types = [ProgramType.FlowDissector], Capacity = 1, HasPacket = true },
        new() { Name = "tracepoint", Target = HookTarget.Tracepoint, Rule = VerdictRule.Everyone, Types = [ProgramType.Tracepoint], Sections = ["tracepoint", "tp"] },
        new()
        {
            Name = "raw_tracepoint", Target = HookTarget.Name, Rule = VerdictRule.Everyone,
            Types = [ProgramType.RawTracepoint, ProgramType.RawTracepointWritable], Sections = ["raw_tracepoint", "raw_tp", "raw_tracepoint.w", "raw_tp.w"],
        },
        Tracing("tp_btf", AttachType.TraceRawTp, HookTarget.Name, VerdictRule.Everyone),
        Tracing("fentry", AttachType.TraceFentry, HookTarget.Function, VerdictRule.Everyone, "fentry.s"),
        Tracing("fexit", AttachType.TraceFexit, HookTarget.Function, VerdictRule.Everyone, "fexit.s"),
        Tracing("fmod_ret", AttachType.ModifyReturn, HookTarget.Function, VerdictRule.FirstError, "fmod_ret.s"),
        Tracing("iter", AttachType.TraceIter, HookTarget.Name, VerdictRule.Everyone, "iter.s"),
        new()
        {
            Name = "lsm", Target = HookTarget.Name, Rule = VerdictRule.FirstError, Types = [ProgramType.Lsm], AttachTypes = [AttachType.LsmMac], Sections = ["lsm", "lsm.s"],
        },
        Probe("kprobe", HookTarget.Function, "kprobe", "kprobe.multi", "kprobe.session"),
        Probe("kretprobe", HookTarget.Function, "kretprobe", "kretprobe.multi"),
        Probe("ksyscall", HookTarget.Name, "ksyscall"),
        Probe("kretsyscall", HookTarget.Name, "kretsyscall"),
        Probe("uprobe", HookTarget.UserFunction, "uprobe", "uprobe.s", "uprobe.multi", "uprobe.multi.s", "uprobe.session", "uprobe.session.s"),
        Probe("uretprobe", HookTarget.UserFunction, "uretprobe", "uretprobe.s", "uretprobe.multi", "uretprobe.multi.s"),
        Probe("usdt", HookTarget.UserEvent, "usdt", "usdt.s"),
        new() { Name = "perf_event", Target = HookTarget.Name, Rule = VerdictRule.Everyone, Types = [ProgramType.PerfEvent] },
        new() { Name = "lirc", Target = HookTarget.Name, Rule = VerdictRule.Everyone, Types = [ProgramType.LircMode2] },
    ];

    private static readonly FrozenDictionary<string, HookKind> ByName = Rows.ToFrozenDictionary(row => row.Name);

    private static readonly FrozenDictionary<string, HookKind> BySection =
        Rows.SelectMany(row => row.Sections.Select(section => (section, row))).ToFrozenDictionary(pair => pair.section, pair => pair.row);

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<HookKind> All => Rows;

    /// <summary>The kind with a name; null when there is none.</summary>
    public static HookKind? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The hook that a program's section names; null when it names none.</summary>
    public static HookName? Named(ProgramSpec program)
    {
        string section = program.Section.TrimStart('?');
        if (SectionNames.Match(section) is not { Target: SectionTarget.Optional } row || !BySection.TryGetValue(row.Prefix, out var kind)) return null;
        string target = row.TargetOf(section);
        return target.Length > 0 && HookName.TryParse($"{kind.Name}:{(kind.Target == HookTarget.Tracepoint ? target.Replace('/', ':') : target)}", out var name) ? name : null;
    }

    private static HookKind Tracing(string name, AttachType attach, HookTarget target, VerdictRule rule, params string[] sections) =>
        new() { Name = name, Target = target, Rule = rule, Types = [ProgramType.Tracing], AttachTypes = [attach], Sections = [name, .. sections] };

    private static HookKind Probe(string name, HookTarget target, params string[] sections) =>
        new() { Name = name, Target = target, Rule = VerdictRule.Everyone, Types = [ProgramType.Kprobe], Sections = sections };
}
