using System.Reflection;
using PSBpf.Hosting;

namespace PSBpf.Viewer.Tests;

/// <summary>What most tests watch: two programs of the session on two interfaces, and two that others loaded.</summary>
internal static class Samples
{
    public static string Root { get; } = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    public static string Folder { get; } = Path.Combine(Root, "scripts", "samples");

    public static void Load(FakeSource source, BpfSession session)
    {
        var firewall = session.Import(Path.Combine(Folder, "port_firewall.bpf.o"));
        var events = session.Import(Path.Combine(Folder, "packet_events.bpf.o"));
        session.Attach(firewall, "xdp:eth0");
        session.Attach(events, "xdp:eth1");
        source.Add(firewall.Id, firewall.Name, "xdp", 181_002, 58, ["xdp:eth0"], new() { ["XDP_PASS"] = 9312, ["XDP_DROP"] = 688 }, p99: 97, kernelId: firewall.KernelId);
        source.Add(events.Id, events.Name, "xdp", 24_800, 143, ["xdp:eth1"], new() { ["XDP_PASS"] = 100 }, p99: 260, dropped: 12, kernelId: events.KernelId);
        source.Add(90, "trace_openat", "tracepoint", 1338, 211, ["tracepoint:syscalls/sys_enter_openat"]);
        source.Add(91, "idle_probe", "kprobe", 0, 0);
        source.Maps = session.Maps.Count;
    }
}
