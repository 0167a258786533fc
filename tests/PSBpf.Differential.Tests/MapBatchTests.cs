using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;
using PSBpf.Verifier.Tests.Support;

namespace PSBpf.Differential.Tests;

/// <summary>Commands of bpf(2) on many entries.</summary>
public sealed class MapBatchTests
{
    public static TheoryData<MapType, uint, uint, MapFlags> Shapes => new()
    {
        { MapType.Hash, 4, 8, MapFlags.None }, { MapType.Hash, 2, 5, MapFlags.NoPrealloc }, { MapType.Hash, 16, 32, MapFlags.None }, { MapType.Hash, 4, 8, MapFlags.ReadOnly },
        { MapType.Hash, 4, 8, MapFlags.WriteOnly }, { MapType.PerCpuHash, 4, 16, MapFlags.None }, { MapType.LruHash, 8, 8, MapFlags.None }, { MapType.LruPerCpuHash, 4, 8, MapFlags.None },
        { MapType.Array, 4, 8, MapFlags.None }, { MapType.PerCpuArray, 4, 8, MapFlags.None }, { MapType.LpmTrie, 8, 8, MapFlags.NoPrealloc },
        { MapType.Queue, 0, 8, MapFlags.None }, { MapType.Stack, 0, 8, MapFlags.None }, { MapType.BloomFilter, 0, 8, MapFlags.None }, { MapType.Devmap, 4, 4, MapFlags.None },
        { MapType.DevmapHash, 4, 4, MapFlags.None }, { MapType.Cpumap, 4, 4, MapFlags.None }, { MapType.Sockmap, 4, 8, MapFlags.None }, { MapType.Sockhash, 4, 8, MapFlags.None },
        { MapType.Xskmap, 4, 4, MapFlags.None }, { MapType.ReuseportSockArray, 4, 8, MapFlags.None }, { MapType.ProgArray, 4, 4, MapFlags.None }, { MapType.StackTrace, 4, 8, MapFlags.None },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Many_entries_at_once_are_answered_alike(MapType type, uint keySize, uint valueSize, MapFlags flags)
    {
        const int entries = 24;
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = type, KeySize = keySize, ValueSize = valueSize, MaxEntries = entries, Flags = flags });
        bool holds = type is MapType.Hash or MapType.PerCpuHash or MapType.LruHash or MapType.LruPerCpuHash or MapType.Array or MapType.PerCpuArray or MapType.LpmTrie;

        // An LRU map gives up what its kernel likes.
        int distinct = type is MapType.LruHash or MapType.LruPerCpuHash ? entries / 2 : entries + 6;
        int size = map.Managed.UserValueSize;
        var random = new Random(5);
        for (int step = 0; step < 300; step++)
        {
            int count = random.Next(6) == 0 ? 0 : random.Next(holds ? distinct : 3);
            byte[] keys = new byte[count * keySize], values = new byte[count * size];
            random.NextBytes(values);
            if (!holds) Array.Clear(values);
            for (int index = 0; index < count && keySize > 0; index++)
            {
                keys[index * (int)keySize] = (byte)(type == MapType.LpmTrie ? 32 : random.Next(distinct));
                if (type == MapType.LpmTrie) keys[index * 8 + 4] = (byte)random.Next(distinct);
            }

            var elementFlags = random.Next(8) switch { 0 => MapUpdateFlags.NoExist, 1 => MapUpdateFlags.Lock, 2 => MapUpdateFlags.Exist, _ => MapUpdateFlags.Any };
            switch (random.Next(5))
            {
                case 0:
                    Counted(map, $"step {step}: deleting {count} with {elementFlags}", count, (IKernelMap each, ref int done) => each.DeleteBatch(keys, ref done, elementFlags));
                    break;
                case 1:
                    Walk(map, step, deletes: random.Next(2) == 0 && holds, elementFlags == MapUpdateFlags.Lock ? MapUpdateFlags.Lock : MapUpdateFlags.Any, holds);
                    break;
                default:
                    Counted(map, $"step {step}: updating {count} with {elementFlags}", count, (IKernelMap each, ref int done) => each.UpdateBatch(keys, values, ref done, elementFlags));
                    break;
            }
        }

        if (holds && flags != MapFlags.WriteOnly) Assert.True(MapPair.Contents(map.Linux).SequenceEqual(MapPair.Contents(map.Managed)));
    }

    [Theory]
    [InlineData(MapType.Hash, 1000, 64)]
    [InlineData(MapType.PerCpuHash, 300, 40)]
    [InlineData(MapType.Array, 100, 7)]
    [InlineData(MapType.LpmTrie, 100, 7)]
    public void A_walk_in_small_batches_meets_every_entry_once(MapType type, int entries, int batch)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec
        {
            Name = "m", Type = type, KeySize = type == MapType.LpmTrie ? 8u : 4, ValueSize = 8, MaxEntries = (uint)entries, Flags = type == MapType.LpmTrie ? MapFlags.NoPrealloc : MapFlags.None,
        });
        for (int entry = 0; entry < entries; entry++)
        {
            byte[] key = type == MapType.LpmTrie ? [32, 0, 0, 0, (byte)entry, (byte)(entry >> 8), 1, 1] : BitConverter.GetBytes(entry), value = new byte[map.Managed.UserValueSize];
            value[0] = (byte)entry;
            map.Same("update", each => each.Update(key, value, MapUpdateFlags.Any));
        }

        foreach (var each in (IKernelMap[])[map.Linux, map.Managed])
        {
            var seen = new HashSet<string>();
            var position = new MapBatchPosition((int)each.Spec.KeySize);
            byte[] keys = new byte[batch * each.Spec.KeySize], values = new byte[batch * each.UserValueSize];
            Errno error;
            do
            {
                int count = batch;
                error = each.LookupBatch(position, keys, values, ref count);
                Assert.True(error is Errno.None or Errno.ENOENT, $"{error}");
                for (int index = 0; index < count; index++) Assert.True(seen.Add(Convert.ToHexString(keys, index * (int)each.Spec.KeySize, (int)each.Spec.KeySize)), "seen twice");
            }
            while (error == Errno.None);
            Assert.Equal(entries, seen.Count);
        }
    }

    [Theory]
    [InlineData(MapType.Hash)]
    [InlineData(MapType.LruHash)]
    [InlineData(MapType.PerCpuHash)]
    [InlineData(MapType.Array)]
    [InlineData(MapType.LpmTrie)]
    [InlineData(MapType.Queue)]
    [InlineData(MapType.Stack)]
    [InlineData(MapType.BloomFilter)]
    [InlineData(MapType.DevmapHash)]
    public void Looking_up_and_deleting_takes_the_same_flags(MapType type)
    {
        using var kernels = KernelPair.OpenOrSkip();
        uint keySize = type switch { MapType.Queue or MapType.Stack or MapType.BloomFilter => 0u, MapType.LpmTrie => 8, _ => 4 };
        using var map = kernels.CreateMap(new MapSpec
        {
            Name = "m", Type = type, KeySize = keySize, ValueSize = 8, MaxEntries = 8, Flags = type == MapType.LpmTrie ? MapFlags.NoPrealloc : MapFlags.None,
        });
        byte[] key = new byte[keySize], value = new byte[map.Managed.UserValueSize];
        foreach (bool filled in (bool[])[false, true])
        {
            foreach (ulong flags in (ulong[])[0, 1, 2, 3, 4, 5, 8, 1ul << 40])
            {
                if (filled) map.Same("update", each => each.Update(key, value, MapUpdateFlags.Any));
                map.Same($"taking with {flags}, {(filled ? "filled" : "empty")}", each => each.LookupAndDelete(key, value, (MapUpdateFlags)flags));
            }
        }
    }

    [Fact]
    public void Values_with_locks_are_taken_whole()
    {
        using var kernels = KernelPair.OpenOrSkip();
        var types = new CaseTypes();
        types.Declare("value struct bpf_spin_lock lock; u32 number; u64 wide");
        int declared = types.Type("struct value"), key = types.Type("int");
        var built = types.Build();
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = MapType.Hash, KeySize = 4, ValueSize = 16, MaxEntries = 8, Btf = built, KeyType = built[key], ValueType = built[declared] });
        foreach (var flags in (MapUpdateFlags[])[MapUpdateFlags.Any, MapUpdateFlags.Lock])
        {
            byte[] keys = [1, 0, 0, 0, 2, 0, 0, 0], values = new byte[32];
            new Random(1).NextBytes(values);
            Counted(map, $"update with {flags}", 2, (IKernelMap each, ref int done) => each.UpdateBatch(keys, values, ref done, flags));
            Walk(map, 0, deletes: false, flags, compares: true);
            byte[] ours = new byte[16], theirs = new byte[16];
            map.Same("take", each => each.LookupAndDelete(keys.AsSpan(0, 4), each == map.Linux ? theirs : ours, flags));
            Assert.Equal(theirs, ours);
            Walk(map, 0, deletes: true, flags, compares: true);
        }
    }

    private delegate Errno Batch(IKernelMap map, ref int count);

    private static void Counted(MapPair map, string what, int count, Batch operation)
    {
        int ours = count, theirs = count;
        map.Same(what, each => each == map.Linux ? operation(each, ref theirs) : operation(each, ref ours));
        Assert.True(ours == theirs, $"{what} on {map.Managed.Spec.Type}: Linux says {theirs}, the engine {ours}");
    }

    // All in one batch, since the order of entries is nobody's business.
    private static void Walk(MapPair map, int step, bool deletes, MapUpdateFlags flags, bool compares)
    {
        const int room = 64;
        SortedDictionary<string, string> linux = new(StringComparer.Ordinal), managed = new(StringComparer.Ordinal);
        int keySize = (int)map.Managed.Spec.KeySize, size = map.Managed.UserValueSize;
        Counted(map, $"step {step}: looking up{(deletes ? " and deleting" : "")} all with {flags}", room, (IKernelMap each, ref int done) =>
        {
            byte[] keys = new byte[room * keySize], values = new byte[room * size];
            var error = each.LookupBatch(new MapBatchPosition(keySize), keys, values, ref done, deletes, flags);
            if (error is Errno.None or Errno.ENOENT)
            {
                for (int index = 0; index < done; index++)
                    (each == map.Linux ? linux : managed)[Convert.ToHexString(keys, index * keySize, keySize)] = Convert.ToHexString(values, index * size, size);
            }

            return error;
        });
        if (compares) Assert.True(linux.SequenceEqual(managed), $"step {step}");
    }
}
