using PSBpf.Objects;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Tests.Interpreter;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Maps;

/// <summary>Programs and users at the same map at the same time.</summary>
public sealed unsafe class MapStressTests
{
    // PSBPF_STRESS_SECONDS makes each test take as long; scripts/soak-maps.sh sets it.
    private static readonly double Asked = double.TryParse(System.Environment.GetEnvironmentVariable("PSBPF_STRESS_SECONDS"), System.Globalization.CultureInfo.InvariantCulture, out double seconds) ? seconds : 0;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1.5);

    [Fact]
    public void A_reader_never_sees_half_of_an_update()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 4 });
        using var map = kernel.CreateMap(new MapSpec { Name = "m", Type = MapType.Hash, KeySize = 4, ValueSize = 64, MaxEntries = 8 });
        Storm(
            (thread, random, step) =>
            {
                int key = random.Next(12);
                var value = new byte[64];
                if (thread < 2)
                {
                    Array.Fill(value, (byte)random.Next(256));
                    if (random.Next(4) == 0) map.Delete(BitConverter.GetBytes(key));
                    else map.Update(BitConverter.GetBytes(key), value, MapUpdateFlags.Any);
                }
                else if (map.Lookup(BitConverter.GetBytes(key), value) == Errno.None && value.AsSpan().ContainsAnyExcept(value[0]))
                {
                    throw new InvalidOperationException($"torn value: {Convert.ToHexString(value)}");
                }
            },
            threads: 4);
        foreach (byte[] key in MapModelTests.Keys(map)) Assert.Equal(Errno.None, map.Delete(key));
        Assert.Empty(MapModelTests.Keys(map));
    }

    [Fact]
    public void A_trie_finds_a_prefix_that_stays_while_others_come_and_go()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 4 });
        using var map = kernel.CreateMap(new MapSpec { Name = "m", Type = MapType.LpmTrie, KeySize = 8, ValueSize = 64, MaxEntries = 40, Flags = MapFlags.NoPrealloc });
        byte[] stays = [16, 0, 0, 0, 10, 1, 0, 0];
        var whole = new byte[64];
        Array.Fill(whole, (byte)16);
        Assert.Equal(Errno.None, map.Update(stays, whole, MapUpdateFlags.Any));
        Storm(
            (thread, random, step) =>
            {
                byte length = (byte)random.Next(33);
                byte[] key = [length, 0, 0, 0, 10, (byte)random.Next(4), (byte)random.Next(4), (byte)random.Next(4)];
                var value = new byte[64];
                if (thread < 2)
                {
                    // Values say how long their prefix is; the one that stays is never touched.
                    if (key.AsSpan(0, 6).SequenceEqual(stays.AsSpan(0, 6))) return;
                    Array.Fill(value, length);
                    if (random.Next(3) == 0) map.Delete(key);
                    else map.Update(key, value, MapUpdateFlags.Any);
                    return;
                }

                byte[] asked = [32, 0, 0, 0, 10, 1, (byte)random.Next(4), (byte)random.Next(4)];
                if (map.Lookup(asked, value) != Errno.None) throw new InvalidOperationException("the prefix is gone");
                if (value.AsSpan().ContainsAnyExcept(value[0]) || value[0] < 16) throw new InvalidOperationException($"a wrong value: {Convert.ToHexString(value)}");
            },
            threads: 4);
        foreach (byte[] key in MapModelTests.Keys(map)) Assert.Equal(Errno.None, map.Delete(key));
        Assert.Empty(MapModelTests.Keys(map));
    }

    [Fact]
    public void An_inner_map_that_a_program_found_is_not_freed_under_it()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 4 });
        var inner = new MapSpec { Name = "inner", Type = MapType.Hash, KeySize = 4, ValueSize = 8, MaxEntries = 4 };
        var spec = new MapSpec { Name = "outer", Type = MapType.HashOfMaps, KeySize = 4, ValueSize = 4, MaxEntries = 2, Inner = inner };
        using var outer = kernel.CreateMap(spec);
        var assembled = Isa.Assembler.Assemble("""
            *(u32 *)(r10 -4) = 1
            r1 = map[outer]
            r2 = r10
            r2 += -4
            call bpf_map_lookup_elem
            if r0 == 0 goto none
            r6 = r0
            r7 = 100
            loop:
            r1 = r6
            r2 = r10
            r2 += -4
            call bpf_map_lookup_elem
            if r0 == 0 goto wrong
            r1 = *(u64 *)(r0 +0)
            if r1 != 5 goto wrong
            r7 += -1
            if r7 != 0 goto loop
            none: r0 = 0
            exit
            wrong: r0 = 1
            exit
            """, ["outer"]);
        var loaded = kernel.LoadProgram(
            new ProgramSpec { Name = "p", Type = ProgramType.Xdp, Instructions = assembled.Instructions, Maps = [spec] }, [outer], Kernel.ProgramLoadOptions.Default, TestContext.Current.CancellationToken);
        using var program = loaded.Program!;
        Storm(
            (thread, random, step) =>
            {
                if (thread > 0)
                {
                    var result = program.TestRun(new Kernel.TestRunRequest { Data = new byte[64] });
                    if (result.ReturnValue != 0) throw new InvalidOperationException("the inner map changed under the program");
                    return;
                }

                // Nothing but the outer map and the program hold it.
                using var map = kernel.CreateMap(inner);
                map.Update(BitConverter.GetBytes(1), BitConverter.GetBytes(5L), MapUpdateFlags.Any);
                outer.Update(BitConverter.GetBytes(1), BitConverter.GetBytes(map.Id), MapUpdateFlags.Any);
                if (random.Next(3) == 0) outer.Delete(BitConverter.GetBytes(1));
            },
            threads: 3);
    }

    [Fact]
    public void A_value_that_a_running_program_holds_stays_what_it_was()
    {
        using var machine = new TestMachine(new ManagedKernelOptions { PossibleCpus = 4 });
        var map = machine.Add(new MapSpec { Name = "m", Type = MapType.Hash, KeySize = 4, ValueSize = 8, MaxEntries = 2 });
        using var user = new KernelMap(map);
        Assert.True(map.TryAddReference());

        // Every value is 0x0101…: a program that sees another one in the middle of its run was given foreign memory.
        var program = machine.Load("""
            *(u32 *)(r10 -4) = 1
            r1 = map[m]
            r2 = r10
            r2 += -4
            call bpf_map_lookup_elem
            if r0 == 0 goto none
            r6 = *(u64 *)(r0 +0)
            r1 = 200
            loop:
            r2 = *(u64 *)(r0 +0)
            if r2 != r6 goto changed
            r1 += -1
            if r1 != 0 goto loop
            none: r0 = 0
            exit
            changed: r0 = 1
            exit
            """);
        Storm(
            (thread, random, step) =>
            {
                if (thread < 2)
                {
                    ulong value = (ulong)random.NextInt64();
                    user.Update(BitConverter.GetBytes(random.Next(3)), BitConverter.GetBytes(value), MapUpdateFlags.Any);
                    if (random.Next(3) == 0) user.Delete(BitConverter.GetBytes(random.Next(3)));
                }
                else if (machine.Run(program) != 0)
                {
                    throw new InvalidOperationException("a value changed under the program");
                }
            },
            threads: 4);
    }

    [Fact]
    public void Programs_that_replace_more_than_the_map_holds_in_one_run_do_not_stall()
    {
        using var machine = new TestMachine(new ManagedKernelOptions { PossibleCpus = 2 });
        var map = machine.Add(new MapSpec { Name = "m", Type = MapType.Hash, KeySize = 4, ValueSize = 8, MaxEntries = 4 });
        Assert.Equal(0ul, machine.Run("""
            r6 = 5000
            loop:
            r1 = r6
            r1 &= 3
            *(u32 *)(r10 -4) = r1
            *(u64 *)(r10 -16) = r6
            r1 = map[m]
            r2 = r10
            r2 += -4
            r3 = r10
            r3 += -16
            r4 = 0
            call bpf_map_update_elem
            if r0 != 0 goto out
            r6 += -1
            if r6 != 0 goto loop
            out: exit
            """));
        Assert.Equal(4, MapModelTests.Keys(new KernelMap(map)).Count);
    }

    [Fact]
    public void Readers_find_whole_values_while_a_long_run_uses_elements_over_and_over()
    {
        using var machine = new TestMachine(new ManagedKernelOptions { PossibleCpus = 4 });
        var map = machine.Add(new MapSpec { Name = "m", Type = MapType.Hash, KeySize = 4, ValueSize = 128, MaxEntries = 8 });
        using var user = new KernelMap(map);
        Assert.True(map.TryAddReference());
        for (int key = 0; key < 4; key++) Assert.Equal(Errno.None, user.Update(BitConverter.GetBytes(key), new byte[128], MapUpdateFlags.Any));

        // Keys 0 to 3 are replaced again and again and always exist; 4 to 7 come and go. All 16 words of a value are the same,
        // a multiple of 8 plus the key.
        string fill = string.Join('\n', Enumerable.Range(0, 16).Select(word => $"*(u64 *)(r10 -{136 - word * 8}) = r8"));
        var program = machine.Load($"""
            r6 = 2000
            loop:
            r7 = r6
            r7 &= 7
            *(u32 *)(r10 -4) = r7
            r8 = r6
            r8 <<= 3
            r8 |= r7
            r1 = map[m]
            r2 = r10
            r2 += -4
            if r7 < 4 goto update
            r1 = map[m]
            call bpf_map_delete_elem
            update:
            {fill}
            r1 = map[m]
            r2 = r10
            r2 += -4
            r3 = r10
            r3 += -136
            r4 = 0
            call bpf_map_update_elem
            if r0 != 0 goto out
            r6 += -1
            if r6 != 0 goto loop
            out: exit
            """);
        Storm(
            (thread, random, step) =>
            {
                if (thread == 0)
                {
                    ulong result = machine.Run(program);
                    if (result != 0) throw new InvalidOperationException($"update answers {(long)result}");
                    return;
                }

                int key = random.Next(4);
                var value = new byte[128];
                var error = user.Lookup(BitConverter.GetBytes(key), value);
                if (error != Errno.None) throw new InvalidOperationException($"key {key}: {error}");
                ulong first = BitConverter.ToUInt64(value);
                if (first != 0 && (first & 7) != (ulong)key) throw new InvalidOperationException($"key {key} has the value of key {first & 7}");
                for (int at = 8; at < value.Length; at += 8) if (BitConverter.ToUInt64(value, at) != first) throw new InvalidOperationException("torn value");
            },
            threads: 4, seconds: 3);
    }

    [Theory]
    [InlineData(MapType.Hash)]
    [InlineData(MapType.PerCpuHash)]
    [InlineData(MapType.LruHash)]
    public void Atomic_counting_by_programs_on_all_cpus_loses_nothing(MapType type)
    {
        using var machine = new TestMachine(new ManagedKernelOptions { PossibleCpus = 4 });
        var map = machine.Add(new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = 8, MaxEntries = 16 });
        using var user = new KernelMap(map);
        Assert.True(map.TryAddReference());
        for (int key = 0; key < 4; key++) Assert.Equal(Errno.None, user.Update(BitConverter.GetBytes(key), new byte[user.UserValueSize], MapUpdateFlags.Any));
        var program = machine.Load("""
            call bpf_get_prandom_u32
            r0 &= 3
            *(u32 *)(r10 -4) = r0
            r1 = map[m]
            r2 = r10
            r2 += -4
            call bpf_map_lookup_elem
            if r0 == 0 goto out
            r1 = 1
            lock *(u64 *)(r0 +0) += r1
            out: exit
            """);
        long runs = 0;
        Storm((_, _, _) => { machine.Run(program); Interlocked.Increment(ref runs); }, threads: 6);
        long sum = 0;
        for (int key = 0; key < 4; key++)
        {
            var value = new byte[user.UserValueSize];
            Assert.Equal(Errno.None, user.Lookup(BitConverter.GetBytes(key), value));
            for (int at = 0; at < value.Length; at += 8) sum += BitConverter.ToInt64(value, at);
        }

        Assert.Equal(runs, sum);
    }

    [Fact]
    public void A_full_map_filled_and_emptied_by_many_keeps_its_count()
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 4 });
        foreach (var type in (MapType[])[MapType.Hash, MapType.LruHash])
        {
            using var map = kernel.CreateMap(new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = 4, MaxEntries = 50 });
            Storm((thread, random, _) =>
            {
                byte[] key = BitConverter.GetBytes(random.Next(200));
                if (random.Next(3) == 0) map.Delete(key);
                else map.Update(key, key, (MapUpdateFlags)random.Next(3));
                if (random.Next(50) == 0)
                {
                    byte[] next = new byte[4];
                    map.NextKey(key, next);
                }
            }, threads: 4, seconds: 0.8);
            var keys = MapModelTests.Keys(map);
            Assert.InRange(keys.Count, 0, 50);
            foreach (byte[] key in keys) Assert.Equal(Errno.None, map.Delete(key));
            for (int key = 0; key < 50; key++) Assert.Equal(Errno.None, map.Update(BitConverter.GetBytes(key), BitConverter.GetBytes(key), MapUpdateFlags.NoExist));
            Assert.Equal(type == MapType.Hash ? Errno.E2BIG : Errno.None, map.Update(BitConverter.GetBytes(99), BitConverter.GetBytes(99), MapUpdateFlags.Any));
            Assert.Equal(50, MapModelTests.Keys(map).Count);
        }
    }

    [Theory]
    [InlineData(MapType.LruHash, 4u)]
    [InlineData(MapType.LruHash, 16u)]
    [InlineData(MapType.LruPerCpuHash, 8u)]
    public void A_full_lru_map_takes_new_entries_from_all_sides_and_never_mixes_values(MapType type, uint keySize)
    {
        const int entries = 64;
        using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 4 });
        using var map = kernel.CreateMap(new MapSpec { Name = "m", Type = type, KeySize = keySize, ValueSize = 8, MaxEntries = entries });
        var storage = ((KernelMap)map).Storage;
        var engine = storage.Engine;
        Storm((thread, random, _) =>
        {
            byte* key = stackalloc byte[16];
            new Span<byte>(key, 16).Clear();
            *(int*)key = random.Next(300);
            if (thread == 0)
            {
                // A user: every CPU's value.
                var value = new byte[map.UserValueSize];
                for (int at = 0; at < value.Length; at += 8) value[at] = key[0];
                var span = new ReadOnlySpan<byte>(key, (int)keySize);
                if (random.Next(3) == 0) map.Delete(span);
                else if (map.Update(span, value, MapUpdateFlags.Any) != Errno.None) throw new InvalidOperationException("a user's update failed");
                for (int number = 0; number < 20; number++)
                {
                    *(int*)key = random.Next(300);
                    if (map.Lookup(span, value) != Errno.None) continue;

                    // What a program makes is zero on the other CPUs.
                    for (int at = 0; at < value.Length; at += 8)
                        if (BitConverter.ToUInt64(value, at) is var seen && seen != key[0] && seen != 0) throw new InvalidOperationException($"key {*(int*)key} has value {seen}");
                }

                return;
            }

            var cpu = engine.Cpus.Enter();
            try
            {
                for (int step = 0; step < 20; step++)
                {
                    *(int*)key = random.Next(300);
                    ulong value = key[0];
                    if (random.Next(2) == 0 && storage.Update(key, (byte*)&value, 0, cpu.Id) != Errno.None) throw new InvalidOperationException("a program's update failed");
                    storage.Lookup(key, cpu.Id);
                    if (random.Next(6) == 0) storage.Delete(key);
                }
            }
            finally
            {
                engine.Cpus.Exit(cpu);
            }
        }, threads: 4);
        Assert.InRange(MapModelTests.Keys(map).Count, 0, entries);
        for (int number = 1000; number < 1000 + entries; number++)
        {
            var key = new byte[keySize];
            BitConverter.TryWriteBytes(key, number);
            Assert.Equal(Errno.None, map.Update(key, new byte[map.UserValueSize], MapUpdateFlags.NoExist));
        }

        Assert.Equal(entries, MapModelTests.Keys(map).Count);
        foreach (byte[] key in MapModelTests.Keys(map)) Assert.Equal(Errno.None, map.Delete(key));
        Assert.Empty(MapModelTests.Keys(map));
    }

    internal static void Storm(Action<int, Random, int> work, int threads, double seconds = 0)
    {
        if (Asked > 0) seconds = Asked;
        long end = System.Environment.TickCount64 + (long)(seconds > 0 ? seconds * 1000 : Duration.TotalMilliseconds);
        var failures = new System.Collections.Concurrent.ConcurrentQueue<Exception>();
        var pool = Enumerable.Range(0, threads).Select(index => new Thread(() =>
        {
            try
            {
                var random = new Random(index);
                for (int step = 0; System.Environment.TickCount64 < end && failures.IsEmpty; step++) work(index, random, step);
            }
            catch (Exception exception)
            {
                failures.Enqueue(exception);
            }
        })).ToList();
        foreach (var thread in pool) thread.Start();
        foreach (var thread in pool) Assert.True(thread.Join(TimeSpan.FromSeconds(60 + Asked)), "a thread hangs");
        Assert.True(failures.IsEmpty, string.Join('\n', failures));
    }
}
