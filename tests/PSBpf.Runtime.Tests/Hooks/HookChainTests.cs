using PSBpf.Diagnostics;
using PSBpf.Runtime.Hooks;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Hooks;

/// <summary>Many programs on one hook: who runs, and whose word counts.</summary>
public sealed class HookChainTests : HookFixture
{
    private const uint AfterPass = 1 << 2, AfterDrop = 1 << 1;

    [Fact]
    public void Chained_xdp_programs_run_by_priority_while_their_verdicts_say_so()
    {
        var pass = Returns(2, ProgramType.Xdp, name: "pass");
        var drop = Returns(1, ProgramType.Xdp, name: "drop");
        var tx = Returns(3, ProgramType.Xdp, name: "tx");
        using var third = Attach(tx, "xdp:eth0", new() { ChainCalls = AfterPass, Priority = 60 });
        using var first = Attach(pass, "xdp:eth0", new() { ChainCalls = AfterPass, Priority = 10 });
        Assert.Equal(("pass tx", 3), Fire("xdp:eth0"));
        using (Attach(drop, "xdp:eth0", new() { ChainCalls = AfterPass, Priority = 20 })) Assert.Equal(("pass drop", 1), Fire("xdp:eth0"));

        // One that goes on after a drop leaves the packet to the next, and at the chain's end it passes.
        using (Attach(drop, "xdp:eth0", new() { ChainCalls = AfterDrop, Priority = 20 })) Assert.Equal(("pass drop tx", 3), Fire("xdp:eth0"));
        third.Dispose();
        using (Attach(drop, "xdp:eth0", new() { ChainCalls = AfterDrop, Priority = 20 })) Assert.Equal(("pass drop", 2), Fire("xdp:eth0"));
    }

    [Fact]
    public void A_program_that_is_alone_on_an_interface_shares_it_with_nobody()
    {
        var pass = Returns(2, ProgramType.Xdp);
        using (Attach(pass, "xdp:eth0"))
            Assert.Equal("BPF2203", Assert.Throws<BpfException>(() => Attach(pass, "xdp:eth0", new() { ChainCalls = AfterPass })).Id);
        using (Attach(pass, "xdp:eth0", new() { ChainCalls = AfterPass }))
            Assert.Equal("BPF2203", Assert.Throws<BpfException>(() => Attach(pass, "xdp:eth0")).Id);
    }

    [Fact]
    public void What_a_program_did_to_the_packet_the_next_one_sees()
    {
        const string write = """
            r2 = *(u32 *)(r1 +0)
            r3 = *(u32 *)(r1 +4)
            r4 = r2
            r4 += 1
            r0 = 2
            if r4 > r3 goto out
            r5 = *(u8 *)(r2 +0)
            r5 += 1
            *(u8 *)(r2 +0) = r5
            out: exit
            """;
        var first = Load("first", ProgramType.Xdp, write);
        var second = Load("second", ProgramType.Xdp, write);
        using var one = Attach(first, "xdp:eth0", new() { ChainCalls = AfterPass });
        using var two = Attach(second, "xdp:eth0", new() { ChainCalls = AfterPass });
        var results = Kernel.GetHook(HookName.Parse("xdp:eth0")).Fire([40, 0], Cancellation);
        Assert.Equal([[41, 0], [42, 0]], results.Select(result => result.Data));
    }

    [Fact]
    public void Classifiers_pass_the_question_on_until_one_decides()
    {
        var next = Returns(-1, ProgramType.SchedCls, name: "next");
        var shot = Returns(2, ProgramType.SchedCls, name: "shot");
        var pipe = Returns(3, ProgramType.SchedCls, name: "pipe");
        var stolen = Returns(4, ProgramType.SchedCls, name: "stolen");
        var ok = Returns(0, ProgramType.SchedCls, name: "ok");
        const string hook = "tc:eth0:ingress";

        // Filters run after tcx programs, whenever they came.
        using var filter = Attach(shot, hook, new() { Priority = 5 });
        using var program = Attach(next, hook);
        Assert.Equal(("next shot", 2), Fire(hook));

        // A filter that has no opinion, or an action that is none here, leaves it to the next.
        using (Attach(pipe, hook, new() { Priority = 1 })) Assert.Equal(("next pipe shot", 2), Fire(hook));
        using (Attach(stolen, hook, new() { Priority = 1 })) Assert.Equal(("next stolen", 4), Fire(hook));

        // A tcx program that returns what is no answer ends tcx; the filters are asked.
        using (Attach(pipe, hook, new() { Before = program })) Assert.Equal(("pipe shot", 2), Fire(hook));
        using (Attach(stolen, hook, new() { Before = program })) Assert.Equal(("stolen shot", 2), Fire(hook));
        using (Attach(ok, hook, new() { After = program })) Assert.Equal(("next ok", 0), Fire(hook));
        filter.Dispose();
        Assert.Equal(("next", -1), Fire(hook));
        Assert.Equal("BPF2204", Assert.Throws<BpfException>(() => Fire("tc:eth0:egress")).Id);
    }

    [Fact]
    public void Links_stand_where_their_anchors_say()
    {
        const string hook = "tc:eth0:egress";
        ManagedProgram[] programs = [.. Enumerable.Range(0, 5).Select(number => Returns(-1, ProgramType.SchedCls, name: $"p{number}"))];
        using var first = Attach(programs[0], hook);
        using var last = Attach(programs[1], hook);
        using var middle = Attach(programs[2], hook, new() { After = first });
        using var beforeAll = Attach(programs[3], hook, new() { Before = first });
        Assert.Equal("p3 p0 p2 p1", Fire(hook).Ran);
        using (Attach(programs[4], hook, new() { After = first, Before = middle })) Assert.Equal("p3 p0 p4 p2 p1", Fire(hook).Ran);
        Assert.Equal("BPF2207", Assert.Throws<BpfException>(() => Attach(programs[4], hook, new() { After = first, Before = last })).Id);
        Assert.Equal("BPF2207", Assert.Throws<BpfException>(() => Attach(programs[4], "tc:eth0:ingress", new() { After = first })).Id);
        Assert.Equal("BPF2207", Assert.Throws<BpfException>(() => Attach(programs[4], hook, new() { After = first, Priority = 3 })).Id);
        last.Dispose();
        Assert.Equal("BPF2207", Assert.Throws<BpfException>(() => Attach(programs[4], hook, new() { Before = last })).Id);
        Assert.Equal("p3 p0 p2", Fire(hook).Ran);
    }

    [Fact]
    public void A_filter_is_replaced_by_priority_and_its_place_is_taken_once()
    {
        const string hook = "tc:eth0:ingress";
        var one = Returns(-1, ProgramType.SchedCls, name: "one");
        var two = Returns(0, ProgramType.SchedCls, name: "two");
        var old = Attach(one, hook, new() { Priority = 7 });
        using var other = Attach(one, hook, new() { Priority = 8 });
        Assert.Equal("BPF2203", Assert.Throws<BpfException>(() => Attach(two, hook, new() { Priority = 7 })).Id);
        using var replaced = Attach(two, hook, new() { Priority = 7, Replace = true });
        Assert.Equal(LinkState.Detached, old.State);
        Assert.Equal(("two", 0), Fire(hook));
        Assert.Equal(2, Kernel.GetHook(HookName.Parse(hook)).Links.Count);
    }

    [Fact]
    public void A_link_takes_another_program_only_in_place_of_the_expected_one()
    {
        var one = Returns(1, ProgramType.Xdp, name: "one");
        var two = Returns(2, ProgramType.Xdp, name: "two");
        using var link = Attach(one, "xdp:eth0");
        Assert.Equal("BPF2208", Assert.Throws<BpfException>(() => link.Replace(two, expected: two)).Id);
        Assert.Equal(("one", 1), Fire("xdp:eth0"));
        link.Replace(two, expected: one);
        Assert.Equal(("two", 2), Fire("xdp:eth0"));
        Assert.Equal("BPF2202", Assert.Throws<BpfException>(() => link.Replace(Returns(0, ProgramType.SchedCls))).Id);
    }

    [Fact]
    public void All_probes_of_a_place_run()
    {
        ManagedProgram[] probes = [.. Enumerable.Range(0, 3).Select(number => Returns(number, ProgramType.Kprobe, name: $"p{number}"))];
        var links = probes.Select(probe => Attach(probe, "kprobe:do_unlinkat")).ToArray();
        Assert.Equal("p0 p1 p2", Fire("kprobe:do_unlinkat", context: new byte[168]).Ran);
        links[1].Dispose();
        Assert.Equal("p0 p2", Fire("kprobe:do_unlinkat").Ran);
        Assert.Equal(2, Kernel.GetHook(HookName.Parse("kprobe:do_unlinkat")).Events);
    }

    [Theory]
    [InlineData("xdp:eth0", ProgramType.SchedCls)]
    [InlineData("tc:eth0:ingress", ProgramType.Xdp)]
    [InlineData("cgroup:/a:connect4", ProgramType.Xdp)]
    [InlineData("kprobe:f", ProgramType.Tracepoint)]
    [InlineData("tracepoint:a:b", ProgramType.Kprobe)]
    public void A_hook_takes_its_own_programs_only(string hook, ProgramType type)
    {
        var error = Assert.Throws<BpfException>(() => Attach(Returns(0, type), hook));
        Assert.Equal("BPF2202", error.Id);
        Assert.Contains(ProgramTypeTable.NameOf(type), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_for_another_event_of_cgroups_is_refused()
    {
        var bind = Returns(1, ProgramType.CgroupSockAddr, AttachType.CgroupInet4Bind);
        Assert.Contains("attach type", Assert.Throws<BpfException>(() => Attach(bind, "cgroup:/a:connect4")).Message, StringComparison.Ordinal);
        using var link = Attach(bind, "cgroup:/a:bind4");
        var devmap = Returns(2, ProgramType.Xdp, AttachType.XdpDevmap);
        Assert.Equal("BPF2202", Assert.Throws<BpfException>(() => Attach(devmap, "xdp:eth0")).Id);
    }

    [Fact]
    public void A_packet_belongs_to_the_interface_of_its_hook()
    {
        // ingress_ifindex and ifindex, packed into one number.
        var program = Load("who", ProgramType.SchedCls, """
            r0 = *(u32 *)(r1 +36)
            r0 <<= 8
            r2 = *(u32 *)(r1 +40)
            r0 |= r2
            exit
            """);
        uint index = Kernel.DeviceIndex("eth7");
        using var ingress = Attach(program, "tc:eth7:ingress");
        using var egress = Attach(program, "tc:eth7:egress");
        Assert.Equal((int)(index << 8 | index), Kernel.GetHook(HookName.Parse("tc:eth7:ingress")).Fire(new byte[64], Cancellation)[0].ReturnValue);
        Assert.Equal((int)index, Kernel.GetHook(HookName.Parse("tc:eth7:egress")).Fire(new byte[64], Cancellation)[0].ReturnValue);
    }

    [Fact]
    public void A_redirect_names_where_the_packet_goes()
    {
        uint index = Kernel.DeviceIndex("eth9");
        var away = Load("away", ProgramType.Xdp, $"r1 = {index}\nr2 = 0\ncall bpf_redirect\nexit");
        var pass = Returns(2, ProgramType.Xdp);
        using (Attach(away, "xdp:eth0"))
        {
            var result = Assert.Single(Kernel.GetHook(HookName.Parse("xdp:eth0")).Fire(new byte[14], Cancellation));
            Assert.Equal("XDP_REDIRECT", result.Verdict);
            Assert.Equal(new HookRedirect(null, index, "eth9", 0), result.Redirect);
        }

        using (Attach(pass, "xdp:eth0")) Assert.Null(Assert.Single(Kernel.GetHook(HookName.Parse("xdp:eth0")).Fire(new byte[14], Cancellation)).Redirect);
    }

    [Fact]
    public void Nothing_is_allocated_for_a_chain()
    {
        using var first = Attach(Returns(-1, ProgramType.SchedCls), "tc:eth0:ingress");
        using var second = Attach(Returns(0, ProgramType.SchedCls), "tc:eth0:ingress");
        using var upper = Attach(Returns(1, ProgramType.CgroupSkb), "cgroup:/:ingress");
        var hook = Kernel.GetHook(HookName.Parse("tc:eth0:ingress"));
        var cgroup = Kernel.GetHook(HookName.Parse("cgroup:/a/b:ingress"));
        byte[] packet = new byte[64];
        Rounds(100);
        // What each event allocates shows in every part; lists inside of the engine may grow in one.
        long least = long.MaxValue;
        for (int part = 0; part < 4; part++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Rounds(250);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);

        void Rounds(int count)
        {
            for (int round = 0; round < count; round++)
            {
                hook.Inject(packet, CancellationToken.None);
                cgroup.Inject(packet, CancellationToken.None);
            }
        }
    }
}
