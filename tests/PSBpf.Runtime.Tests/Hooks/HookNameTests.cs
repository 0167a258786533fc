using PSBpf.Diagnostics;
using PSBpf.Runtime.Hooks;

namespace PSBpf.Runtime.Tests.Hooks;

public sealed class HookNameTests
{
    [Theory]
    [InlineData("xdp:eth0", "xdp", "eth0")]
    [InlineData("XDP:eth0", "xdp", "eth0")]
    [InlineData(" xdp : wlan0.1 ", "xdp", "wlan0.1")]
    [InlineData("xdp:a23456789012345", "xdp", "a23456789012345")]
    public void A_name_has_a_type_and_a_target(string text, string type, string target)
    {
        var name = HookName.Parse(text);
        Assert.Equal(type, name.Type);
        Assert.Equal(target, name.Target);
        Assert.Equal($"{type}:{target}", name.ToString());
        Assert.True(HookName.TryParse(text, out var again));
        Assert.Equal(name, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("eth0")]
    [InlineData("xdp:")]
    [InlineData(":eth0")]
    [InlineData("xdq:eth0")]
    [InlineData("xdp:eth 0")]
    [InlineData("xdp:a/b")]
    [InlineData("xdp:eth0:1")]
    [InlineData("xdp:..")]
    [InlineData("xdp:a234567890123456")]
    public void Anything_else_is_an_error_with_an_id(string text)
    {
        Assert.False(HookName.TryParse(text, out _));
        var error = Assert.Throws<BpfException>(() => HookName.Parse(text));
        Assert.Equal(DiagnosticRules.HookName.Id, error.Id);
        Assert.Contains($"'{text}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_is_no_name()
    {
        Assert.False(HookName.TryParse(null, out _));
        using var kernel = new ManagedKernel();
        Assert.Equal(DiagnosticRules.HookName.Id, Assert.Throws<BpfException>(() => kernel.GetHook(default)).Id);
    }
}
