using System.Globalization;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

/// <summary>What the documentation of the ring buffer says of records, positions, flags and waiting, beside what the kernel does.</summary>
public sealed class RingBufferTests
{
    private const int RingSize = 8192;

    // BPF_RB_AVAIL_DATA, BPF_RB_RING_SIZE, BPF_RB_CONS_POS, BPF_RB_PROD_POS, and one that is none.
    private static readonly int[] Queries = [0, 1, 2, 3, 4];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_sequence_of_records_leaves_the_same_samples_positions_and_losses(int seed)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var ring = Create(kernels);
        using var linux = ring.Linux.OpenRingBuffer();
        using var managed = ring.Managed.OpenRingBuffer();
        var random = new Random(seed);
        var operations = Operations().ToArray();
        var programs = operations.Select(text => kernels.Load(ProgramType.SchedCls, text + Report(), ring)).ToArray();
        int full = 0;
        try
        {
            for (long step = 1; step <= 2000; step++)
            {
                int which = random.Next(programs.Length);
                byte[] packet = [.. BitConverter.GetBytes(step), .. new byte[56]];
                var result = programs[which].Same(packet, what: $"step {step}, {operations[which][^120..]}:");
                if (BitConverter.ToInt64(result!.Data, 8) is -1 or -(long)Errno.EAGAIN) full++;
                if (random.Next(12) > 0) continue;
                Same(linux, managed);
                int most = random.Next(1, 30);
                Assert.Equal(Take(linux, most), Take(managed, most));
                Same(linux, managed);
            }

            Assert.Equal(Take(linux), Take(managed));
            Same(linux, managed);
            Assert.Equal(0, managed.BacklogBytes);
            Assert.True(full > 50, $"The ring was full {full} times.");
            Assert.Equal(full, managed.Dropped);
        }
        finally
        {
            foreach (var program in programs) program.Dispose();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(4088)]
    [InlineData(8176)]
    [InlineData(8177)]
    [InlineData(8184)]
    [InlineData(8185)]
    [InlineData(1 << 28)]
    [InlineData(1 << 30)]
    public void A_record_of_any_size_fits_or_does_not(int size)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var ring = Create(kernels);
        using var linux = ring.Linux.OpenRingBuffer();
        using var managed = ring.Managed.OpenRingBuffer();
        using var program = kernels.Load(ProgramType.SchedCls, Start() + $"""
            r1 = map[ring]
            r2 = {size}
            r3 = 0
            call bpf_ringbuf_reserve
            if r0 == 0 goto none
            r1 = r0
            r2 = 0
            call bpf_ringbuf_submit
            r7 = 1
            goto told
            none: r7 = 2
            told:

            """ + Report(), ring);
        for (int round = 0; round < 4; round++)
        {
            program.Same(new byte[64], what: $"round {round}:");
            Same(linux, managed);
            if (round > 1) Assert.Equal(Lengths(linux), Lengths(managed));
        }
    }

    [Fact]
    public void A_record_that_is_busy_holds_back_those_behind_it()
    {
        using var kernels = KernelPair.OpenOrSkip();
        foreach (bool isLinux in (bool[])[true, false])
        {
            // The program is watched while it runs: when it is preempted at the wrong moment the look is worth nothing, and it is tried again.
            bool seen = false;
            for (int attempt = 0; attempt < 200 && !seen; attempt++) seen = SeesBusy(kernels, isLinux);
            Assert.True(seen, isLinux ? "Linux" : "the engine");
        }
    }

    [Theory]
    [InlineData("r2 = 0\ncall bpf_ringbuf_submit", true)]
    [InlineData("r2 = 2\ncall bpf_ringbuf_submit", true)]
    [InlineData("r2 = 1\ncall bpf_ringbuf_submit", false)]
    [InlineData("r2 = 0\ncall bpf_ringbuf_discard", true)]
    [InlineData("r2 = 1\ncall bpf_ringbuf_discard", false)]
    public void A_reader_that_sleeps_is_woken_as_the_flags_say(string end, bool wakes)
    {
        using var kernels = KernelPair.OpenOrSkip();
        foreach (bool isLinux in (bool[])[true, false])
        {
            using var ring = Create(kernels);
            using var program = kernels.Load(ProgramType.Xdp, $"r1 = map[ring]\nr2 = 8\nr3 = 0\ncall bpf_ringbuf_reserve\nif r0 == 0 goto out\nr1 = r0\n{end}\nout: r0 = 2\nexit\n", ring);
            using var force = kernels.Load(ProgramType.Xdp, $"*(u64 *)(r10 -8) = 7\n{Output(8, 2)}r0 = 2\nexit\n", ring);
            using var reader = (isLinux ? ring.Linux : ring.Managed).OpenRingBuffer();
            bool discards = end.EndsWith("discard", StringComparison.Ordinal);
            long atWake = -1;
            var sleeper = new Thread(() =>
            {
                Assert.True(reader.Wait(Timeout.InfiniteTimeSpan, Token));
                Volatile.Write(ref atWake, reader.BacklogBytes / 16);
            });
            sleeper.Start();
            (isLinux ? program.Linux : program.Managed).TestRun(new TestRunRequest { Data = new byte[64] }, Token);

            // Who is woken, or comes by after the record, ends; who sleeps without a wake-up needs the next one.
            if (!wakes || discards) (isLinux ? force.Linux : force.Managed).TestRun(new TestRunRequest { Data = new byte[64] }, Token);
            Assert.True(sleeper.Join(TimeSpan.FromSeconds(60)), $"{(isLinux ? "Linux" : "the engine")}: nothing woke the reader");
            Assert.InRange(atWake, 1, 2);
        }
    }

    [Fact]
    public void Waiting_answers_like_poll_whatever_the_flags_were()
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var ring = Create(kernels);
        using var linux = ring.Linux.OpenRingBuffer();
        using var managed = ring.Managed.OpenRingBuffer();
        Assert.False(linux.Wait(TimeSpan.Zero, Token));
        Assert.False(managed.Wait(TimeSpan.Zero, Token));
        foreach (int flags in (int[])[0, 1, 2])
        {
            using var program = kernels.Load(ProgramType.Xdp, $"*(u64 *)(r10 -8) = 7\n{Output(8, flags)}r0 = 2\nexit\n", ring);
            program.Same(new byte[64]);
            Assert.True(linux.Wait(TimeSpan.Zero, Token));
            Assert.True(managed.Wait(TimeSpan.Zero, Token));
            Assert.Equal(Take(linux), Take(managed));
            Assert.False(linux.Wait(TimeSpan.Zero, Token));
            Assert.False(managed.Wait(TimeSpan.Zero, Token));
        }
    }

    private static bool SeesBusy(KernelPair kernels, bool isLinux)
    {
        using var ring = Create(kernels);
        using var stages = kernels.CreateMap(new MapSpec { Name = "stages", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 2 });
        using var program = kernels.Load(ProgramType.Xdp, """
            *(u32 *)(r10 -4) = 0
            r1 = map[stages]
            r2 = r10
            r2 += -4
            call bpf_map_lookup_elem
            if r0 == 0 goto out
            r6 = r0
            *(u32 *)(r10 -4) = 1
            r1 = map[stages]
            r2 = r10
            r2 += -4
            call bpf_map_lookup_elem
            if r0 == 0 goto out
            r8 = r0
            r1 = map[ring]
            r2 = 8
            r3 = 0
            call bpf_ringbuf_reserve
            if r0 == 0 goto out
            r7 = r0
            *(u64 *)(r7 +0) = 1
            *(u64 *)(r10 -16) = 2
            r1 = map[ring]
            r2 = r10
            r2 += -16
            r3 = 8
            r4 = 0
            call bpf_ringbuf_output
            *(u64 *)(r6 +0) = 1
            again:
            may_goto over
            r1 = *(u64 *)(r8 +0)
            if r1 == 0 goto again
            over:
            *(u64 *)(r6 +0) = 2
            r1 = r7
            r2 = 0
            call bpf_ringbuf_submit
            out:
            r0 = 2
            exit
            """, ring, stages);
        var kernelMap = isLinux ? stages.Linux : stages.Managed;
        using var reader = (isLinux ? ring.Linux : ring.Managed).OpenRingBuffer();
        var runner = new Thread(() => (isLinux ? program.Linux : program.Managed).TestRun(new TestRunRequest { Data = new byte[64] }, Token));
        runner.Start();
        while (Stage(kernelMap) == 0 && runner.IsAlive) Thread.SpinWait(10);
        int taken = 0;
        reader.Consume(_ =>
        {
            taken++;
            return true;
        });
        long backlog = reader.BacklogBytes, samples = reader.Backlog;
        bool counts = Stage(kernelMap) == 1;
        kernelMap.Update(BitConverter.GetBytes(1), BitConverter.GetBytes(1L), MapUpdateFlags.Any);
        runner.Join();
        if (!counts) return false;
        Assert.Equal((0, 32L), (taken, backlog));
        Assert.InRange(samples, 0, 1);
        Assert.Equal(["0100000000000000", "0200000000000000"], Take(reader));
        return true;
    }

    private static long Stage(IKernelMap map)
    {
        byte[] value = new byte[8];
        Assert.Equal(Errno.None, map.Lookup(new byte[4], value));
        return BitConverter.ToInt64(value);
    }

    private static MapPair Create(KernelPair kernels) => kernels.CreateMap(new MapSpec { Name = "ring", Type = MapType.RingBuf, MaxEntries = RingSize });

    // What programs do, of type SchedCls, since the kernel's test run of XDP takes 20 ms: r7 says how it went, negative when something did not fit; the packet's first word is what they write.
    private static IEnumerable<string> Operations()
    {
        foreach (int size in (int[])[1, 7, 8, 9, 24, 100, 256])
            foreach (int flags in (int[])[0, 1, 2, 3, 4])
                yield return Start() + Output(size, flags) + "r7 = r0\n";
        foreach (int size in (int[])[8, 16, 40, 1000, 3000])
        {
            foreach (string end in (string[])["bpf_ringbuf_submit", "bpf_ringbuf_discard"])
                for (int flags = 0; flags < 3; flags++)
                    yield return Start() + Reserve("r8", size) + $"r1 = r8\nr2 = {flags}\ncall {end}\nr7 = 0\nnone:\n";
        }

        // Two at once, ended in either order, with a third behind them that is ended first.
        foreach (string first in (string[])["submit", "discard"])
        {
            foreach (string second in (string[])["submit", "discard"])
            {
                foreach (bool swapped in (bool[])[false, true])
                {
                    string one = $"r1 = r8\nr2 = 0\ncall bpf_ringbuf_{first}\n", two = $"r1 = r9\nr2 = 0\ncall bpf_ringbuf_{second}\n";
                    yield return Start() + Reserve("r8", 16) + Reserve("r9", 32, "alone") + Output(24, 0) + "r7 = r0\n"
                        + (swapped ? two + one : one + two) + $"goto none\nalone:\n{one}none:\n";
                }
            }
        }
    }

    private static string Start() => """
        r6 = *(u32 *)(r1 +76)
        r2 = *(u32 *)(r1 +80)
        r3 = r6
        r3 += 64
        if r3 > r2 goto out
        r1 = *(u64 *)(r6 +0)
        *(u64 *)(r10 -256) = r1

        """ + string.Concat(Enumerable.Range(1, 31).Select(word => string.Create(CultureInfo.InvariantCulture, $"*(u64 *)(r10 -{word * 8}) = r1\n")));

    private static string Reserve(string register, int size, string otherwise = "none") =>
        $"r7 = -1\nr1 = map[ring]\nr2 = {size}\nr3 = 0\ncall bpf_ringbuf_reserve\nif r0 == 0 goto {otherwise}\n{register} = r0\n"
        + string.Concat(Enumerable.Range(0, Math.Min(size, 1000) / 8).Select(word => string.Create(CultureInfo.InvariantCulture, $"r1 = *(u64 *)(r10 -8)\n*(u64 *)({register} +{word * 8}) = r1\n")));

    private static string Output(int size, int flags) =>
        $"r1 = map[ring]\nr2 = r10\nr2 += -{(size + 7) / 8 * 8}\nr3 = {size}\nr4 = {flags}\ncall bpf_ringbuf_output\n";

    // How it went, and every query, into the packet.
    private static string Report() => "*(u64 *)(r6 +8) = r7\n"
        + string.Concat(Queries.Select(query => $"r1 = map[ring]\nr2 = {query}\ncall bpf_ringbuf_query\n*(u64 *)(r6 +{16 + 8 * query}) = r0\n"))
        + "out: r0 = 2\nexit\n";

    private static void Same(IRingBufferReader linux, IRingBufferReader managed)
    {
        Assert.Equal((linux.BacklogBytes, linux.Backlog, linux.Wait(TimeSpan.Zero, Token)), (managed.BacklogBytes, managed.Backlog, managed.Wait(TimeSpan.Zero, Token)));
    }

    // The bytes that a program did not write are whatever was there.
    private static List<string> Take(IRingBufferReader reader, int most = int.MaxValue)
    {
        var samples = new List<string>();
        reader.Consume(sample =>
        {
            samples.Add(sample.Length > 1000 ? $"{sample.Length}: {Convert.ToHexString(sample[..1000])}" : Convert.ToHexString(sample));
            return samples.Count < most;
        });
        return samples;
    }

    private static List<int> Lengths(IRingBufferReader reader)
    {
        var lengths = new List<int>();
        reader.Consume(sample =>
        {
            lengths.Add(sample.Length);
            return true;
        });
        return lengths;
    }
}
