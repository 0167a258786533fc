using PSBpf.Uapi;

namespace PSBpf.Core.Tests.Objects;

public sealed class SectionNamesTests
{
    [Theory]
    [InlineData("xdp", ProgramType.Xdp, AttachType.Xdp, "", 0u)]
    [InlineData("xdp.frags", ProgramType.Xdp, AttachType.Xdp, "", 32u)]
    [InlineData("xdp/cpumap", ProgramType.Xdp, AttachType.XdpCpumap, "", 0u)]
    [InlineData("xdp.frags/devmap", ProgramType.Xdp, AttachType.XdpDevmap, "", 32u)]
    [InlineData("socket", ProgramType.SocketFilter, (AttachType)0, "", 0u)]
    [InlineData("tc", ProgramType.SchedCls, (AttachType)0, "", 0u)]
    [InlineData("tcx/egress", ProgramType.SchedCls, AttachType.TcxEgress, "", 0u)]
    [InlineData("tracepoint/syscalls/sys_enter_openat", ProgramType.Tracepoint, (AttachType)0, "syscalls/sys_enter_openat", 0u)]
    [InlineData("tp/sched/sched_switch", ProgramType.Tracepoint, (AttachType)0, "sched/sched_switch", 0u)]
    [InlineData("kprobe/do_nanosleep", ProgramType.Kprobe, (AttachType)0, "do_nanosleep", 0u)]
    [InlineData("kprobe", ProgramType.Kprobe, (AttachType)0, "", 0u)]
    [InlineData("kprobe/", ProgramType.Kprobe, (AttachType)0, "", 0u)]
    [InlineData("kprobe.multi/tcp_*", ProgramType.Kprobe, AttachType.TraceKprobeMulti, "tcp_*", 0u)]
    [InlineData("uprobe.s//usr/bin/bash:readline", ProgramType.Kprobe, (AttachType)0, "/usr/bin/bash:readline", 16u)]
    [InlineData("fentry.s/vfs_read", ProgramType.Tracing, AttachType.TraceFentry, "vfs_read", 16u)]
    [InlineData("raw_tp.w/name", ProgramType.RawTracepointWritable, (AttachType)0, "name", 0u)]
    [InlineData("iter/task", ProgramType.Tracing, AttachType.TraceIter, "task", 0u)]
    [InlineData("lsm/file_open", ProgramType.Lsm, AttachType.LsmMac, "file_open", 0u)]
    [InlineData("syscall", ProgramType.Syscall, (AttachType)0, "", 16u)]
    [InlineData("cgroup_skb/egress", ProgramType.CgroupSkb, AttachType.CgroupInetEgress, "", 0u)]
    [InlineData("cgroup/sendmsg6", ProgramType.CgroupSockAddr, AttachType.CgroupUdp6Sendmsg, "", 0u)]
    [InlineData("sk_reuseport/migrate", ProgramType.SkReuseport, AttachType.SkReuseportSelectOrMigrate, "", 0u)]
    [InlineData("struct_ops/init", ProgramType.StructOps, (AttachType)0, "init", 0u)]
    public void A_section_name_says_type_attach_type_target_and_flags(string section, ProgramType type, AttachType attach, string target, uint flags)
    {
        SectionName row = SectionNames.Match(section)!;

        Assert.Equal((type, attach, target, flags), (row.Type, row.Attach, row.TargetOf(section), row.Flags));
        Assert.Equal((flags & SectionNames.Sleepable) != 0, row.IsSleepable);
    }

    [Theory]
    [InlineData("xdp_prog")]
    [InlineData("xdp/")]
    [InlineData("xdp/eth0")]
    [InlineData("kprobes")]
    [InlineData("tc/")]
    [InlineData("")]
    [InlineData(".text")]
    [InlineData("XDP")]
    public void Names_that_libbpf_does_not_know_match_nothing(string section) => Assert.Null(SectionNames.Match(section));

    [Fact]
    public void No_name_means_two_rows()
    {
        Assert.Equal(SectionNames.All.Count, SectionNames.All.Select(row => row.Prefix).Distinct().Count());
        foreach (SectionName row in SectionNames.All)
        {
            string section = row.Target == SectionTarget.Optional ? row.Prefix + "/x" : row.Prefix;
            Assert.Same(row, Assert.Single(SectionNames.All, other => other.Matches(section)));
            Assert.Equal(row.Target == SectionTarget.Optional, row.TargetForm.Length > 0);
            Assert.True(Enum.IsDefined(row.Type) && Enum.IsDefined(row.Attach), row.Prefix);
        }
    }

    [Fact]
    public void A_wrong_name_suggests_the_row_it_starts_like()
    {
        Assert.Equal("xdp", SectionNames.Suggest("xdp_prog1")!.Form);
        Assert.Equal("kprobe.multi/<pattern>", SectionNames.Suggest("kprobe.multix")!.Form);
        Assert.Null(SectionNames.Suggest("mystery"));
    }
}
