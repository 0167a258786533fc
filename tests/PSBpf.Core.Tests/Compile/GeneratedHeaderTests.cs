using PSBpf.Compile;
using PSBpf.Uapi;

namespace PSBpf.Core.Tests.Compile;

/// <summary>What the headers say is what the tables say.</summary>
public sealed class GeneratedHeaderTests
{
    public static TheoryData<string> Names => new(GeneratedHeaders.All.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_generated_header_is_what_the_tables_say(string name)
    {
        string path = Path.Combine(IncludeFolder.Path, name), expected = GeneratedHeaders.All[name];
        string written = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        if (written != expected && Environment.GetEnvironmentVariable("PSBPF_WRITE_DOCS") == "1") File.WriteAllText(path, expected);
        Assert.True(written == expected, $"{name} is not what the tables say: run this test with PSBPF_WRITE_DOCS=1 to write it");
    }

    [Fact]
    public void Every_helper_declares_itself()
    {
        Assert.Equal(211, HelperTable.All.Count);
        foreach (var helper in HelperTable.All)
        {
            Assert.Contains(helper.Name + "(", helper.Declaration, StringComparison.Ordinal);
            int parameters = helper.Declaration[(helper.Declaration.IndexOf('(', StringComparison.Ordinal) + 1)..].TrimEnd(')') is var list && list == "void" ? 0 : list.Split(',').Length;
            Assert.InRange(parameters, 0, 5);
            Assert.True(helper.Arguments.Count == parameters - (helper.IsVariadic ? 1 : 0), helper.Declaration);
        }
    }

    [Theory]
    [InlineData("PerCpuHash", "PERCPU_HASH")]
    [InlineData("UserRingBuf", "USER_RINGBUF")]
    [InlineData("ReuseportSockArray", "REUSEPORT_SOCKARRAY")]
    [InlineData("LwtSeg6Local", "LWT_SEG6LOCAL")]
    [InlineData("CgroupInet4Bind", "CGROUP_INET4_BIND")]
    [InlineData("LircMode2", "LIRC_MODE2")]
    [InlineData("Unspecified", "UNSPEC")]
    public void Names_are_the_kernels(string ours, string theirs) => Assert.Equal(theirs, GeneratedHeaders.UapiName(ours));
}
