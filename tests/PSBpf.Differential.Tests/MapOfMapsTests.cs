using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

/// <summary>Maps of maps: users and programs, in both kernels.</summary>
public sealed class MapOfMapsTests
{
    private static readonly MapSpec Inner = new() { Name = "inner", Type = MapType.Hash, KeySize = 4, ValueSize = 8, MaxEntries = 16 };

    // Adds one to the element of key 7 of the map at the index that the packet begins with.
    private const string Count = """
        r2 = *(u32 *)(r1 +0)
        r3 = *(u32 *)(r1 +4)
        r4 = r2
        r4 += 14
        if r4 > r3 goto none
        r2 = *(u8 *)(r2 +0)
        *(u32 *)(r10 -4) = r2
        *(u32 *)(r10 -8) = 7
        r1 = map[outer]
        r2 = r10
        r2 += -4
        call bpf_map_lookup_elem
        if r0 == 0 goto none
        r6 = r0
        r1 = r0
        r2 = r10
        r2 += -8
        call bpf_map_lookup_elem
        if r0 != 0 goto found
        *(u64 *)(r10 -16) = 1
        r1 = r6
        r2 = r10
        r2 += -8
        r3 = r10
        r3 += -16
        r4 = 0
        call bpf_map_update_elem
        exit
        found:
        r1 = *(u64 *)(r0 +0)
        r1 += 1
        *(u64 *)(r0 +0) = r1
        r0 = r1
        exit
        none:
        r0 = 77
        exit
        """;

    [Theory]
    [InlineData(MapType.ArrayOfMaps)]
    [InlineData(MapType.HashOfMaps)]
    public void Users_put_maps_in_and_take_them_out_alike(MapType type)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var outer = kernels.CreateMap(Outer(type, Inner));
        MapSpec[] candidates =
        [
            Inner, Inner with { MaxEntries = 17 }, Inner with { ValueSize = 16 }, Inner with { KeySize = 8 }, Inner with { Flags = MapFlags.NoPrealloc },
            Inner with { Type = MapType.LruHash }, Inner with { Type = MapType.Array },
        ];
        var maps = candidates.Select(spec => kernels.CreateMap(spec)).ToArray();
        var random = new Random(2);
        var held = new Dictionary<string, int>();
        for (int step = 0; step < 600; step++)
        {
            byte[] key = BitConverter.GetBytes(random.Next(8));
            int choice = random.Next(3) == 0 ? random.Next(maps.Length) : 0;
            ulong flags = random.Next(6) switch { 0 => 1, 1 => 2, 2 => 3, _ => 0 };
            switch (random.Next(4))
            {
                case 0 or 1:
                    var error = outer.Same($"step {step}: update of {key[0]} with map {choice} and flags {flags}", each =>
                        each.Update(key, BitConverter.GetBytes(Pick(outer, each, maps[choice]).Id), (MapUpdateFlags)flags));
                    if (error == Errno.None) held[Convert.ToHexString(key)] = choice;
                    break;
                case 2:
                    byte[] theirs = new byte[4], ours = new byte[4];
                    if (outer.Same($"step {step}: lookup of {key[0]}", each => each.Lookup(key, each == outer.Linux ? theirs : ours)) != Errno.None) break;
                    int expected = held[Convert.ToHexString(key)];
                    Assert.Equal(maps[expected].Linux.Id, BitConverter.ToInt32(theirs));
                    Assert.Equal(maps[expected].Managed.Id, BitConverter.ToInt32(ours));
                    break;
                default:
                    if (outer.Same($"step {step}: delete of {key[0]}", each => each.Delete(key)) == Errno.None) held.Remove(Convert.ToHexString(key));
                    break;
            }
        }

        outer.Same("no map", each => each.Update(new byte[4], BitConverter.GetBytes(int.MaxValue), MapUpdateFlags.Any));
        outer.Same("take", each => each.LookupAndDelete(new byte[4], new byte[4]));
        foreach (var map in maps) map.Dispose();
    }

    [Theory]
    [InlineData(MapType.ArrayOfMaps)]
    [InlineData(MapType.HashOfMaps)]
    public void Programs_work_on_inner_maps_alike(MapType type)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var outer = kernels.CreateMap(Outer(type, Inner));
        using var program = kernels.Load(ProgramType.Xdp, Count, outer);
        var random = new Random(3);
        var maps = Enumerable.Range(0, 3).Select(_ => kernels.CreateMap(Inner)).ToArray();
        for (int step = 0; step < 300; step++)
        {
            byte key = (byte)random.Next(6);
            var map = maps[random.Next(maps.Length)];
            if (random.Next(5) == 0) outer.Same("put", each => each.Update([key, 0, 0, 0], BitConverter.GetBytes(Pick(outer, each, map).Id), MapUpdateFlags.Any));
            else if (random.Next(8) == 0) outer.Same("remove", each => each.Delete([key, 0, 0, 0]));
            else program.Same([key, .. new byte[63]]);
        }

        foreach (var map in maps)
        {
            Assert.True(MapPair.Contents(map.Linux).SequenceEqual(MapPair.Contents(map.Managed)));
            map.Dispose();
        }
    }

    [Theory]
    [InlineData(MapType.Array, 4u, MapFlags.None)]
    [InlineData(MapType.Array, 8u, MapFlags.None)]
    [InlineData(MapType.Array, 4u, MapFlags.InnerMap)]
    [InlineData(MapType.Array, 8u, MapFlags.InnerMap)]
    [InlineData(MapType.PerCpuArray, 8u, MapFlags.None)]
    [InlineData(MapType.LruHash, 8u, MapFlags.None)]
    [InlineData(MapType.PerCpuHash, 8u, MapFlags.None)]
    [InlineData(MapType.StackTrace, 8u, MapFlags.None)]
    [InlineData(MapType.Devmap, 8u, MapFlags.None)]
    [InlineData(MapType.DevmapHash, 8u, MapFlags.None)]
    [InlineData(MapType.Cpumap, 8u, MapFlags.None)]
    [InlineData(MapType.LpmTrie, 8u, MapFlags.NoPrealloc)]
    [InlineData(MapType.PerfEventArray, 8u, MapFlags.None)]
    public void What_fits_into_a_map_of_maps_fits_in_both(MapType type, uint entries, MapFlags flags)
    {
        using var kernels = KernelPair.OpenOrSkip();
        var template = new MapSpec { Name = "t", Type = type, KeySize = type == MapType.LpmTrie ? 8u : 4u, ValueSize = type is MapType.PerfEventArray ? 4u : 8u, MaxEntries = 4, Flags = flags };
        using var outer = kernels.CreateMap(Outer(MapType.ArrayOfMaps, template));
        using var map = kernels.CreateMap(template with { MaxEntries = entries });
        outer.Same("put", each => each.Update(new byte[4], BitConverter.GetBytes(Pick(outer, each, map).Id), MapUpdateFlags.Any));
    }

    [Fact]
    public void An_inner_map_outlives_its_users_and_is_freed_with_the_outer_one()
    {
        using var kernels = KernelPair.OpenOrSkip();
        var outer = kernels.CreateMap(Outer(MapType.ArrayOfMaps, Inner));
        var inner = kernels.CreateMap(Inner);
        int managed = inner.Managed.Id;
        outer.Same("put", each => each.Update(new byte[4], BitConverter.GetBytes(Pick(outer, each, inner).Id), MapUpdateFlags.Any));
        inner.Dispose();
        outer.Same("lookup", each => each.Lookup(new byte[4], new byte[4]));
        using (var again = kernels.Managed.OpenMap(managed)) Assert.Equal(Errno.ENOENT, again.Lookup(new byte[4], new byte[8]));
        outer.Dispose();
        Assert.True(SpinWait.SpinUntil(() => kernels.Managed.GetMaps().Count == 0, TimeSpan.FromSeconds(30)), "The inner map is still there.");
        Assert.Equal(0, kernels.Managed.MapMemoryBytes);
    }

    private static MapSpec Outer(MapType type, MapSpec inner) => new() { Name = "outer", Type = type, KeySize = 4, ValueSize = 4, MaxEntries = 5, Inner = inner };

    private static IKernelMap Pick(MapPair outer, IKernelMap each, MapPair map) => each == outer.Linux ? map.Linux : map.Managed;
}
