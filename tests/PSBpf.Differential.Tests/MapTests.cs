using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

public sealed class MapTests
{
    public static TheoryData<MapType, uint, uint, uint, MapFlags> Shapes() => new()
    {
        { MapType.Hash, 4, 8, 16, MapFlags.None },
        { MapType.Hash, 1, 3, 200, MapFlags.NoPrealloc },
        { MapType.Hash, 13, 40, 5, MapFlags.None },
        { MapType.Hash, 4, 8, 8, MapFlags.ReadOnlyProgram },
        { MapType.Hash, 4, 8, 8, MapFlags.ReadOnly },
        { MapType.Hash, 4, 8, 8, MapFlags.WriteOnly },
        { MapType.PerCpuHash, 4, 12, 16, MapFlags.None },
        { MapType.Array, 4, 8, 16, MapFlags.None },
        { MapType.Array, 4, 3, 5, MapFlags.Mmapable },
        { MapType.PerCpuArray, 4, 20, 7, MapFlags.None },
        { MapType.LruHash, 4, 8, 1024, MapFlags.None },
        { MapType.LruPerCpuHash, 4, 8, 1024, MapFlags.None },
        { MapType.RingBuf, 0, 0, 4096, MapFlags.None },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_map_answers_random_operations_with_the_same_errors_and_ends_with_the_same_entries(MapType type, uint keySize, uint valueSize, uint entries, MapFlags flags)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = type, KeySize = keySize, ValueSize = valueSize, MaxEntries = entries, Flags = flags });
        Assert.Equal(map.Linux.UserValueSize, map.Managed.UserValueSize);
        var random = new Random(7);
        int keys = (int)Math.Min(entries + 4, 40);
        for (int step = 0; step < 2000; step++)
        {
            byte[] key = new byte[keySize], value = new byte[map.Linux.UserValueSize];
            if (keySize > 0) key[0] = (byte)random.Next(keys);
            for (int at = 0; at < value.Length; at++)
            {
                // Padding between the values of CPUs is nobody's business.
                if (type is not (MapType.PerCpuHash or MapType.PerCpuArray) || at % (int)(valueSize + 7 & ~7u) < valueSize) value[at] = (byte)random.Next(256);
            }

            switch (random.Next(4))
            {
                case 0:
                    byte[] ours = new byte[value.Length], theirs = new byte[value.Length];
                    map.Same($"step {step}: lookup", each => each.Lookup(key, each == map.Linux ? theirs : ours));
                    Assert.Equal(theirs, ours);
                    break;
                case 1 or 2:
                    ulong updateFlags = random.Next(8) switch { 0 => 1, 1 => 2, 2 => 3, 3 => 4, 4 => 8, 5 => ulong.MaxValue, _ => 0 };
                    map.Same($"step {step}: update with {updateFlags}", each => each.Update(key, value, (MapUpdateFlags)updateFlags));
                    break;
                default:
                    map.Same($"step {step}: delete", each => each.Delete(key));
                    break;
            }
        }

        if (flags != MapFlags.WriteOnly && keySize > 0) Assert.True(MapPair.Contents(map.Linux).SequenceEqual(MapPair.Contents(map.Managed)));
        map.Same("first key", each => each.NextKey([], new byte[keySize]));
        if (type is MapType.Array or MapType.PerCpuArray)
        {
            for (uint index = 0; index < entries + 2; index++)
            {
                byte[] after = BitConverter.GetBytes(index), ours = new byte[4], theirs = new byte[4];
                map.Same($"key after {index}", each => each.NextKey(after, each == map.Linux ? theirs : ours));
                Assert.Equal(theirs, ours);
            }
        }
    }

    [Fact]
    public void A_frozen_map_refuses_users_with_the_same_error()
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec
        {
            Name = ".rodata", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1, IsGlobalData = true, IsFrozen = true,
            Flags = MapFlags.ReadOnlyProgram, InitialValue = [1, 2, 3],
        });
        map.Same("update", each => each.Update(new byte[4], new byte[8], MapUpdateFlags.Any));
        map.Same("delete", each => each.Delete(new byte[4]));
        Assert.True(MapPair.Contents(map.Linux).SequenceEqual(MapPair.Contents(map.Managed)));
    }

    [Fact]
    public void The_same_definitions_are_refused()
    {
        using var kernels = KernelPair.OpenOrSkip();
        MapType[] types = [MapType.Hash, MapType.Array, MapType.PerCpuHash, MapType.PerCpuArray, MapType.LruHash, MapType.LruPerCpuHash, MapType.RingBuf, MapType.ProgArray, .. Kinds];
        uint[] keySizes = [0, 1, 4, 5, 260, 261, 512], valueSizes = [0, 1, 4, 8, 12, 127 * 8, 128 * 8, 32 << 10, (32 << 10) + 1], counts = [0, 1, 3, 4096, 8192, 12288];
        var differences = new List<string>();
        foreach (var type in types)
            foreach (uint keySize in keySizes)
                foreach (uint valueSize in valueSizes)
                    foreach (uint count in counts)
                    {
                        // Memory is another matter: per-CPU values and large tables may simply not fit.
                        if ((long)valueSize * count * kernels.Managed.PossibleCpus > 64 << 20) continue;

                        // How many CPUs there can be is the machine's configuration.
                        if (type == MapType.Cpumap && count > 16) continue;
                        var flags = type == MapType.LpmTrie ? MapFlags.NoPrealloc : MapFlags.None;
                        Compare(kernels, new MapSpec { Name = "m", Type = type, KeySize = keySize, ValueSize = valueSize, MaxEntries = count, Flags = flags }, differences);
                    }

        foreach (var type in types)
        {
            var spec = Fitting(type) with { MaxEntries = type == MapType.Cpumap ? 16u : 4096 };
            for (int bit = 0; bit < 19; bit++)
            {
                // Flags that carry another argument, or need a descriptor, are not part of a blueprint's rules.
                var flag = (MapFlags)(1u << bit);
                if (flag is MapFlags.NumaNode or MapFlags.VtypeBtfObjFd or MapFlags.TokenFd or MapFlags.Clone or MapFlags.Link or MapFlags.PathFd) continue;
                Compare(kernels, spec with { Flags = flag }, differences);
            }

            Compare(kernels, spec with { Flags = MapFlags.ReadOnly | MapFlags.WriteOnly }, differences);
            Compare(kernels, spec with { Flags = MapFlags.ReadOnlyProgram | MapFlags.WriteOnlyProgram }, differences);
            Compare(kernels, spec with { Flags = MapFlags.ReadOnly | MapFlags.ReadOnlyProgram }, differences);
        }

        var arena = new MapSpec { Name = "m", Type = MapType.Arena, MaxEntries = 4, Flags = MapFlags.Mmapable };
        for (int bit = 0; bit < 19; bit++)
            if ((MapFlags)(1u << bit) is not (MapFlags.NumaNode or MapFlags.VtypeBtfObjFd or MapFlags.TokenFd or MapFlags.PathFd)) Compare(kernels, arena with { Flags = MapFlags.Mmapable | (MapFlags)(1u << bit) }, differences);
        foreach (ulong extra in (ulong[])[1, 4096, 0x7f00_0000_0000, 0xffff_f000, 0xffff_c000]) Compare(kernels, arena with { Extra = extra }, differences);
        foreach (uint pages in (uint[])[0, 1, 1 << 14, (1 << 20) + 1]) Compare(kernels, arena with { MaxEntries = pages }, differences);
        Compare(kernels, arena with { Flags = MapFlags.None }, differences);
        Compare(kernels, arena with { KeySize = 4 }, differences);
        Compare(kernels, arena with { ValueSize = 8 }, differences);
        foreach (ulong extra in (ulong[])[0, 1, 15, 16, 1 << 20]) Compare(kernels, Fitting(MapType.BloomFilter) with { Extra = extra }, differences);
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Fact]
    public void The_same_maps_are_refused_inside_of_others()
    {
        using var kernels = KernelPair.OpenOrSkip();
        var differences = new List<string>();
        foreach (var outer in (MapType[])[MapType.ArrayOfMaps, MapType.HashOfMaps])
        {
            foreach (var type in (MapType[])[MapType.Hash, MapType.Array, MapType.PerCpuHash, MapType.LruHash, MapType.RingBuf, MapType.ProgArray, MapType.PerfEventArray, .. Kinds])
                Compare(kernels, Fitting(outer) with { Inner = Fitting(type) }, differences);
            Compare(kernels, Fitting(outer) with { Inner = Fitting(outer) with { Inner = Fitting(MapType.Hash) } }, differences);
            Compare(kernels, Fitting(outer) with { Inner = null }, differences);
            Compare(kernels, Fitting(outer) with { Inner = Fitting(MapType.Hash), ValueSize = 8 }, differences);
            Compare(kernels, Fitting(outer) with { Inner = Fitting(MapType.Hash), MaxEntries = 0 }, differences);
            for (int bit = 0; bit < 13; bit++)
                if (bit is not (2 or 9)) Compare(kernels, Fitting(outer) with { Inner = Fitting(MapType.Hash), Flags = (MapFlags)(1u << bit) }, differences);
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    private static MapType[] Kinds =>
        [MapType.UserRingBuf, MapType.Sockmap, MapType.Sockhash, MapType.Xskmap, MapType.ReuseportSockArray, MapType.StackTrace, MapType.LpmTrie, MapType.Devmap, MapType.DevmapHash, MapType.Cpumap, MapType.Queue, MapType.Stack, MapType.BloomFilter];

    private static MapSpec Fitting(MapType type) => new()
    {
        Name = "m",
        Type = type,
        KeySize = type switch { MapType.RingBuf or MapType.UserRingBuf or MapType.Queue or MapType.Stack or MapType.BloomFilter => 0u, MapType.LpmTrie => 8, _ => 4 },
        ValueSize = type switch { MapType.RingBuf or MapType.UserRingBuf => 0u, MapType.ProgArray or MapType.ArrayOfMaps or MapType.HashOfMaps or MapType.PerfEventArray or MapType.Xskmap => 4, _ => 8 },
        MaxEntries = type is MapType.RingBuf or MapType.UserRingBuf ? 4096u : 8,
        Flags = type == MapType.LpmTrie ? MapFlags.NoPrealloc : MapFlags.None,
    };

    private static void Compare(KernelPair kernels, MapSpec spec, List<string> differences)
    {
        string linux = Try(kernels.Linux, spec), managed = Try(kernels.Managed, spec);
        if (linux.Length == 0 != (managed.Length == 0))
            differences.Add($"{spec.Type} key {spec.KeySize} value {spec.ValueSize} entries {spec.MaxEntries} flags {spec.Flags}: Linux '{linux}', engine '{managed}'");
    }

    private static string Try(IBpfKernel kernel, MapSpec spec)
    {
        try
        {
            kernel.CreateMap(spec).Dispose();
            return "";
        }
        catch (BpfException exception)
        {
            return exception.Message;
        }
    }
}
