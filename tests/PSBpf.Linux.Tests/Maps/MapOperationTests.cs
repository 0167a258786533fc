using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Linux.Tests.Maps;

public sealed class MapOperationTests : KernelTest
{
    [Theory]
    [InlineData(MapType.Hash)]
    [InlineData(MapType.LruHash)]
    [InlineData(MapType.Array)]
    public void What_is_stored_is_found_again(MapType type)
    {
        var map = Map(type, 4, 8, 16);
        for (var key = 0; key < 8; key++) Assert.Equal(Errno.None, map.Update(Bytes(key), Bytes(key * 1000L), MapUpdateFlags.Any));

        var value = new byte[8];
        for (var key = 0; key < 8; key++)
        {
            Assert.Equal(Errno.None, map.Lookup(Bytes(key), value));
            Assert.Equal(key * 1000L, BitConverter.ToInt64(value));
        }

        Assert.True(map.Id > 0);
        Assert.True(map.MemoryBytes > 0);
    }

    [Theory]
    [InlineData(MapType.Hash)]
    [InlineData(MapType.LruHash)]
    [InlineData(MapType.PerCpuHash)]
    [InlineData(MapType.LruPerCpuHash)]
    public void Deleted_and_unknown_keys_answer_ENOENT(MapType type)
    {
        var map = Map(type, 4, 8, 16);
        var value = new byte[map.UserValueSize];
        Assert.Equal(Errno.ENOENT, map.Lookup(Bytes(1), value));
        Assert.Equal(Errno.ENOENT, map.Delete(Bytes(1)));
        Assert.Equal(Errno.None, map.Update(Bytes(1), value, MapUpdateFlags.NoExist));
        Assert.Equal(Errno.EEXIST, map.Update(Bytes(1), value, MapUpdateFlags.NoExist));
        Assert.Equal(Errno.ENOENT, map.Update(Bytes(2), value, MapUpdateFlags.Exist));
        Assert.Equal(Errno.None, map.Delete(Bytes(1)));
        Assert.Equal(Errno.ENOENT, map.Lookup(Bytes(1), value));
        Assert.Equal(Errno.EINVAL, map.Update(Bytes(1), value, (MapUpdateFlags)99));
    }

    [Fact]
    public void A_full_hash_answers_E2BIG()
    {
        var map = Map(MapType.Hash, 4, 8, 2);
        Assert.Equal(Errno.None, map.Update(Bytes(1), Bytes(1L), MapUpdateFlags.Any));
        Assert.Equal(Errno.None, map.Update(Bytes(2), Bytes(2L), MapUpdateFlags.Any));
        Assert.Equal(Errno.E2BIG, map.Update(Bytes(3), Bytes(3L), MapUpdateFlags.Any));
    }

    [Fact]
    public void Arrays_have_their_own_errors()
    {
        var map = Map(MapType.Array, 4, 8, 2);
        Assert.Equal(Errno.E2BIG, map.Update(Bytes(2), Bytes(1L), MapUpdateFlags.Any));
        Assert.Equal(Errno.EEXIST, map.Update(Bytes(1), Bytes(1L), MapUpdateFlags.NoExist));
        Assert.Equal(Errno.ENOENT, map.Lookup(Bytes(2), new byte[8]));
        Assert.Equal(Errno.EINVAL, map.Delete(Bytes(1)));
    }

    [Theory]
    [InlineData(MapType.PerCpuArray)]
    [InlineData(MapType.PerCpuHash)]
    [InlineData(MapType.LruPerCpuHash)]
    public void Per_CPU_values_have_a_padded_value_for_each_possible_CPU(MapType type)
    {
        var map = Map(type, 4, 12, 4);
        Assert.Equal(16 * Kernel.PossibleCpus, map.UserValueSize);
        var sent = Packet(map.UserValueSize);
        Assert.Equal(Errno.None, map.Update(Bytes(3), sent, MapUpdateFlags.Any));
        var value = new byte[map.UserValueSize];
        Assert.Equal(Errno.None, map.Lookup(Bytes(3), value));
        for (var cpu = 0; cpu < Kernel.PossibleCpus; cpu++)
            Assert.Equal(sent.AsSpan(cpu * 16, 12), value.AsSpan(cpu * 16, 12));
    }

    [Fact]
    public void Keys_are_walked_each_once()
    {
        var map = Map(MapType.Hash, 4, 8, 64);
        var expected = Enumerable.Range(100, 50).ToHashSet();
        foreach (var key in expected) map.Update(Bytes(key), Bytes(1L), MapUpdateFlags.Any);

        var seen = new List<int>();
        byte[] key4 = [], next = new byte[4];
        while (map.NextKey(key4, next) == Errno.None)
        {
            seen.Add(BitConverter.ToInt32(next));
            key4 = [.. next];
        }

        Assert.Equal(expected.Order(), seen.Order());
        Assert.Equal(Errno.ENOENT, map.NextKey(key4, next));
        Assert.Equal(Errno.ENOENT, Map(MapType.Hash, 4, 8, 1).NextKey([], next));
    }

    [Fact]
    public void A_trie_finds_the_longest_prefix()
    {
        var map = Map(MapType.LpmTrie, 8, 4, 16, MapFlags.NoPrealloc);
        Assert.Equal(Errno.None, map.Update([8, 0, 0, 0, 10, 0, 0, 0], Bytes(8), MapUpdateFlags.Any));
        Assert.Equal(Errno.None, map.Update([16, 0, 0, 0, 10, 1, 0, 0], Bytes(16), MapUpdateFlags.Any));
        var value = new byte[4];
        Assert.Equal(Errno.None, map.Lookup([32, 0, 0, 0, 10, 1, 2, 3], value));
        Assert.Equal(16, BitConverter.ToInt32(value));
        Assert.Equal(Errno.None, map.Lookup([32, 0, 0, 0, 10, 9, 2, 3], value));
        Assert.Equal(8, BitConverter.ToInt32(value));
        Assert.Equal(Errno.ENOENT, map.Lookup([32, 0, 0, 0, 11, 9, 2, 3], value));
        Assert.Equal(Errno.EINVAL, map.Update([33, 0, 0, 0, 10, 1, 2, 3], value, MapUpdateFlags.Any));
    }

    [Fact]
    public void Queues_and_stacks_have_no_keys()
    {
        var queue = Map(MapType.Queue, 0, 4, 4);
        var stack = Map(MapType.Stack, 0, 4, 4);
        var value = new byte[4];
        Assert.Equal(Errno.ENOENT, queue.Lookup([], value));
        foreach (var map in (IKernelMap[])[queue, stack])
        {
            Assert.Equal(Errno.None, map.Update([], Bytes(1), MapUpdateFlags.Any));
            Assert.Equal(Errno.None, map.Update([], Bytes(2), MapUpdateFlags.Any));
        }

        Assert.Equal(Errno.None, queue.Lookup([], value));
        Assert.Equal(1, BitConverter.ToInt32(value));
        Assert.Equal(Errno.None, stack.Lookup([], value));
        Assert.Equal(2, BitConverter.ToInt32(value));
    }

    [Fact]
    public void Maps_of_maps_hold_maps_by_id()
    {
        var innerSpec = new MapSpec { Name = "inner", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 2 };
        foreach (var type in (MapType[])[MapType.ArrayOfMaps, MapType.HashOfMaps])
        {
            var outer = Own(Kernel.CreateMap(new MapSpec
            {
                Name = "outer",
                Type = type,
                KeySize = 4,
                ValueSize = 4,
                MaxEntries = 4,
                Inner = innerSpec,
            }));
            var inner = Own(Kernel.CreateMap(innerSpec));
            var value = new byte[4];
            Assert.Equal(Errno.ENOENT, outer.Lookup(Bytes(1), value));
            Assert.Equal(Errno.None, outer.Update(Bytes(1), Bytes(inner.Id), MapUpdateFlags.Any));
            Assert.Equal(Errno.None, outer.Lookup(Bytes(1), value));
            Assert.Equal(inner.Id, BitConverter.ToInt32(value));
            Assert.Equal(Errno.ENOENT, outer.Update(Bytes(2), Bytes(int.MaxValue), MapUpdateFlags.Any));
        }
    }

    [Fact]
    public void Program_arrays_hold_programs_by_id()
    {
        var jumps = Map(MapType.ProgArray, 4, 4, 2);
        var target = Accept(ProgramType.Xdp, "r0 = 3\nexit");
        Assert.Equal(Errno.None, jumps.Update(Bytes(1), Bytes(target.Id), MapUpdateFlags.Any));

        var caller = Accept(ProgramType.Xdp, """
            r2 = map[m0]
            r3 = 1
            call bpf_tail_call
            r0 = 1
            exit
            """, jumps);
        Assert.Equal(3u, caller.TestRun(new TestRunRequest { Data = Packet(64) }, Cancellation).ReturnValue);
        Assert.Equal(Errno.None, jumps.Delete(Bytes(1)));
        Assert.Equal(1u, caller.TestRun(new TestRunRequest { Data = Packet(64) }, Cancellation).ReturnValue);
    }

    [Fact]
    public void Spans_of_the_wrong_length_never_reach_the_kernel()
    {
        var map = Map(MapType.Hash, 4, 8, 2);
        Assert.Throws<ArgumentException>(() => map.Lookup(new byte[3], new byte[8]));
        Assert.Throws<ArgumentException>(() => map.Lookup(new byte[4], new byte[7]));
        Assert.Throws<ArgumentException>(() => map.Update(new byte[4], new byte[9], MapUpdateFlags.Any));
        Assert.Throws<ArgumentException>(() => map.Delete([]));
        Assert.Throws<ArgumentException>(() => map.NextKey(new byte[4], new byte[5]));
    }

    [Fact]
    public void A_disposed_map_answers_EBADF()
    {
        var map = Map(MapType.Hash, 4, 8, 2);
        map.Dispose();
        map.Dispose();
        Assert.Equal(Errno.EBADF, map.Lookup(Bytes(1), new byte[8]));
        Assert.Equal(Errno.EBADF, map.Update(Bytes(1), new byte[8], MapUpdateFlags.Any));
        Assert.Equal(0, map.MemoryBytes);
    }

    [Fact]
    public async Task Threads_share_a_map_and_may_dispose_it_meanwhile()
    {
        for (var round = 0; round < 20; round++)
        {
            var map = Map(MapType.Hash, 4, 8, 1024);
            var users = Enumerable.Range(0, 4).Select(number => Task.Run(() =>
            {
                var value = new byte[8];
                for (var i = 0; i < 500; i++)
                {
                    var error = map.Update(Bytes(number * 500 + i & 1023), Bytes((long)i), MapUpdateFlags.Any);
                    if (error == Errno.None) error = map.Lookup(Bytes(number * 500 + i & 1023), value);
                    if (error == Errno.EBADF) return;
                    Assert.Equal(Errno.None, error);
                }
            }, Cancellation)).ToArray();
            if (round % 2 == 0) map.Dispose();
            await Task.WhenAll(users);
        }
    }
}
