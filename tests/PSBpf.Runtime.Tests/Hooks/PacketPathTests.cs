using PSBpf.Diagnostics;
using PSBpf.Runtime.Hooks;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Hooks;

/// <summary>The way of a packet through an interface.</summary>
public sealed class PacketPathTests : HookFixture
{
    private static readonly byte[] Packet = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, .. new byte[49]];

    [Fact]
    public void A_packet_that_nobody_looks_at_arrives()
    {
        var result = Kernel.Receive("eth0", Packet, cancellation: Cancellation);
        Assert.Equal((PacketOutcome.Delivered, 0), (result.Outcome, result.Stages.Count));
        Assert.Equal(Packet, result.Data);
        Assert.Equal((PacketOutcome.Sent, "eth0"), (Kernel.Transmit("eth0", Packet, cancellation: Cancellation) is var sent ? (sent.Outcome, sent.Device) : default));
    }

    [Fact]
    public void It_passes_the_hooks_in_the_kernels_order()
    {
        Attach(Returns(2, ProgramType.Xdp), "xdp:eth0");
        Attach(Returns(64, ProgramType.SocketFilter), "packet:eth0");
        Attach(Returns(0, ProgramType.SchedCls), "tc:eth0:ingress");
        Attach(Returns(-1, ProgramType.SchedCls), "tc:eth0:egress");
        Attach(Returns(1, ProgramType.CgroupSkb), "cgroup:/:ingress");
        Attach(Returns(1, ProgramType.CgroupSkb), "cgroup:/a:egress");
        Attach(Returns(20, ProgramType.SocketFilter), "socket:mine");
        var inward = Kernel.Receive("eth0", Packet, new PathOptions("/a", "mine"), Cancellation);
        Assert.Equal(["xdp:eth0", "packet:eth0", "tc:eth0:ingress", "cgroup:/a:ingress", "socket:mine"], inward.Stages.Select(stage => stage.Hook.ToString()));
        Assert.Equal((PacketOutcome.Delivered, 34), (inward.Outcome, inward.Data.Length));
        var outward = Kernel.Transmit("eth0", Packet, new PathOptions("/a"), Cancellation);
        Assert.Equal(["cgroup:/a:egress", "tc:eth0:egress", "packet:eth0"], outward.Stages.Select(stage => stage.Hook.ToString()));
        Assert.Equal((PacketOutcome.Sent, "eth0"), (outward.Outcome, outward.Device));
    }

    [Theory]
    [InlineData("xdp:eth0", ProgramType.Xdp, 1, PacketOutcome.Dropped)]
    [InlineData("xdp:eth0", ProgramType.Xdp, 0, PacketOutcome.Dropped)]
    [InlineData("xdp:eth0", ProgramType.Xdp, 77, PacketOutcome.Dropped)]
    [InlineData("xdp:eth0", ProgramType.Xdp, 3, PacketOutcome.Sent)]
    [InlineData("tc:eth0:ingress", ProgramType.SchedCls, 2, PacketOutcome.Dropped)]
    [InlineData("tc:eth0:ingress", ProgramType.SchedCls, 3, PacketOutcome.Delivered)]
    [InlineData("cgroup:/a:ingress", ProgramType.CgroupSkb, 0, PacketOutcome.Dropped)]
    [InlineData("socket:mine", ProgramType.SocketFilter, 0, PacketOutcome.Dropped)]
    [InlineData("packet:eth0", ProgramType.SocketFilter, 0, PacketOutcome.Delivered)]
    public void A_verdict_decides_what_the_next_one_sees(string hook, ProgramType type, int verdict, PacketOutcome outcome)
    {
        Attach(Returns(verdict, type), hook);
        if (hook != "socket:mine") Attach(Returns(1000, ProgramType.SocketFilter), "socket:mine");
        var result = Kernel.Receive("eth0", Packet, new PathOptions("/a/b", "mine"), Cancellation);
        Assert.Equal(outcome, result.Outcome);
        Assert.Equal(outcome == PacketOutcome.Delivered, result.Stages[^1].Hook.Type == "socket" && result.Stages[^1].Verdict != 0);
    }

    [Fact]
    public void What_programs_do_to_packet_and_mark_goes_on()
    {
        Attach(Load("grow", ProgramType.Xdp, """
            r6 = r1
            r2 = -4
            call bpf_xdp_adjust_head
            r0 = 2
            exit
            """), "xdp:eth0");
        Attach(Load("mark", ProgramType.SchedCls, "*(u32 *)(r1 +8) = 99\nr0 = 0\nexit"), "tc:eth0:ingress");
        // The length without the link header, and the mark.
        Attach(Load("look", ProgramType.CgroupSkb, """
            r2 = *(u32 *)(r1 +8)
            r0 = 0
            if r2 != 99 goto out
            r2 = *(u32 *)(r1 +0)
            if r2 != 54 goto out
            r0 = 1
            out: exit
            """), "cgroup:/:ingress");
        Assert.Equal(PacketOutcome.Delivered, Kernel.Receive("eth0", Packet, cancellation: Cancellation).Outcome);
    }

    [Fact]
    public void A_redirected_packet_goes_on_at_the_other_interface()
    {
        uint other = Kernel.DeviceIndex("eth1");
        Attach(Load("over", ProgramType.SchedCls, $"r1 = {other}\nr2 = 0\ncall bpf_redirect\nexit"), "tc:eth0:ingress");
        Attach(Load("back", ProgramType.SchedCls, $"r1 = {other}\nr2 = 1\ncall bpf_redirect\nexit"), "tc:eth2:ingress");
        Attach(Returns(-1, ProgramType.SchedCls), "tc:eth1:egress");
        Attach(Returns(-1, ProgramType.SchedCls), "tc:eth1:ingress");
        var over = Kernel.Receive("eth0", Packet, cancellation: Cancellation);
        Assert.Equal((PacketOutcome.Sent, "eth1"), (over.Outcome, over.Device));
        Assert.Equal("tc:eth1:egress", over.Stages[^1].Hook.ToString());
        var back = Kernel.Receive("eth2", Packet, cancellation: Cancellation);
        Assert.Equal(PacketOutcome.Delivered, back.Outcome);
        Assert.Equal("tc:eth1:ingress", back.Stages[^1].Hook.ToString());
    }

    [Fact]
    public void A_packet_that_goes_round_is_dropped_in_the_end()
    {
        uint own = Kernel.DeviceIndex("eth0");
        Attach(Load("round", ProgramType.SchedCls, $"r1 = {own}\nr2 = 1\ncall bpf_redirect\nexit"), "tc:eth0:ingress");
        var result = Kernel.Receive("eth0", Packet, cancellation: Cancellation);
        Assert.Equal(PacketOutcome.Dropped, result.Outcome);
        Assert.InRange(result.Stages.Count, 2, 20);
    }

    [Fact]
    public void A_name_that_is_none_is_an_error() =>
        Assert.Equal("BPF2201", Assert.Throws<BpfException>(() => Kernel.Receive("a:b", Packet, cancellation: Cancellation)).Id);
}
