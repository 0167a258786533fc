using PSBpf.Linux.Maps;

namespace PSBpf.Linux.Tests.Maps;

public sealed class CpuListTests
{
    [Theory]
    [InlineData("0", 1)]
    [InlineData("0-3\n", 4)]
    [InlineData("0-3,8,10-11", 7)]
    [InlineData("", null)]
    [InlineData("3-1", null)]
    [InlineData("a-b", null)]
    [InlineData("0-99999999999", null)]
    public void The_CPUs_of_a_list_are_counted(string text, int? count) => Assert.Equal(count, CpuList.Count(text));
}
