using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Tests.Interpreter;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Maps;

/// <summary>Accounts that have to come out even, however many work on a map at once.</summary>
public sealed unsafe class MapConcurrencyTests
{
    private const int Threads = 6;

    // Makes an element unless there is one, and counts in the one that is there then.
    private const string CountOrMake = """
        call bpf_get_prandom_u32
        r0 &= 63
        *(u32 *)(r10 -4) = r0
        *(u64 *)(r10 -16) = 0
        r1 = map[m]
        r2 = r10
        r2 += -4
        call bpf_map_lookup_elem
        if r0 != 0 goto count
        r1 = map[m]
        r2 = r10
        r2 += -4
        r3 = r10
        r3 += -16
        r4 = 1
        call bpf_map_update_elem
        r1 = map[m]
        r2 = r10
        r2 += -4
        call bpf_map_lookup_elem
        if r0 == 0 goto gone
        count:
        r1 = 1
        lock *(u64 *)(r0 +0) += r1
        r0 = 0
        exit
        gone:
        r0 = 1
        exit
        """;

    [Theory]
    [InlineData(MapType.Hash)]
    [InlineData(MapType.PerCpuHash)]
    [InlineData(MapType.LruHash)]
    [InlineData(MapType.LruPerCpuHash)]
    public void An_element_that_many_want_to_make_is_made_once_and_no_count_is_lost(MapType type)
    {
        using var machine = new TestMachine(new ManagedKernelOptions { PossibleCpus = 4 });
        var map = machine.Add(new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = 8, MaxEntries = 256 });
        using var user = new KernelMap(map);
        Assert.True(map.TryAddReference());
        var program = machine.Load(CountOrMake);
        long runs = 0;
        MapStressTests.Storm(
            (_, _, _) =>
            {
                if (machine.Run(program) != 0) throw new InvalidOperationException("an element that was made is gone");
                Interlocked.Increment(ref runs);
            },
            Threads);
        Assert.Equal(64, MapModelTests.Keys(user).Count);
        Assert.Equal(runs, Sum(user));
    }

    [Fact]
    public void Who_inserts_a_key_first_is_one_and_who_deletes_it_is_one()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 4 });
        using var map = kernel.CreateMap(new MapSpec { Name = "m", Type = MapType.Hash, KeySize = 8, ValueSize = 8, MaxEntries = 128 });
        long inserted = 0, deleted = 0;
        MapStressTests.Storm(
            (_, random, _) =>
            {
                byte[] key = BitConverter.GetBytes((long)random.Next(64)), value = new byte[8];
                if (random.Next(2) == 0)
                {
                    if (map.Update(key, key, MapUpdateFlags.NoExist) == Errno.None) Interlocked.Increment(ref inserted);
                }
                else if (random.Next(2) == 0)
                {
                    if (map.Delete(key) == Errno.None) Interlocked.Increment(ref deleted);
                }
                else if (map.LookupAndDelete(key, value) == Errno.None)
                {
                    if (!value.AsSpan().SequenceEqual(key)) throw new InvalidOperationException("another key's value");
                    Interlocked.Increment(ref deleted);
                }
            },
            Threads);
        Assert.Equal(inserted - deleted, MapModelTests.Keys(map).Count);
    }

    [Theory]
    [InlineData(MapType.Hash)]
    [InlineData(MapType.PerCpuHash)]
    public void What_is_put_in_is_taken_out_in_batches_exactly_once(MapType type)
    {
        const int room = 512;
        using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 4 });
        using var map = kernel.CreateMap(new MapSpec { Name = "m", Type = type, KeySize = 8, ValueSize = 8, MaxEntries = 4096 });
        long next = 0, put = 0, taken = 0;
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<long, int>();
        void Take()
        {
            var position = new MapBatchPosition(8);
            byte[] keys = new byte[room * 8], values = new byte[room * map.UserValueSize];
            Errno error;
            do
            {
                int count = room;
                error = map.LookupBatch(position, keys, values, ref count, deletes: true);
                if (error is not (Errno.None or Errno.ENOENT)) throw new InvalidOperationException($"{error}");
                for (int index = 0; index < count; index++)
                {
                    long key = BitConverter.ToInt64(keys, index * 8);
                    if (BitConverter.ToInt64(values, index * map.UserValueSize) != ~key) throw new InvalidOperationException("another key's value");
                    if (!seen.TryRemove(key, out _)) throw new InvalidOperationException($"{key} was taken twice, or never put in");
                    Interlocked.Increment(ref taken);
                }
            }
            while (error == Errno.None);
        }

        MapStressTests.Storm(
            (thread, _, _) =>
            {
                if (thread < 2)
                {
                    Take();
                    return;
                }

                long key = Interlocked.Increment(ref next);
                byte[] value = new byte[map.UserValueSize];
                for (int at = 0; at < value.Length; at += 8) BitConverter.TryWriteBytes(value.AsSpan(at), ~key);
                seen[key] = 1;
                if (map.Update(BitConverter.GetBytes(key), value, MapUpdateFlags.NoExist) == Errno.None) Interlocked.Increment(ref put);
                else seen.TryRemove(key, out _);
            },
            threads: 4);
        Take();
        Assert.Equal(put, taken);
        Assert.Empty(MapModelTests.Keys(map));
    }

    [Fact]
    public void Records_of_users_are_taken_out_once_and_whole()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 4 });
        using var map = kernel.CreateMap(new MapSpec { Name = "m", Type = MapType.UserRingBuf, MaxEntries = 4096 });
        var ring = (UserRingBufferMap)((KernelMap)map).Storage;
        using var writer = map.OpenUserRingBuffer();
        long written = 0, refused = 0, taken = 0;
        bool Drain()
        {
            if (!ring.TryBegin()) return false;
            ulong left = 64;
            while (ring.TryNext(ref left))
            {
                var record = new ReadOnlySpan<byte>((byte*)ring.Current->Data, (int)ring.Current->Size);
                if (record.ContainsAnyExcept(record[0])) throw new InvalidOperationException("a torn record");
                taken++;
                ring.Pass();
            }

            ring.End();
            return true;
        }

        MapStressTests.Storm(
            (thread, random, _) =>
            {
                if (thread < 3)
                {
                    Drain();
                    return;
                }

                byte[] record = new byte[1 + random.Next(80)];
                Array.Fill(record, (byte)random.Next(256));
                if (writer.Write(record) == Errno.None) Interlocked.Increment(ref written);
                else Interlocked.Increment(ref refused);
            },
            Threads);
        while (writer.BacklogBytes > 0) Assert.True(Drain());
        Assert.Equal(written, taken);
    }

    private static long Sum(KernelMap map)
    {
        long sum = 0;
        foreach (byte[] key in MapModelTests.Keys(map))
        {
            var value = new byte[map.UserValueSize];
            Assert.Equal(Errno.None, map.Lookup(key, value));
            for (int at = 0; at < value.Length; at += 8) sum += BitConverter.ToInt64(value, at);
        }

        return sum;
    }
}
