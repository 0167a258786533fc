using PSBpf.Isa;
using PSBpf.Uapi;

namespace PSBpf.Core.Tests.Uapi;

/// <summary>Which version of Linux brought what. The facts are the documentation's (docs.ebpf.io, bpf-helpers(7)).</summary>
public sealed class KernelReleaseTests
{
    [Fact]
    public void Everything_in_the_tables_has_a_version_and_none_is_older_than_what_stands_before_it()
    {
        Ascending(HelperTable.All.Select(helper => (helper.Name, helper.Since)));
        Ascending(Enum.GetValues<MapType>().Select(type => ($"{type}", KernelReleases.Since(type))));
        Ascending(Enum.GetValues<MapFlags>().Skip(1).Select(flag => ($"{flag}", KernelReleases.Since(flag))));
        Ascending(ProgramTypeTable.All.Select(row => (row.Name, row.Since)));
        Ascending(Enum.GetValues<AttachType>().Select(type => ($"{type}", KernelReleases.Since(type))));
        foreach (KfuncPrototype function in KfuncTable.All) Assert.True(function.Since >= new Version(5, 13) && function.Since <= KernelReleases.Newest, function.Name);
        foreach (SpecialFieldRow field in SpecialFieldTable.All) Assert.InRange(field.Since, KernelReleases.Oldest, KernelReleases.Newest);
    }

    [Theory]
    [InlineData("map_lookup_elem", "3.19")]
    [InlineData("get_prandom_u32", "4.1")]
    [InlineData("tail_call", "4.2")]
    [InlineData("perf_event_output", "4.4")]
    [InlineData("redirect_map", "4.14")]
    [InlineData("fib_lookup", "4.18")]
    [InlineData("sk_lookup_tcp", "4.20")]
    [InlineData("spin_lock", "5.1")]
    [InlineData("probe_read_kernel", "5.5")]
    [InlineData("ringbuf_reserve", "5.8")]
    [InlineData("copy_from_user", "5.10")]
    [InlineData("task_storage_get", "5.11")]
    [InlineData("for_each_map_elem", "5.13")]
    [InlineData("timer_init", "5.15")]
    [InlineData("loop", "5.17")]
    [InlineData("xdp_load_bytes", "5.18")]
    [InlineData("kptr_xchg", "5.19")]
    [InlineData("user_ringbuf_drain", "6.1")]
    [InlineData("cgrp_storage_get", "6.2")]
    public void Helpers_came_when_the_documentation_says(string name, string version) => Assert.Equal(Version.Parse(version), HelperTable.Find(name)!.Since);

    [Theory]
    [InlineData(MapType.LruHash, "4.10")]
    [InlineData(MapType.Devmap, "4.14")]
    [InlineData(MapType.Xskmap, "4.18")]
    [InlineData(MapType.Queue, "4.20")]
    [InlineData(MapType.RingBuf, "5.8")]
    [InlineData(MapType.BloomFilter, "5.16")]
    [InlineData(MapType.Arena, "6.9")]
    public void Map_types_came_when_the_documentation_says(MapType type, string version) => Assert.Equal(Version.Parse(version), KernelReleases.Since(type));

    [Theory]
    [InlineData(ProgramType.Kprobe, "4.1")]
    [InlineData(ProgramType.Xdp, "4.8")]
    [InlineData(ProgramType.RawTracepoint, "4.17")]
    [InlineData(ProgramType.Tracing, "5.5")]
    [InlineData(ProgramType.Lsm, "5.7")]
    [InlineData(ProgramType.SkLookup, "5.9")]
    [InlineData(ProgramType.Syscall, "5.14")]
    [InlineData(ProgramType.Netfilter, "6.4")]
    public void Program_types_came_when_the_documentation_says(ProgramType type, string version) => Assert.Equal(Version.Parse(version), KernelReleases.Since(type));

    [Theory]
    [InlineData(AttachType.CgroupInet4Connect, "4.17")]
    [InlineData(AttachType.TraceFentry, "5.5")]
    [InlineData(AttachType.TraceIter, "5.8")]
    [InlineData(AttachType.SkSkbVerdict, "5.13")]
    [InlineData(AttachType.TraceKprobeMulti, "5.18")]
    [InlineData(AttachType.LsmCgroup, "6.0")]
    [InlineData(AttachType.TcxIngress, "6.6")]
    [InlineData(AttachType.NetkitPrimary, "6.7")]
    [InlineData(AttachType.TraceKprobeSession, "6.10")]
    public void Attach_types_came_when_the_documentation_says(AttachType type, string version) => Assert.Equal(Version.Parse(version), KernelReleases.Since(type));

    [Theory]
    [InlineData(FormId.Jlt64Imm, "4.14")]
    [InlineData(FormId.CallFunction, "4.16")]
    [InlineData(FormId.Jeq32Reg, "5.1")]
    [InlineData(FormId.Jslt32Imm, "5.1")]
    [InlineData(FormId.LddwMapValue, "5.2")]
    [InlineData(FormId.AtomicFetchAdd64, "5.12")]
    [InlineData(FormId.AtomicOr32, "5.12")]
    [InlineData(FormId.AtomicCmpxchg64, "5.12")]
    [InlineData(FormId.LddwFunction, "5.13")]
    [InlineData(FormId.Sdiv64Reg, "6.6")]
    [InlineData(FormId.Movsx64From8, "6.6")]
    [InlineData(FormId.Bswap64, "6.6")]
    [InlineData(FormId.Ldxsw, "6.6")]
    [InlineData(FormId.Gotol, "6.6")]
    [InlineData(FormId.MayGoto, "6.9")]
    [InlineData(FormId.AddrSpaceCastToUser, "6.9")]
    [InlineData(FormId.LoadAcquiredw, "6.15")]
    public void Instructions_came_when_the_documentation_says(FormId form, string version) =>
        Assert.Equal(Version.Parse(version), InstructionFeature.Of(InstructionTable.Get(form))!.Since);

    [Theory]
    [InlineData(FormId.Add64Imm)]
    [InlineData(FormId.Jsgt64Reg)]
    [InlineData(FormId.AtomicAdd64)]
    [InlineData(FormId.LddwMapIndex)]
    [InlineData(FormId.Ldabsw)]
    [InlineData(FormId.Exit)]
    public void The_oldest_instructions_need_nothing(FormId form) => Assert.Null(InstructionFeature.Of(InstructionTable.Get(form)));

    [Theory]
    [InlineData("5.15", 5, 15)]
    [InlineData("v6.1", 6, 1)]
    [InlineData("5.10.0", 5, 10)]
    [InlineData(" 5.15.0-91-generic ", 5, 15)]
    [InlineData("6.18-rc3", 6, 18)]
    public void Versions_are_read_as_people_and_uname_write_them(string text, int major, int minor)
    {
        Assert.True(KernelReleases.TryParse(text, out Version? version));
        Assert.Equal(new Version(major, minor), version);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("5.")]
    [InlineData("5.x")]
    [InlineData("five.ten")]
    [InlineData("5.-1")]
    [InlineData("99999999999.1")]
    public void What_is_no_version_is_not_read(string text) => Assert.False(KernelReleases.TryParse(text, out _));

    private static void Ascending(IEnumerable<(string Name, Version? Since)> rows)
    {
        Version before = KernelReleases.Oldest;
        foreach ((string name, Version? since) in rows)
        {
            Assert.True(since is not null && since >= before && since <= KernelReleases.Newest, $"{name}: {since} after {before}");
            before = since;
        }
    }
}
