using CsCheck;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Maps;

/// <summary>Maps against a dictionary, with random operations from both sides of the kernel's border.</summary>
public sealed class MapModelTests
{
    private static readonly Gen<(int Operation, byte Key, byte Value, int Flags)[]> Operations =
        Gen.Select(Gen.Int[0, 5], Gen.Byte[0, 11], Gen.Byte, Gen.Int[0, 3]).Array[1, 120];

    [Theory]
    [InlineData(1u, 1u)]
    [InlineData(4u, 8u)]
    [InlineData(8u, 3u)]
    [InlineData(7u, 17u)]
    [InlineData(16u, 64u)]
    public void A_hash_map_behaves_like_a_dictionary_with_bpf_errors(uint keySize, uint valueSize)
    {
        const uint entries = 8;
        Operations.Sample(
            operations =>
            {
                using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 2 });
                using var map = kernel.CreateMap(new MapSpec { Name = "m", Type = MapType.Hash, KeySize = keySize, ValueSize = valueSize, MaxEntries = entries });
                var model = new Dictionary<byte, byte>();
                foreach (var (operation, key, value, flags) in operations)
                {
                    byte[] keyBytes = Filled(keySize, key), valueBytes = Filled(valueSize, value);
                    switch (operation)
                    {
                        case 0 or 1:
                            Errno expected = flags > 2 ? Errno.EINVAL
                                : flags == 1 && model.ContainsKey(key) ? Errno.EEXIST
                                : flags == 2 && !model.ContainsKey(key) ? Errno.ENOENT
                                : !model.ContainsKey(key) && model.Count == entries ? Errno.E2BIG : Errno.None;
                            Assert.Equal(expected, map.Update(keyBytes, valueBytes, (MapUpdateFlags)flags));
                            if (expected == Errno.None) model[key] = value;
                            break;
                        case 2:
                            Assert.Equal(model.Remove(key) ? Errno.None : Errno.ENOENT, map.Delete(keyBytes));
                            break;
                        case 3:
                            var read = new byte[valueSize];
                            Assert.Equal(model.ContainsKey(key) ? Errno.None : Errno.ENOENT, map.Lookup(keyBytes, read));
                            if (model.TryGetValue(key, out byte held)) Assert.Equal(Filled(valueSize, held), read);
                            break;
                        default:
                            Assert.Equal(model.Keys.Order(), Keys(map).Select(bytes => bytes[0]).Order());
                            break;
                    }
                }
            },
            iter: 150);
    }

    [Theory]
    [InlineData(MapType.LruHash, 4u)]
    [InlineData(MapType.LruHash, 16u)]
    [InlineData(MapType.LruPerCpuHash, 8u)]
    [InlineData(MapType.LruHash, 5u)]
    public void An_lru_map_gives_up_what_came_first_of_all_that_no_program_used_since_it_was_last_considered(MapType type, uint keySize)
    {
        const int entries = 6;
        Operations.Sample(
            operations =>
            {
                using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 1 });
                using var map = kernel.CreateMap(new MapSpec { Name = "m", Type = type, KeySize = keySize, ValueSize = 8, MaxEntries = entries });
                var storage = ((Runtime.Maps.KernelMap)map).Storage;

                // In the order in which they came; with each, whether it was used. An update of an element that exists is a use.
                var order = new List<(byte Key, bool Used)>();
                foreach (var (operation, key, value, _) in operations)
                {
                    byte[] keyBytes = Filled(keySize, key);
                    int at = order.FindIndex(entry => entry.Key == key);
                    switch (operation)
                    {
                        case 0 or 1 or 2:
                            Assert.Equal(Errno.None, map.Update(keyBytes, Filled(8, value), MapUpdateFlags.Any));
                            if (at >= 0 && type == MapType.LruPerCpuHash)
                            {
                                // Written in place.
                                order[at] = (key, true);
                                break;
                            }

                            if (at >= 0) order.RemoveAt(at);
                            else if (order.Count == entries) GiveUpOne(order);
                            order.Add((key, at >= 0));
                            break;
                        case 3:
                            Assert.Equal(at >= 0 ? Errno.None : Errno.ENOENT, map.Delete(keyBytes));
                            if (at >= 0) order.RemoveAt(at);
                            break;
                        case 4:
                            // A user's lookup is no use.
                            Assert.Equal(at >= 0 ? Errno.None : Errno.ENOENT, map.Lookup(keyBytes, new byte[8]));
                            break;
                        default:
                            unsafe
                            {
                                // As a program looks it up.
                                fixed (byte* address = keyBytes)
                                    Assert.Equal(at >= 0, storage.Lookup(address, 0) != 0);
                            }

                            if (at >= 0) order[at] = (key, true);
                            break;
                    }

                    Assert.Equal(order.Select(entry => entry.Key).Order(), Keys(map).Select(bytes => bytes[0]).Order());
                }
            },
            iter: 150);

        static void GiveUpOne(List<(byte Key, bool Used)> order)
        {
            while (order[0].Used)
            {
                order.Add((order[0].Key, false));
                order.RemoveAt(0);
            }

            order.RemoveAt(0);
        }
    }

    [Fact]
    public void An_lru_map_takes_any_number_of_entries_and_keeps_the_ones_in_use()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 2 });
        using var map = kernel.CreateMap(new MapSpec { Name = "m", Type = MapType.LruHash, KeySize = 8, ValueSize = 8, MaxEntries = 1000 });
        var storage = ((Runtime.Maps.KernelMap)map).Storage;
        for (long key = 0; key < 20_000; key++)
        {
            Assert.Equal(Errno.None, map.Update(BitConverter.GetBytes(key), BitConverter.GetBytes(key), MapUpdateFlags.NoExist));
            unsafe
            {
                for (long used = 0; used < Math.Min(key, 10); used++) Assert.NotEqual(0ul, storage.Lookup((byte*)&used, 0));
            }
        }

        var kept = Keys(map).Select(bytes => BitConverter.ToInt64(bytes)).Order().ToList();
        Assert.Equal([.. Enumerable.Range(0, 10).Select(key => (long)key), .. Enumerable.Range(19_010, 990).Select(key => (long)key)], kept);
    }

    [Fact]
    public void Per_cpu_values_are_apart_for_programs_and_together_for_users()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 3 });
        foreach (var type in (MapType[])[MapType.PerCpuArray, MapType.PerCpuHash, MapType.LruPerCpuHash])
        {
            using var map = kernel.CreateMap(new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = 5, MaxEntries = 4 });
            Assert.Equal(24, map.UserValueSize);
            var storage = ((Runtime.Maps.KernelMap)map).Storage;
            unsafe
            {
                int key = 2;
                for (int cpu = 0; cpu < 3; cpu++)
                {
                    ulong value = 0x01_0101_0101ul * (ulong)(cpu + 1);
                    Assert.Equal(Errno.None, storage.Update((byte*)&key, (byte*)&value, 0, cpu));
                }
            }

            var all = new byte[24];
            Assert.Equal(Errno.None, map.Lookup(BitConverter.GetBytes(2), all));
            Assert.Equal("010101010100000002020202020000000303030303000000", Convert.ToHexString(all));
            Assert.Equal(Errno.None, map.Update(BitConverter.GetBytes(2), Filled(24, 9), MapUpdateFlags.Exist));
            Assert.Equal(Errno.None, map.Lookup(BitConverter.GetBytes(2), all));
            Assert.Equal("090909090900000009090909090000000909090909000000", Convert.ToHexString(all));
        }
    }

    [Fact]
    public void A_per_cpu_entry_that_a_program_makes_is_zero_on_the_other_cpus()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 2 });
        using var map = kernel.CreateMap(new MapSpec { Name = "m", Type = MapType.PerCpuHash, KeySize = 4, ValueSize = 8, MaxEntries = 1 });
        var storage = ((Runtime.Maps.KernelMap)map).Storage;
        for (int round = 1; round < 200; round++)
        {
            Assert.Equal(Errno.None, map.Update(BitConverter.GetBytes(round), Filled(16, 0xee), MapUpdateFlags.Any));
            Assert.Equal(Errno.None, map.Delete(BitConverter.GetBytes(round)));
            unsafe
            {
                int key = -round;
                long value = 7;
                Assert.Equal(Errno.None, storage.Update((byte*)&key, (byte*)&value, 0, 1));
            }

            var all = new byte[16];
            Assert.Equal(Errno.None, map.Lookup(BitConverter.GetBytes(-round), all));
            Assert.Equal("00000000000000000700000000000000", Convert.ToHexString(all));
            Assert.Equal(Errno.None, map.Delete(BitConverter.GetBytes(-round)));
        }
    }

    [Fact]
    public void An_array_map_has_all_its_entries_from_the_start()
    {
        using var kernel = new ManagedKernel();
        using var map = kernel.CreateMap(new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 3, MaxEntries = 5 });
        Assert.Equal(5, Keys(map).Count);
        var value = new byte[3];
        Assert.Equal(Errno.None, map.Lookup(BitConverter.GetBytes(4), value));
        Assert.Equal(Errno.ENOENT, map.Lookup(BitConverter.GetBytes(5), value));
        Assert.Equal(Errno.E2BIG, map.Update(BitConverter.GetBytes(5), value, MapUpdateFlags.Any));
        Assert.Equal(Errno.EEXIST, map.Update(BitConverter.GetBytes(0), value, MapUpdateFlags.NoExist));
        Assert.Equal(Errno.EINVAL, map.Delete(BitConverter.GetBytes(0)));
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused_and_a_removed_reference_too()
    {
        using var kernel = new ManagedKernel();
        var map = kernel.CreateMap(new MapSpec { Name = "m", Type = MapType.Hash, KeySize = 4, ValueSize = 8, MaxEntries = 5 });
        Assert.Equal(Errno.EINVAL, map.Lookup(new byte[3], new byte[8]));
        Assert.Equal(Errno.EINVAL, map.Lookup(new byte[4], new byte[7]));
        Assert.Equal(Errno.EINVAL, map.Update(new byte[4], new byte[9], MapUpdateFlags.Any));
        Assert.Equal(Errno.EINVAL, map.Delete([]));
        Assert.Equal(Errno.EINVAL, map.NextKey([], new byte[5]));
        Assert.Equal(Errno.EINVAL, map.NextKey([], []));
        map.Dispose();
        map.Dispose();
        Assert.Equal(Errno.EBADF, map.Lookup(new byte[4], new byte[8]));
        Assert.Equal(Errno.EBADF, map.Update(new byte[4], new byte[8], MapUpdateFlags.Any));
        Assert.Equal(Errno.EBADF, map.Delete(new byte[4]));
        Assert.Equal(Errno.EBADF, map.NextKey([], new byte[4]));
    }

    [Fact]
    public void Memory_is_counted_limited_and_given_back()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { MapMemoryLimit = 1 << 20, PossibleCpus = 2 });
        var spec = new MapSpec { Name = "big", Type = MapType.Array, KeySize = 4, ValueSize = 512 << 10, MaxEntries = 1 };
        var first = kernel.CreateMap(spec);
        Assert.Equal(512 << 10, first.MemoryBytes);
        Assert.Equal(512 << 10, kernel.MapMemoryBytes);
        using var second = kernel.CreateMap(spec with { ValueSize = 400 << 10 });
        var error = Assert.Throws<Diagnostics.BpfException>(() => kernel.CreateMap(spec));
        Assert.Equal(Diagnostics.DiagnosticRules.MapMemory.Id, error.Id);
        Assert.Equal(912 << 10, kernel.MapMemoryBytes);
        first.Dispose();
        Assert.Equal(400 << 10, kernel.MapMemoryBytes);
        kernel.CreateMap(spec).Dispose();

        // A hash needs two blocks; when the second does not fit, the first is given back.
        Assert.Throws<Diagnostics.BpfException>(() => kernel.CreateMap(new MapSpec { Name = "hash", Type = MapType.Hash, KeySize = 4, ValueSize = 8, MaxEntries = 11_000 }));
        Assert.Equal(400 << 10, kernel.MapMemoryBytes);
    }

    [Fact]
    public void Absurd_sizes_are_refused_with_an_id()
    {
        using var kernel = new ManagedKernel();
        foreach (var type in (MapType[])[MapType.Hash, MapType.Array, MapType.PerCpuHash, MapType.PerCpuArray, MapType.LruHash, MapType.RingBuf])
        {
            bool ring = type == MapType.RingBuf;
            foreach (uint entries in (uint[])[uint.MaxValue, 1u << 31, (1u << 31) + 1])
            {
                foreach (uint value in (uint[])[8, uint.MaxValue, int.MaxValue])
                {
                    var error = Assert.Throws<Diagnostics.BpfException>(() => kernel.CreateMap(
                        new MapSpec { Name = "m", Type = type, KeySize = ring ? 0u : 4, ValueSize = ring ? 0 : value, MaxEntries = entries }));
                    Assert.StartsWith("BPF20", error.Id, StringComparison.Ordinal);
                }
            }
        }

        Assert.Equal(0, kernel.MapMemoryBytes);
        var unsupported = Assert.Throws<Diagnostics.BpfException>(() => kernel.CreateMap(new MapSpec { Name = "trie", Type = MapType.StructOps, KeySize = 8, ValueSize = 8, MaxEntries = 1 }));
        Assert.Equal(Diagnostics.DiagnosticRules.MapTypeUnsupported.Id, unsupported.Id);
        Assert.Contains("RingBuf", unsupported.Message, StringComparison.Ordinal);
    }

    internal static List<byte[]> Keys(IKernelMap map)
    {
        var keys = new List<byte[]>();
        ReadOnlySpan<byte> after = [];
        while (true)
        {
            var next = new byte[map.Spec.KeySize];
            var error = map.NextKey(after, next);
            if (error == Errno.ENOENT) return keys;
            Assert.Equal(Errno.None, error);
            keys.Add(next);
            after = next;
        }
    }

    private static byte[] Filled(uint size, byte value)
    {
        var bytes = new byte[size];
        Array.Fill(bytes, value);
        return bytes;
    }
}
