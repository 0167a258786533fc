using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime;
using PSBpf.Runtime.Hooks;
using PSBpf.Uapi;

namespace PSBpf.Benchmarks.Costs;

/// <summary>What an event costs at each kind of hook, with the shortest program that there is attached: putting packet and context in place, the run, the verdict.</summary>
internal sealed class HookCost : ICostMeasurement
{
    // Two instructions, so that the hook is what is measured.
    private static readonly (string Hook, ProgramType Type, AttachType Attach, int Result)[] Rows =
    [
        ("xdp:eth0", ProgramType.Xdp, default, 2),
        ("tc:eth0:ingress", ProgramType.SchedCls, default, 0),
        ("netkit:nk0:primary", ProgramType.SchedCls, AttachType.NetkitPrimary, 0),
        ("lwt:eth0:xmit", ProgramType.LwtXmit, default, 0),
        ("socket:one", ProgramType.SocketFilter, default, 40),
        ("packet:eth0", ProgramType.SocketFilter, default, 40),
        ("cgroup:/a/b:ingress", ProgramType.CgroupSkb, default, 1),
        ("cgroup:/a/b:connect4", ProgramType.CgroupSockAddr, AttachType.CgroupInet4Connect, 1),
        ("cgroup:/a/b:sock_create", ProgramType.CgroupSock, AttachType.CgroupInetSockCreate, 1),
        ("cgroup:/a/b:dev", ProgramType.CgroupDevice, default, 1),
        ("cgroup:/a/b:sysctl", ProgramType.CgroupSysctl, default, 1),
        ("cgroup:/a/b:setsockopt", ProgramType.CgroupSockopt, AttachType.CgroupSetsockopt, 1),
        ("sk_lookup:here", ProgramType.SkLookup, AttachType.SkLookup, 1),
        ("tracepoint:sched:sched_switch", ProgramType.Tracepoint, default, 0),
        ("raw_tracepoint:sys_enter", ProgramType.RawTracepoint, default, 0),
        ("kprobe:do_unlinkat", ProgramType.Kprobe, default, 0),
        ("uprobe:/bin/sh:main", ProgramType.Kprobe, default, 0),
        ("perf_event:cpu-clock", ProgramType.PerfEvent, default, 0),
    ];

    public string Title => "an event at a hook, with an empty program";

    public IEnumerable<CostFigure> Measure(CostContext context)
    {
        foreach (var (hook, type, attach, result) in Rows)
        {
            if (Load(context, type, attach, result) is not { } program) continue;
            using (program)
            {
                using (context.Managed.Attach(program, HookName.Parse(hook))) yield return Figure(context, hook, "one program");
                if (type is not (ProgramType.SchedCls or ProgramType.CgroupSkb or ProgramType.Kprobe) || hook.StartsWith("netkit", StringComparison.Ordinal)) continue;
                using var pass = type == ProgramType.SchedCls ? Load(context, type, attach, -1)! : Load(context, type, attach, result)!;
                var links = Enumerable.Range(0, 4).Select(_ => context.Managed.Attach(pass, HookName.Parse(hook))).ToArray();
                yield return Figure(context, hook, "four programs");
                foreach (var link in links) link.Dispose();
            }
        }
    }

    private CostFigure Figure(CostContext context, string name, string what)
    {
        var hook = context.Managed.GetHook(HookName.Parse(name));
        byte[] bytes = hook.HasPacket ? new byte[64] : [];
        return new CostFigure(Title, name, what, context.Time(() => hook.Inject(bytes)), "ns");
    }

    private static ManagedProgram? Load(CostContext context, ProgramType type, AttachType attach, int result)
    {
        var spec = new ProgramSpec { Name = "empty", Type = type, ExpectedAttachType = attach, Instructions = Assembler.Assemble($"r0 = {result}\nexit").Instructions };
        var program = context.Managed.LoadProgram(spec, [], ProgramLoadOptions.Default).Program as ManagedProgram;
        program?.Compile();
        return program;
    }
}
