using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

/// <summary>What helpers that redirect answer, which is the verdict that programs return.</summary>
public sealed class RedirectTests
{
    [Theory]
    [InlineData(ProgramType.Xdp, "bpf_redirect")]
    [InlineData(ProgramType.SchedCls, "bpf_redirect")]
    [InlineData(ProgramType.SchedCls, "bpf_redirect_peer")]
    public void An_interface_gets_the_packet_or_the_verdict_says_why_not(ProgramType type, string helper)
    {
        using var kernels = KernelPair.OpenOrSkip();
        foreach (ulong flags in (ulong[])[0, 1, 2, 3, 8, 1UL << 32])
        {
            // What is answered is changed before it is returned, so that no packet goes anywhere.
            using var program = kernels.Load(type, $"r1 = 1\nr2 = 0x{flags:x} ll\ncall {helper}\nr0 += 100\nexit");
            program.Same(new byte[64], what: $"{helper} with {flags}");
        }
    }

    [Theory]
    [InlineData(MapType.Devmap)]
    [InlineData(MapType.DevmapHash)]
    [InlineData(MapType.Cpumap)]
    public void An_entry_of_a_map_gets_the_packet_or_the_verdict_says_why_not(MapType type)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = 4, MaxEntries = 4 });
        map.Same("put", each => each.Update([1, 0, 0, 0], BitConverter.GetBytes(1), MapUpdateFlags.Any));
        foreach (int key in (int[])[0, 1, 4, -1])
        {
            foreach (ulong flags in (ulong[])[0, 1, 2, 3, 4, 8, 9, 16, 24, 32, 1UL << 32])
            {
                using var program = kernels.Load(ProgramType.Xdp, $"r1 = map[m]\nr2 = {key}\nr3 = 0x{flags:x} ll\ncall bpf_redirect_map\nr0 += 100\nexit", map);
                program.Same(new byte[64], what: $"key {key} with {flags}:");
            }
        }
    }

    [Theory]
    [InlineData(MapType.Devmap, 8u)]
    [InlineData(MapType.DevmapHash, 4u)]
    public void Programs_read_what_a_device_map_holds(MapType type, uint valueSize)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = valueSize, MaxEntries = 4 });
        map.Same("put", each => each.Update([2, 0, 0, 0], [1, .. new byte[valueSize - 1]], MapUpdateFlags.Any));
        foreach (int key in (int[])[0, 2, 9])
        {
            using var program = kernels.Load(ProgramType.Xdp, $"""
                *(u32 *)(r10 -4) = {key}
                r1 = map[m]
                r2 = r10
                r2 += -4
                call bpf_map_lookup_elem
                if r0 == 0 goto none
                r0 = *(u32 *)(r0 +0)
                exit
                none: r0 = 99
                exit
                """, map);
            program.Same(new byte[64], what: $"key {key}:");
        }
    }
}
