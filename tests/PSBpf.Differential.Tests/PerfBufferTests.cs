using System.Globalization;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

public sealed class PerfBufferTests
{
    private static readonly byte[] Packet = [.. Enumerable.Range(0, 64).Select(each => (byte)each)];

    private static readonly PerfBufferOptions OnePage = new() { Pages = 1 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ProgramType.Xdp)]
    [InlineData(ProgramType.SchedCls)]
    [InlineData(ProgramType.SocketFilter)]
    public void Samples_and_errors_are_the_same_for_every_index_length_of_context_and_size(ProgramType type)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = Create(kernels);
        foreach (var isOpen in (bool[])[false, true])
        {
            using var linux = isOpen ? map.Linux.OpenPerfBuffer(OnePage) : null;
            using var managed = isOpen ? map.Managed.OpenPerfBuffer(OnePage) : null;
            foreach (ulong flags in (ulong[])[0xffff_ffff, 9, 4096, 1ul << 52, 1ul << 63, 1ul << 32 | 0xffff_ffff, 20ul << 32 | 0xffff_ffff, 50ul << 32 | 0xffff_ffff,
                51ul << 32 | 0xffff_ffff, 64ul << 32 | 0xffff_ffff, 65ul << 32 | 0xffff_ffff, 0xfffff_ffff_ffff])
            {
                foreach (int size in (int[])[0, 1, 3, 4, 8, 12, 13, 64])
                {
                    using var program = kernels.Load(type, Output($"0x{flags:x} ll", size), map);
                    program.Same(Packet, what: $"flags {flags:x}, {size} bytes:");
                    if (isOpen) Assert.Equal(Take(linux!), Take(managed!));
                }
            }
        }
    }

    [Fact]
    public void As_many_samples_fit_and_a_loss_takes_as_much_room()
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = Create(kernels);
        using var linux = map.Linux.OpenPerfBuffer(OnePage);
        using var managed = map.Managed.OpenPerfBuffer(OnePage);
        using var pinned = PinnedThread.ToCpu(0);
        kernels.Managed.Environment = new() { Cpu = 0 };
        var random = new Random(3);
        int[] sizes = [0, 8, 20, 61, 200, 500];
        var programs = sizes.Select(size => kernels.Load(ProgramType.Xdp, Output("-1", size, wide: false), map)).ToArray();
        try
        {
            for (int step = 0; step < 3000; step++)
            {
                programs[random.Next(programs.Length)].Same(Packet, what: $"step {step}:");
                if (random.Next(10) > 0) continue;
                int most = random.Next(1, 12);
                Assert.Equal(Take(linux, most, sizes), Take(managed, most, sizes));
            }

            Assert.Equal(Take(linux, sizes: sizes), Take(managed, sizes: sizes));
            var theirs = linux.Counts.Single(counts => counts.Cpu == 0);
            var ours = managed.Counts.Single(counts => counts.Cpu == 0);
            Assert.Equal(theirs, ours);
            Assert.True(ours.Dropped > 100 && ours.Delivered > 100, ours.ToString());
            Assert.Equal(3000, ours.Produced);
        }
        finally
        {
            foreach (var program in programs) program.Dispose();
        }
    }

    [Fact]
    public void In_overwrite_mode_the_newest_samples_stay()
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = Create(kernels);
        var options = OnePage with { Overwrite = true };
        using var linux = map.Linux.OpenPerfBuffer(options);
        using var managed = map.Managed.OpenPerfBuffer(options);
        using var pinned = PinnedThread.ToCpu(0);
        kernels.Managed.Environment = new() { Cpu = 0 };
        using var program = kernels.Load(ProgramType.Xdp, """
            r6 = *(u32 *)(r1 +0)
            r7 = *(u32 *)(r1 +4)
            r8 = r6
            r8 += 8
            if r8 > r7 goto out
            r6 = *(u64 *)(r6 +0)
            *(u64 *)(r10 -8) = r6
            r2 = map[m]
            w3 = -1
            r4 = r10
            r4 += -8
            r5 = 8
            call bpf_perf_event_output
            exit
            out: r0 = 1
            exit
            """, map);
        for (int round = 0; round < 3; round++)
        {
            for (long number = 0; number < 1000; number++) program.Same([.. BitConverter.GetBytes(round * 1000 + number), .. new byte[56]]);
            var theirs = Take(linux, sizes: 8);
            var ours = Take(managed, sizes: 8);
            Assert.Equal(theirs[^150..], ours[^150..]);
            Assert.Equal(round * 1000 + 999, Number(ours[^1]));
            Assert.Equal(ours.Order(StringComparer.Ordinal).Count(), ours.Distinct().Count());
        }

        var counts = managed.Counts[0];
        Assert.Equal((3000L, 0L), (counts.Produced, counts.Backlog));
        Assert.Equal(counts.Produced, counts.Delivered + counts.Dropped);
        Assert.Equal(-1, linux.Counts[0].Dropped);
    }

    [Fact]
    public void A_reader_is_woken_after_as_many_samples_as_it_asked_for()
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = Create(kernels);
        var options = new PerfBufferOptions { WakeupEvents = 3 };
        using var linux = map.Linux.OpenPerfBuffer(options);
        using var managed = map.Managed.OpenPerfBuffer(options);
        using var pinned = PinnedThread.ToCpu(0);
        kernels.Managed.Environment = new() { Cpu = 0 };
        using var program = kernels.Load(ProgramType.Xdp, Output("-1", 8, wide: false), map);
        foreach (bool expected in (bool[])[false, false, true, false, false, true])
        {
            program.Same(Packet);
            Assert.Equal(expected, linux.Wait(TimeSpan.Zero, Token));
            Assert.Equal(expected, managed.Wait(TimeSpan.Zero, Token));
        }

        Assert.Equal(6, Take(linux).Count);
        Assert.Equal(6, Take(managed).Count);
    }

    [Fact]
    public void The_map_itself_answers_alike()
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = Create(kernels);
        foreach (uint index in (uint[])[0, 1, (uint)kernels.Linux.PossibleCpus, 1000])
        {
            byte[] key = BitConverter.GetBytes(index), nothing = BitConverter.GetBytes(1_000_000);
            map.Same("lookup", each => each.Lookup(key, new byte[4]));
            foreach (ulong flags in (ulong[])[0, 1, 2, 8]) map.Same($"update {index} with {flags}", each => each.Update(key, nothing, (MapUpdateFlags)flags));
            map.Same("delete", each => each.Delete(key));
            map.Same("next", each => each.NextKey(key, new byte[4]));
        }

        using var linux = map.Linux.OpenPerfBuffer(OnePage);
        using var managed = map.Managed.OpenPerfBuffer(OnePage);
        Assert.Equal(Errno.None, map.Same("delete what is open", each => each.Delete(new byte[4])));
        Assert.Equal(Errno.ENOENT, map.Same("delete it again", each => each.Delete(new byte[4])));
        foreach (var (key, value) in ((uint, uint)[])[(8, 4), (4, 8), (0, 4), (4, 0)])
        {
            var spec = new MapSpec { Name = "m", Type = MapType.PerfEventArray, KeySize = key, ValueSize = value, MaxEntries = 2 };
            Assert.ThrowsAny<Exception>(() => kernels.Linux.CreateMap(spec));
            Assert.Equal("BPF2001", Assert.Throws<Diagnostics.BpfException>(() => kernels.Managed.CreateMap(spec)).Id);
        }
    }

    private static MapPair Create(KernelPair kernels)
    {
        var map = kernels.CreateMap(new MapSpec { Name = "m", Type = MapType.PerfEventArray, KeySize = 4, ValueSize = 4 });
        Assert.Equal((uint)kernels.Linux.PossibleCpus, map.Managed.Spec.MaxEntries);
        return map;
    }

    private static string Output(string flags, int size, bool wide = true)
    {
        var fill = string.Concat(Enumerable.Range(1, 63).Select(word => string.Create(CultureInfo.InvariantCulture, $"*(u64 *)(r10 -{word * 8}) = {word * 0x010203}\n")));
        return $"""
            {fill}
            r2 = map[m]
            {(wide ? "r3" : "w3")} = {flags}
            r4 = r10
            r4 += -{Math.Max(size, 1) + 7 & ~7}
            r5 = {size}
            call bpf_perf_event_output
            exit
            """;
    }

    // In the kernel the padding of a sample is what lay there before; with the sizes known it is left out.
    private static List<string> Take(IPerfBufferReader reader, int most = int.MaxValue, params int[] sizes)
    {
        var samples = new List<string>();
        reader.Consume((_, sample) =>
        {
            int length = sample.Length;
            int size = sizes.Length == 0 ? length : sizes.Single(each => (each + 4 + 7 & ~7) - 4 == length);
            samples.Add(Convert.ToHexString(sample[..size]));
            return samples.Count < most;
        });
        return samples;
    }

    private static long Number(string sample) => BitConverter.ToInt64(Convert.FromHexString(sample));
}
