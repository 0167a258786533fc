using System.Buffers.Binary;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

/// <summary>Map types whose keys or values mean something: random operations of users, errno for errno and content for content.</summary>
public sealed class MapKindTests
{
    public static TheoryData<uint, uint, uint, MapFlags> Tries() => new()
    {
        { 8, 8, 24, MapFlags.NoPrealloc },
        { 5, 3, 40, MapFlags.NoPrealloc },
        { 20, 4, 64, MapFlags.NoPrealloc },
        { 11, 16, 1000, MapFlags.NoPrealloc },
        { 8, 8, 24, MapFlags.NoPrealloc | MapFlags.ReadOnly },
        { 8, 8, 24, MapFlags.NoPrealloc | MapFlags.WriteOnly },
    };

    [Theory]
    [MemberData(nameof(Tries))]
    public void A_trie_answers_alike_and_is_walked_in_the_same_order(uint keySize, uint valueSize, uint entries, MapFlags flags)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = MapType.LpmTrie, KeySize = keySize, ValueSize = valueSize, MaxEntries = entries, Flags = flags });
        var random = new Random((int)keySize);
        int most = (int)(keySize - 4) * 8;
        for (int step = 0; step < 4000; step++)
        {
            var key = TrieKey(random, (int)keySize, most);
            Step(map, random, key, (int)valueSize, step);
        }

        if (!flags.HasFlag(MapFlags.WriteOnly)) Assert.Equal(Walk(map.Linux), Walk(map.Managed));
    }

    [Theory]
    [InlineData(MapType.Queue, 8u, 5u, MapFlags.None)]
    [InlineData(MapType.Stack, 8u, 5u, MapFlags.None)]
    [InlineData(MapType.Queue, 3u, 1u, MapFlags.None)]
    [InlineData(MapType.Stack, 13u, 16u, MapFlags.None)]
    [InlineData(MapType.Queue, 8u, 5u, MapFlags.ReadOnly)]
    [InlineData(MapType.Stack, 8u, 5u, MapFlags.WriteOnly)]
    public void A_queue_and_a_stack_answer_alike(MapType type, uint valueSize, uint entries, MapFlags flags)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = type, ValueSize = valueSize, MaxEntries = entries, Flags = flags });
        var random = new Random(5);
        for (int step = 0; step < 3000; step++) Step(map, random, [], (int)valueSize, step);
        map.Same("first key", each => each.NextKey([], []));
    }

    [Theory]
    [InlineData(MapType.Devmap, 4u)]
    [InlineData(MapType.Devmap, 8u)]
    [InlineData(MapType.DevmapHash, 4u)]
    [InlineData(MapType.DevmapHash, 8u)]
    [InlineData(MapType.Cpumap, 4u)]
    [InlineData(MapType.Cpumap, 8u)]
    [InlineData(MapType.StackTrace, 64u)]
    public void Maps_of_things_answer_alike(MapType type, uint valueSize)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = valueSize, MaxEntries = 3 });
        uint[] first = [0, 1, 1, 1, 16, 16384, 16385, 999_999];
        var random = new Random(6);
        for (int step = 0; step < 1500; step++)
        {
            byte[] key = BitConverter.GetBytes(random.Next(6)), value = new byte[valueSize];
            BinaryPrimitives.WriteUInt32LittleEndian(value, first[random.Next(first.Length)]);
            Step(map, random, key, (int)valueSize, step, value);
        }

        for (int index = 0; index < 8; index++)
        {
            byte[] theirs = new byte[valueSize], ours = new byte[valueSize];
            map.Same($"in the end: lookup of {index}", each => each.Lookup(BitConverter.GetBytes(index), each == map.Linux ? theirs : ours));
            Assert.Equal(theirs, ours);
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(15u)]
    public void A_filter_never_forgets_and_seldom_makes_up(uint hashes)
    {
        using var kernels = KernelPair.OpenOrSkip();
        const int pushed = 500;
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = MapType.BloomFilter, ValueSize = 8, MaxEntries = pushed, Extra = hashes });
        for (long value = 0; value < pushed; value++) map.Same("push", each => each.Update([], BitConverter.GetBytes(value), MapUpdateFlags.Any));
        for (long value = 0; value < pushed; value++) Assert.Equal(Errno.None, map.Same("peek", each => each.Lookup([], BitConverter.GetBytes(value))));
        int made = 0;
        for (long value = pushed; value < 3 * pushed; value++)
            if (map.Managed.Lookup([], BitConverter.GetBytes(value)) == Errno.None) made++;
        Assert.InRange(made, 0, pushed);
        foreach (ulong flags in (ulong[])[1, 2, 3, 4, 8]) map.Same($"push with {flags}", each => each.Update([], new byte[8], (MapUpdateFlags)flags));
        map.Same("delete", each => each.Delete([]));
        map.Same("next key", each => each.NextKey([], []));
        map.Same("take", each => each.LookupAndDelete([], new byte[8]));
    }

    [Theory]
    [InlineData(MapType.Hash, MapFlags.None)]
    [InlineData(MapType.PerCpuHash, MapFlags.None)]
    [InlineData(MapType.LruHash, MapFlags.None)]
    [InlineData(MapType.LruPerCpuHash, MapFlags.None)]
    [InlineData(MapType.Array, MapFlags.None)]
    [InlineData(MapType.PerCpuArray, MapFlags.None)]
    [InlineData(MapType.Hash, MapFlags.ReadOnly)]
    [InlineData(MapType.Hash, MapFlags.WriteOnly)]
    [InlineData(MapType.ProgArray, MapFlags.None)]
    [InlineData(MapType.PerfEventArray, MapFlags.None)]
    public void Values_are_taken_out_alike(MapType type, MapFlags flags)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = 4, MaxEntries = 16, Flags = flags });
        if (type is not (MapType.ProgArray or MapType.PerfEventArray))
            for (int key = 0; key < 5; key++) map.Same("update", each => each.Update(BitConverter.GetBytes(key), new byte[each.UserValueSize], MapUpdateFlags.Any));
        for (int key = 0; key < 7; key++)
        {
            map.Same($"take {key}", each => each.LookupAndDelete(BitConverter.GetBytes(key), new byte[each.UserValueSize]));
            map.Same($"take {key} again", each => each.LookupAndDelete(BitConverter.GetBytes(key), new byte[each.UserValueSize]));
        }
    }

    // One operation at random, in both, with the same errors and the same bytes.
    private static void Step(MapPair map, Random random, byte[] key, int valueSize, int step, byte[]? given = null)
    {
        byte[] value = given ?? new byte[valueSize], ours = new byte[valueSize], theirs = new byte[valueSize];
        if (given is null) random.NextBytes(value);
        switch (random.Next(6))
        {
            case 0:
                map.Same($"step {step}: lookup", each => each.Lookup(key, each == map.Linux ? theirs : ours));
                Assert.Equal(theirs, ours);
                break;
            case 1 or 2:
                ulong flags = random.Next(8) switch { 0 => 1, 1 => 2, 2 => 3, 3 => 4, 4 => 8, 5 => ulong.MaxValue, _ => 0 };
                map.Same($"step {step}: update {Convert.ToHexString(key)} with {flags}", each => each.Update(key, value, (MapUpdateFlags)flags));
                break;
            case 3:
                map.Same($"step {step}: take {Convert.ToHexString(key)}", each => each.LookupAndDelete(key, each == map.Linux ? theirs : ours));
                Assert.Equal(theirs, ours);
                break;
            case 4 when map.Managed.Spec.Type != MapType.DevmapHash: // the order of a hash is nobody's business
                byte[] next = new byte[key.Length], their = new byte[key.Length];
                map.Same($"step {step}: key after {Convert.ToHexString(key)}", each => each.NextKey(key, each == map.Linux ? their : next));
                Assert.Equal(their, next);
                break;
            default:
                map.Same($"step {step}: delete {Convert.ToHexString(key)}", each => each.Delete(key));
                break;
        }
    }

    // Few different bits, so that prefixes lie within each other.
    private static byte[] TrieKey(Random random, int size, int most)
    {
        var key = new byte[size];
        int length = random.Next(30) == 0 ? most + 1 : random.Next(4) == 0 ? most : random.Next(most + 1);
        BinaryPrimitives.WriteInt32LittleEndian(key, length);
        for (int at = 4; at < size; at++) key[at] = random.Next(3) switch { 0 => 0, 1 => 0x80, _ => 0xf1 };
        return key;
    }

    private static List<string> Walk(IKernelMap map)
    {
        var keys = new List<string>();
        byte[] key = [];
        var next = new byte[map.Spec.KeySize];
        while (map.NextKey(key, next) == Errno.None)
        {
            key = [.. next];
            var value = new byte[map.UserValueSize];
            Assert.Equal(Errno.None, map.Lookup(key, value));
            keys.Add($"{Convert.ToHexString(key)} {Convert.ToHexString(value)}");
        }

        return keys;
    }
}
