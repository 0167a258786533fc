using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Maps;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Maps;

public sealed unsafe class RingBufferTests : IDisposable
{
    private readonly ManagedKernel _kernel = new(new ManagedKernelOptions { PossibleCpus = 4 });
    private readonly IKernelMap _map;

    public RingBufferTests() => _map = Ring(4096);

    private RingBufferMap Storage => (RingBufferMap)((KernelMap)_map).Storage;

    public void Dispose()
    {
        _map.Dispose();
        _kernel.Dispose();
    }

    [Fact]
    public void A_header_holds_length_busy_bit_and_page_as_in_the_kernel()
    {
        uint* sample = (uint*)Storage.Reserve(100);
        Assert.Equal(100u | RingBufferMap.Busy, sample[-2]);
        Assert.Equal(1u, sample[-1]);
        Storage.Commit((ulong)sample, 0, discard: false);
        Assert.Equal(100u, sample[-2]);
        uint* next = (uint*)Storage.Reserve(1);
        Assert.Equal(112, (byte*)next - (byte*)sample);
        Storage.Commit((ulong)next, 0, discard: true);
        Assert.Equal(1u | RingBufferMap.Discarded, next[-2]);
    }

    [Fact]
    public void Samples_come_in_order_of_reservation_and_wait_for_the_oldest()
    {
        using var reader = _map.OpenRingBuffer();
        ulong first = Put(1, commit: false), second = Put(2, commit: false), third = Put(3, commit: false);
        Storage.Commit(second, 0, discard: false);
        Assert.Empty(Take(reader));
        Assert.False(reader.Wait(TimeSpan.Zero, TestContext.Current.CancellationToken));
        Storage.Commit(first, 0, discard: false);
        Assert.Equal([1, 2], Take(reader));
        Storage.Commit(third, 0, discard: true);
        Assert.Empty(Take(reader));
        Assert.Equal(0, reader.BacklogBytes);
    }

    [Fact]
    public void A_full_ring_drops_and_counts_and_goes_on_when_there_is_room()
    {
        using var reader = _map.OpenRingBuffer();
        int fitting = 0;
        while (Put(fitting) != 0) fitting++;

        // 16 bytes each with the header; one byte of the ring always stays free, as in the kernel.
        Assert.Equal(4096 / 16 - 1, fitting);
        Assert.Equal(1, reader.Dropped);
        Assert.Equal(fitting * 16, reader.BacklogBytes);
        Assert.Equal(Enumerable.Range(0, fitting), Take(reader));
        Assert.NotEqual(0ul, Put(5));
        Assert.Equal([5], Take(reader));
    }

    [Fact]
    public void A_sample_that_wraps_around_is_contiguous_and_intact()
    {
        using var reader = _map.OpenRingBuffer();
        var random = new Random(5);
        for (int round = 0; round < 5000; round++)
        {
            int size = random.Next(4, 2000);
            byte* sample = (byte*)Storage.Reserve((ulong)size);
            Assert.True(sample != null);
            for (int at = 0; at < size; at++) sample[at] = (byte)(round + at);
            Storage.Commit((ulong)sample, 0, discard: false);
            int got = reader.Consume(bytes =>
            {
                Assert.Equal(size, bytes.Length);
                for (int at = 0; at < size; at++) if (bytes[at] != (byte)(round + at)) Assert.Fail($"round {round}: byte {at}");
                return true;
            });
            Assert.Equal(1, got);
        }
    }

    [Theory]
    [InlineData(0ul, true)]
    [InlineData(4080ul, true)]
    [InlineData(4087ul, false)]
    [InlineData(4088ul, false)]
    [InlineData(4089ul, false)]
    [InlineData(uint.MaxValue, false)]
    [InlineData(ulong.MaxValue, false)]
    public void A_sample_may_be_as_large_as_the_ring_allows(ulong size, bool fits)
    {
        ulong sample = Storage.Reserve(size);
        Assert.Equal(fits, sample != 0);
        if (fits) Storage.Commit(sample, 0, discard: false);
    }

    [Fact]
    public void A_consumer_that_stops_or_throws_has_taken_its_sample()
    {
        using var reader = _map.OpenRingBuffer();
        for (int value = 0; value < 5; value++) Put(value);
        Assert.Equal(1, reader.Consume(_ => false));
        Assert.Throws<InvalidOperationException>(() => reader.Consume(_ => throw new InvalidOperationException("mine")));
        Assert.Equal([2, 3, 4], Take(reader));
    }

    [Theory]
    [InlineData(0ul, true)]
    [InlineData(1ul, false)] // BPF_RB_NO_WAKEUP
    [InlineData(2ul, true)] // BPF_RB_FORCE_WAKEUP
    public void A_waiting_consumer_is_woken_by_the_first_sample_unless_the_program_says_no(ulong flags, bool wakes)
    {
        using var reader = _map.OpenRingBuffer();
        bool found = false;
        var waiter = new Thread(() => found = reader.Wait(TimeSpan.FromSeconds(60), CancellationToken.None));
        waiter.Start();
        Assert.True(SleepsOn(waiter));
        Put(1, flags: flags);
        Assert.Equal(wakes, waiter.Join(TimeSpan.FromMilliseconds(wakes ? 20_000 : 300)));
        if (!wakes)
        {
            Assert.True(Storage.IsAwaited);

            // The sample is there all the same for who looks; the next one that asks for it wakes.
            Assert.True(reader.Wait(TimeSpan.Zero, TestContext.Current.CancellationToken));
            Put(2, flags: 2);
            Assert.True(waiter.Join(TimeSpan.FromSeconds(20)));
        }

        Assert.True(found);
    }

    [Fact]
    public void A_sample_behind_others_wakes_nobody()
    {
        using var reader = _map.OpenRingBuffer();
        ulong first = Put(1, commit: false), second = Put(2, commit: false);
        bool found = false;
        var waiter = new Thread(() => found = reader.Wait(TimeSpan.FromSeconds(60), CancellationToken.None));
        waiter.Start();
        Assert.True(SleepsOn(waiter));
        Storage.Commit(second, 0, discard: false);
        Assert.False(waiter.Join(TimeSpan.FromMilliseconds(300)));
        Storage.Commit(first, 0, discard: false);
        Assert.True(waiter.Join(TimeSpan.FromSeconds(20)));
        Assert.True(found);
    }

    /// <summary>
    /// Whether <paramref name="waiter"/> has come to sleep. Being awaited is not enough: who waits says so first and looks once more
    /// before it sleeps, so that a sample between the two is found without any wake-up.
    /// </summary>
    private bool SleepsOn(Thread waiter) => SpinWait.SpinUntil(
        () => Storage.IsAwaited && waiter.ThreadState.HasFlag(ThreadState.WaitSleepJoin), TimeSpan.FromSeconds(20));

    [Fact]
    public void No_wake_up_is_lost_however_closely_a_sample_and_a_sleeper_meet()
    {
        const int samples = 3000;
        using var reader = _map.OpenRingBuffer();
        int consumed = 0;
        var consumer = new Thread(() =>
        {
            // A lost wake-up would take a minute.
            while (Volatile.Read(ref consumed) < samples)
            {
                if (!reader.Wait(TimeSpan.FromSeconds(60), CancellationToken.None)) return;
                int taken = reader.Consume(static _ => true);
                Interlocked.Add(ref consumed, taken);
            }
        });
        consumer.Start();
        var random = new Random(11);
        for (int sample = 0; sample < samples; sample++)
        {
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref consumed) == sample, TimeSpan.FromSeconds(30)), $"stuck after {sample} samples");
            Thread.SpinWait(random.Next(400));
            ulong address = Storage.Reserve(8);
            Assert.NotEqual(0ul, address);
            Storage.Commit(address, 0, discard: false);
        }

        Assert.True(consumer.Join(TimeSpan.FromSeconds(30)));
        Assert.Equal(samples, consumed);
    }

    [Fact]
    public void Waiting_ends_by_time_and_by_cancellation_without_an_exception()
    {
        using var reader = _map.OpenRingBuffer();
        Assert.False(reader.Wait(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken));
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(30));
        Assert.False(reader.Wait(Timeout.InfiniteTimeSpan, source.Token));
    }

    [Fact]
    public void Everything_that_many_producers_commit_is_consumed_or_counted_as_dropped()
    {
        const int producers = 4, each = 40_000;
        using var map = Ring(8192);
        var storage = (RingBufferMap)((KernelMap)map).Storage;
        using var reader = map.OpenRingBuffer();
        long produced = 0, discarded = 0;
        var seen = new int[producers];
        Array.Fill(seen, -1);
        long consumed = 0;
        using var done = new CancellationTokenSource();
        var consumer = new Thread(() =>
        {
            while (true)
            {
                bool last = done.IsCancellationRequested;
                consumed += reader.Consume(sample =>
                {
                    // Each producer's samples arrive in its order, whole.
                    int producer = BitConverter.ToInt32(sample), number = BitConverter.ToInt32(sample[4..]);
                    if (number <= seen[producer]) throw new InvalidOperationException($"{number} after {seen[producer]}");
                    for (int at = 8; at < sample.Length; at++) if (sample[at] != (byte)number) throw new InvalidOperationException("torn sample");
                    seen[producer] = number;
                    return true;
                });
                if (last) return;
                reader.Wait(TimeSpan.FromMilliseconds(50), done.Token);
            }
        });
        consumer.Start();
        Parallel.For(0, producers, new ParallelOptions { MaxDegreeOfParallelism = producers }, producer =>
        {
            var random = new Random(producer);
            for (int number = 0; number < each; number++)
            {
                int size = 8 + random.Next(60);
                byte* sample = (byte*)storage.Reserve((ulong)size);
                if (sample == null) continue;
                *(int*)sample = producer;
                *(int*)(sample + 4) = number;
                new Span<byte>(sample + 8, size - 8).Fill((byte)number);
                bool discard = random.Next(5) == 0;
                storage.Commit((ulong)sample, (ulong)random.Next(2), discard);
                Interlocked.Increment(ref discard ? ref discarded : ref produced);
            }
        });
        done.Cancel();
        Assert.True(consumer.Join(TimeSpan.FromSeconds(30)));
        Assert.Equal(produced, consumed);
        Assert.Equal(producers * each, produced + discarded + reader.Dropped);
        Assert.Equal(0, reader.BacklogBytes);
    }

    [Fact]
    public void A_reader_outlives_the_map_it_reads()
    {
        var map = Ring(4096);
        var reader = map.OpenRingBuffer();
        var storage = (RingBufferMap)((KernelMap)map).Storage;
        Assert.Equal(Errno.None, Output(storage, 9));
        map.Dispose();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal([9], Take(reader));
        reader.Dispose();
        Assert.Equal(0, reader.Consume(_ => true));
        Assert.Throws<Diagnostics.BpfException>(map.OpenRingBuffer);
    }

    private static Errno Output(RingBufferMap ring, int value) => ring.Output((byte*)&value, 4, 0);

    private static List<int> Take(IRingBufferReader reader)
    {
        var values = new List<int>();
        reader.Consume(sample =>
        {
            values.Add(BitConverter.ToInt32(sample));
            return true;
        });
        return values;
    }

    private IKernelMap Ring(uint size) => _kernel.CreateMap(new MapSpec { Name = "ring", Type = MapType.RingBuf, MaxEntries = size });

    private ulong Put(int value, bool commit = true, ulong flags = 0)
    {
        ulong sample = Storage.Reserve(8);
        if (sample == 0) return 0;
        *(int*)sample = value;
        if (commit) Storage.Commit(sample, flags, discard: false);
        return sample;
    }
}
