using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Hooks;
using PSBpf.Runtime.Tests.Maps;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Hooks;

/// <summary>Programs come, go and change places on hooks of several kinds while other threads fire them; scripts/soak-hooks.sh does it for minutes.</summary>
public sealed class HookStormTests
{
    private const uint AfterPass = 1 << 2;

    private static readonly (string Hook, ProgramType Type, AttachType Attach, int[] Verdicts)[] Places =
    [
        ("xdp:eth0", ProgramType.Xdp, default, [1, 2]),
        ("tc:eth0:ingress", ProgramType.SchedCls, default, [-1, 0, 2]),
        ("tc:eth0:egress", ProgramType.SchedCls, default, [-1, 0]),
        ("cgroup:/:ingress", ProgramType.CgroupSkb, AttachType.CgroupInetIngress, [0, 1]),
        ("cgroup:/a/b:ingress", ProgramType.CgroupSkb, AttachType.CgroupInetIngress, [1]),
        ("kprobe:do_unlinkat", ProgramType.Kprobe, default, [0, 1]),
        ("socket:one", ProgramType.SocketFilter, default, [0, 100]),
    ];

    [Fact]
    public void Links_come_go_and_change_while_hooks_fire_and_nothing_is_left()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 4 });
        // Each program counts its runs in a map of its own, so that what is freed too early is used.
        var counters = new MapSpec { Name = "runs", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1 };
        var links = new List<ManagedLink>();
        long memory = kernel.MapMemoryBytes, runs = 0;
        byte[] packet = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, .. new byte[49]];
        MapStressTests.Storm(
            (thread, random, step) =>
            {
                if (thread == 0) Change(kernel, counters, links, random);
                else Interlocked.Add(ref runs, Fire(kernel, packet, random));
            },
            threads: 5);
        foreach (var link in links) link.Dispose();
        Assert.True(runs > 0);
        // What waits for runs to end goes with the next ones.
        for (int round = 0; round < 100 && (kernel.MapMemoryBytes != memory || kernel.Engine.Programs.All.Any()); round++)
        {
            using var last = Load(kernel, counters, Places[0], 2);
            last.TestRun(new TestRunRequest { Data = packet }, TestContext.Current.CancellationToken);
            kernel.Engine.Reclaimer.Collect();
        }

        Assert.Empty(kernel.Engine.Programs.All);
        Assert.All(kernel.Hooks, hook => Assert.Empty(hook.Links));
        kernel.Engine.Reclaimer.Collect();
        Assert.Equal(memory, kernel.MapMemoryBytes);
    }

    private static void Change(ManagedKernel kernel, MapSpec counters, List<ManagedLink> links, Random random)
    {
        var place = Places[random.Next(Places.Length)];
        switch (random.Next(5))
        {
            case 0 or 1 when links.Count > 0:
                int index = random.Next(links.Count);
                links[index].Dispose();
                links.RemoveAt(index);
                break;
            case 2 when links.Count > 0:
                // The same kind of program takes the place of the one that is there, or the link is gone by a replacement.
                var link = links[random.Next(links.Count)];
                var same = Places.Single(each => each.Hook == link.Hook.ToString());
                using (var other = Load(kernel, counters, same, same.Verdicts[random.Next(same.Verdicts.Length)]))
                {
                    try
                    {
                        link.Replace(other);
                    }
                    catch (BpfException exception) when (exception.Id == "BPF2205")
                    {
                        links.Remove(link);
                    }
                }

                break;
            default:
                using (var program = Load(kernel, counters, place, place.Verdicts[random.Next(place.Verdicts.Length)]))
                {
                    var options = place.Type == ProgramType.Xdp ? new LinkOptions { ChainCalls = AfterPass, Priority = random.Next(3) }
                        : place.Type == ProgramType.SocketFilter ? new LinkOptions { Replace = true }
                        : place.Type == ProgramType.SchedCls && random.Next(2) == 0 ? new LinkOptions { Priority = random.Next(1, 5), Replace = true } : new LinkOptions();
                    links.Add(kernel.Attach(program, HookName.Parse(place.Hook), options));
                }

                // A hook with hundreds of programs fires too seldom to be of use here.
                if (links.Count > 24)
                {
                    links[0].Dispose();
                    links.RemoveAt(0);
                }

                break;
        }
    }

    private static int Fire(ManagedKernel kernel, byte[] packet, Random random)
    {
        if (random.Next(3) == 0)
        {
            var options = new PathOptions("/a/b", "one");
            var way = random.Next(2) == 0 ? kernel.Receive("eth0", packet, options) : kernel.Transmit("eth0", packet, options);
            return way.Stages.Sum(stage => stage.Results.Count);
        }

        var hook = kernel.GetHook(HookName.Parse(Places[random.Next(Places.Length)].Hook));
        try
        {
            return hook.Fire(new HookEvent { Packet = hook.HasPacket ? packet : [] }, out _).Count;
        }
        catch (BpfException exception) when (exception.Id == "BPF2204")
        {
            return 0;
        }
    }

    private static ManagedProgram Load(ManagedKernel kernel, MapSpec counters, (string Hook, ProgramType Type, AttachType Attach, int[] Verdicts) place, int verdict)
    {
        using var map = kernel.CreateMap(counters);
        var assembled = Isa.Assembler.Assemble($"""
            *(u32 *)(r10 -4) = 0
            r1 = map[runs]
            r2 = r10
            r2 += -4
            call bpf_map_lookup_elem
            if r0 == 0 goto out
            r1 = 1
            lock *(u64 *)(r0 +0) += r1
            out: r0 = {verdict}
            exit
            """, ["runs"]);
        var spec = new ProgramSpec { Name = "p", Type = place.Type, ExpectedAttachType = place.Attach, Instructions = assembled.Instructions, Maps = [counters] };
        return (ManagedProgram)kernel.LoadProgram(spec, [map], ProgramLoadOptions.Default).Program!;
    }
}
