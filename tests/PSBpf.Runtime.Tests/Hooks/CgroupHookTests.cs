using PSBpf.Diagnostics;
using PSBpf.Runtime.Hooks;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Hooks;

/// <summary>Programs of cgroups: those above count below, as their mode says.</summary>
public sealed class CgroupHookTests : HookFixture
{
    private const AttachType Connect = AttachType.CgroupInet4Connect;

    [Fact]
    public void Programs_run_from_the_cgroup_upwards_and_any_denial_wins()
    {
        using var root = Attach(Allow("root"), "cgroup:/:connect4");
        using var a = Attach(Deny("a"), "cgroup:/a:connect4");
        using var b = Attach(Allow("b"), "cgroup:/a/b:connect4");
        using var later = Attach(Allow("later"), "cgroup:/a/b:connect4");
        Assert.Equal(("b later a root", 0), Fire("cgroup:/a/b:connect4"));
        Assert.Equal(("a root", 0), Fire("cgroup:/a:connect4"));
        Assert.Equal(("root", 1), Fire("cgroup:/other/place:connect4"));
        a.Dispose();
        Assert.Equal(("b later root", 1), Fire("cgroup:/a/b:connect4"));
        Assert.Equal("BPF2204", Assert.Throws<BpfException>(() => Fire("cgroup:/a/b:connect6")).Id);
    }

    [Fact]
    public void An_overriding_program_takes_the_place_of_those_above_that_allow_it()
    {
        using var root = Attach(Deny("root"), "cgroup:/:connect4", new() { Mode = CgroupMode.Override });
        Assert.Equal(("root", 0), Fire("cgroup:/a/b:connect4"));
        using var b = Attach(Allow("b"), "cgroup:/a/b:connect4", new() { Mode = CgroupMode.Override });
        Assert.Equal(("b", 1), Fire("cgroup:/a/b:connect4"));
        Assert.Equal(("root", 0), Fire("cgroup:/a:connect4"));
        Assert.Equal("BPF2203", Assert.Throws<BpfException>(() => Attach(Allow("c"), "cgroup:/a/b:connect4", new() { Mode = CgroupMode.Override })).Id);
        using var c = Attach(Deny("c"), "cgroup:/a/b:connect4", new() { Mode = CgroupMode.Override, Replace = true });
        Assert.Equal(("c", 0), Fire("cgroup:/a/b:connect4"));
        Assert.Equal(LinkState.Detached, b.State);
    }

    [Fact]
    public void Under_an_exclusive_program_nothing_is_attached()
    {
        using (Attach(Allow("a"), "cgroup:/a:connect4", new() { Mode = CgroupMode.Exclusive }))
        {
            Assert.Equal("BPF2206", Assert.Throws<BpfException>(() => Attach(Allow("b"), "cgroup:/a/b/c:connect4")).Id);
            using var beside = Attach(Allow("other"), "cgroup:/b:connect4");
            using var another = Attach(Returns(1, ProgramType.CgroupSkb), "cgroup:/a/b:ingress");
        }

        using var now = Attach(Allow("b"), "cgroup:/a/b/c:connect4");
        Assert.Equal("b", Fire("cgroup:/a/b/c:connect4").Ran);
    }

    [Fact]
    public void All_programs_of_a_cgroup_have_one_mode()
    {
        using var a = Attach(Allow("a"), "cgroup:/a:connect4");
        Assert.Equal("BPF2206", Assert.Throws<BpfException>(() => Attach(Allow("b"), "cgroup:/a:connect4", new() { Mode = CgroupMode.Override })).Id);
        Assert.Single(Kernel.GetHook(HookName.Parse("cgroup:/a:connect4")).Links);
    }

    [Fact]
    public void What_a_program_changed_the_next_one_sees()
    {
        // user_port at 24: each adds one.
        const string add = "r2 = *(u32 *)(r1 +24)\nr2 += 1\n*(u32 *)(r1 +24) = r2\nr0 = 1\nexit";
        using var first = Attach(Load("first", ProgramType.CgroupSockAddr, add, Connect), "cgroup:/a:connect4");
        using var second = Attach(Load("second", ProgramType.CgroupSockAddr, add, Connect), "cgroup:/:connect4");
        byte[] context = new byte[72];
        context[24] = 5;
        var results = Kernel.GetHook(HookName.Parse("cgroup:/a:connect4")).Fire(new HookEvent { Context = context }, out int verdict, Cancellation);
        Assert.Equal([6, 7], results.Select(result => result.Context[24]));
        Assert.Equal(1, verdict);
        Assert.Equal(5, context[24]);
    }

    [Theory]
    [InlineData("cgroup:/a/b:connect4", "cgroup:/a/b:connect4")]
    [InlineData("cgroup:/:ingress", "cgroup:/:ingress")]
    [InlineData("cgroup: //a// : Ingress", "cgroup:/a:ingress")]
    [InlineData("tc:eth0:INGRESS", "tc:eth0:ingress")]
    [InlineData("uprobe:/bin/bash:readline", "uprobe:/bin/bash:readline")]
    [InlineData("uprobe:C:\\x.dll:f", "uprobe:C:\\x.dll:f")]
    [InlineData("usdt:/usr/lib/libc.so.6:libc:setjmp", "usdt:/usr/lib/libc.so.6:libc:setjmp")]
    [InlineData("tracepoint:syscalls:sys_enter_openat", "tracepoint:syscalls:sys_enter_openat")]
    public void Names_are_read(string text, string written) => Assert.Equal(written, HookName.Parse(text).ToString());

    [Theory]
    [InlineData("cgroup:a:ingress")]
    [InlineData("cgroup:/a")]
    [InlineData("cgroup:/a:bla")]
    [InlineData("cgroup:/a/../b:ingress")]
    [InlineData("tc:eth0")]
    [InlineData("tc:eth0:sideways")]
    [InlineData("tracepoint:sys_enter")]
    [InlineData("uprobe:readline")]
    [InlineData("kprobe:a b")]
    [InlineData("kprobe:")]
    public void Names_that_are_none_say_why(string text)
    {
        var error = Assert.Throws<BpfException>(() => HookName.Parse(text));
        Assert.Equal("BPF2201", error.Id);
        Assert.StartsWith($"'{text}'", error.Message, StringComparison.Ordinal);
    }

    private ManagedProgram Allow(string name) => Returns(1, ProgramType.CgroupSockAddr, Connect, name);

    private ManagedProgram Deny(string name) => Returns(0, ProgramType.CgroupSockAddr, Connect, name);
}
