using PSBpf.Linux.Access;

namespace PSBpf.Linux.Tests.Access;

public sealed class PrivilegesTests
{
    private const string Root = "Name:\tx\nCapEff:\t000001ffffffffff\nSeccomp:\t0\n";
    private const string FirstNamespace = "         0          0 4294967295\n";

    [Fact]
    public void Root_misses_nothing()
    {
        var privileges = Privileges.Parse(Root, "2\n", "[none] integrity confidentiality\n", FirstNamespace);
        Assert.Empty(privileges.Missing);
        Assert.False(privileges.UserNamespace);
        Assert.Contains("security policy", privileges.Explain(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x0000000000000000, "CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN")]
    [InlineData(0x0000008000000000, "CAP_PERFMON and CAP_NET_ADMIN")]
    [InlineData(0x000000c000000000, "CAP_NET_ADMIN")]
    [InlineData(0x000000c000001000, null)]
    [InlineData(0x0000000000200000, null)] // CAP_SYS_ADMIN
    public void Missing_capabilities_are_named(long mask, string? missing)
    {
        var privileges = Privileges.Parse($"CapEff:\t{mask:x16}\n", "", "", FirstNamespace);
        if (missing is null) Assert.Empty(privileges.Missing);
        else Assert.Equal($"the process lacks {missing}", privileges.Explain());
    }

    [Fact]
    public void Whatever_else_stands_in_the_way_is_named()
    {
        var text = Privileges.Parse("CapEff:\t0\nSeccomp:\t2\n", "2\n", "none [integrity] confidentiality", "0 1000 1").Explain();
        Assert.Contains("kernel.unprivileged_bpf_disabled is 2", text, StringComparison.Ordinal);
        Assert.Contains("seccomp", text, StringComparison.Ordinal);
        Assert.Contains("user namespace", text, StringComparison.Ordinal);
        Assert.Contains("integrity", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Unreadable_files_are_admitted() =>
        Assert.Contains("could not be read", Privileges.Parse("", "", "", "").Explain(), StringComparison.Ordinal);
}
