using System.Text;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

/// <summary>bpf_str*: the kernel's functions on text.</summary>
public sealed class KernelTextTests
{
    private const int Room = 256;

    private static readonly (string Name, int Texts, int Numbers)[] Functions =
    [
        ("cmp", 2, 0), ("casecmp", 2, 0), ("spn", 2, 0), ("cspn", 2, 0), ("str", 2, 0), ("chr", 1, 1), ("chrnul", 1, 1), ("rchr", 1, 1), ("nlen", 1, 1), ("len", 1, 0), ("nchr", 1, 2), ("nstr", 2, 1),
    ];

    // Two texts, and up to two numbers.
    private static readonly (string First, string Second, long One, long Two)[] Cases =
    [
        ("", "", 0, 0), ("hello", "hello", 'l', 'o'), ("hello", "Hello", 3, 'h'), ("hello", "help", 'z', 'z'), ("hel", "hello", 0, 'x'), ("abcabc", "abc", 'c', 'c'), ("abcabc", "cab", 5, 'a'),
        ("abcabc", "", 6, 'a'), ("", "abc", 2, 0), ("aaab", "aab", 4, 'b'), ("aaab", "aab", 3, 'b'), ("x/y/z", "/", '/', '/'), ("x/y/z", "zyx/", 1, '/'), ("längs", "ä", 0x1c3, 0xc3), ("MiXeD case", "mIxEd CASE", 'X' + 256, 'i'),
        ("0123456789012345678901234567890123456789", "9012345678901234567890", 35, '9'), ("0123456789012345678901234567890123456789", "89", 40, '9'), ("0123456789", "10", -1, 2),
    ];

    [Theory]
    [MemberData(nameof(CallbackTests.Executors), MemberType = typeof(CallbackTests))]
    public void Text_in_a_map_is_found_measured_and_compared_alike(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = Room * 2, MaxEntries = 1 });
        foreach (var (name, texts, numbers) in Functions)
        {
            foreach (var (first, second, one, two) in Cases)
            {
                var value = new byte[Room * 2];
                Encoding.UTF8.GetBytes(first, value);
                Encoding.UTF8.GetBytes(second, value.AsSpan(Room));
                map.Same("fill", each => each.Update(new byte[4], value, MapUpdateFlags.Any));
                using var program = kernels.LoadWithKernelFunctions(ProgramType.SchedCls, $"""
                    *(u32 *)(r10 -4) = 0
                    r2 = r10
                    r2 += -4
                    r1 = map[m]
                    call bpf_map_lookup_elem
                    if r0 == 0 goto out
                    r1 = r0
                    {(texts == 2 ? $"r2 = r0\nr2 += {Room}" : "")}
                    {(numbers > 0 ? $"r{texts + 1} = {one}" : "")}
                    {(numbers > 1 ? $"r{texts + 2} = {two}" : "")}
                    call bpf_str{name}()
                    out: exit
                    """, map);
                Assert.NotNull(program.Same(new byte[64], what: $"str{name} of '{first}', '{second}', {one}, {two}:"));
            }
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("0x7fffffff0000 ll")]
    [InlineData("0xffffffffff000000 ll")]
    public void What_is_no_text_of_the_kernel_gives_the_same_errors(string address)
    {
        using var kernels = KernelPair.OpenOrSkip();
        foreach (var (name, texts, numbers) in Functions)
        {
            foreach (bool swapped in (bool[])[false, true])
            {
                if (swapped && texts < 2) continue;
                using var program = kernels.LoadWithKernelFunctions(ProgramType.SchedCls, $"""
                    *(u64 *)(r10 -8) = 0x61
                    r{(swapped ? 2 : 1)} = {address}
                    {(texts == 2 ? $"r{(swapped ? 1 : 2)} = r10\nr{(swapped ? 1 : 2)} += -8" : "")}
                    {(numbers > 0 ? $"r{texts + 1} = 3" : "")}
                    {(numbers > 1 ? $"r{texts + 2} = 4" : "")}
                    call bpf_str{name}()
                    exit
                    """);
                Assert.NotNull(program.Same(new byte[64], what: $"str{name} of {address}{(swapped ? ", swapped" : "")}:"));
            }
        }
    }
}
