using System.Diagnostics;
using PSBpf.Diagnostics;
using PSBpf.Uapi;

namespace PSBpf.Linux.Tests.Maps;

public sealed class RingBufferTests : KernelTest
{
    // Sends the first 8 bytes of the packet; odd first bytes are reserved and discarded.
    private const string Send = """
        r6 = *(u32 *)(r1 +0)
        r2 = *(u32 *)(r1 +4)
        r3 = r6
        r3 += 14
        r7 = 1
        if r3 > r2 goto done
        r1 = map[m0]
        r2 = 8
        r3 = 0
        call bpf_ringbuf_reserve
        r7 = 2
        if r0 == 0 goto done
        r7 = 0
        r2 = *(u64 *)(r6 +0)
        *(u64 *)(r0 +0) = r2
        r3 = *(u8 *)(r6 +0)
        r3 &= 1
        r1 = r0
        r2 = 0
        if r3 != 0 goto discard
        call bpf_ringbuf_submit
        goto done
        discard: call bpf_ringbuf_discard
        done: r0 = r7
        exit
        """;

    private static byte[] Numbered(long number)
    {
        var packet = Packet(64);
        Bytes(number).CopyTo(packet, 0);
        return packet;
    }

    [Fact]
    public void Samples_arrive_in_order_and_discarded_ones_do_not()
    {
        var map = Map(MapType.RingBuf, 0, 0, 4096);
        var program = Accept(ProgramType.SchedCls, Send.Replace("*(u32 *)(r1 +0)", "*(u32 *)(r1 +76)", StringComparison.Ordinal)
            .Replace("*(u32 *)(r1 +4)", "*(u32 *)(r1 +80)", StringComparison.Ordinal), map);
        var reader = Own(map.OpenRingBuffer());
        Assert.Equal(0, reader.BacklogBytes);
        Assert.Equal(-1, reader.Dropped);
        Assert.False(reader.Wait(TimeSpan.Zero, Cancellation));

        // Many times round the buffer.
        for (long round = 0; round < 100; round++)
        {
            for (var i = 0; i < 100; i++) program.TestRun(new() { Data = Numbered(round * 100 + i) }, Cancellation);
            Assert.Equal(100 * 16, reader.BacklogBytes);
            Assert.True(reader.Wait(Timeout.InfiniteTimeSpan, Cancellation));

            var seen = new List<long>();
            Assert.Equal(50, reader.Consume(sample =>
            {
                Assert.Equal(8, sample.Length);
                seen.Add(BitConverter.ToInt64(sample));
                return true;
            }));
            Assert.Equal(Enumerable.Range(0, 50).Select(i => round * 100 + 2 * i), seen);
            Assert.Equal(0, reader.BacklogBytes);
        }
    }

    [Fact]
    public void A_full_buffer_refuses_and_recovers()
    {
        var map = Map(MapType.RingBuf, 0, 0, 4096);
        var program = Accept(ProgramType.Xdp, Send, map);
        var reader = Own(map.OpenRingBuffer());
        var sent = 0;
        while (program.TestRun(new() { Data = Numbered(2) }, Cancellation).ReturnValue == 0) sent++;
        Assert.InRange(sent, 200, 256);
        Assert.Equal(sent, reader.Consume(_ => true));
        Assert.Equal(0u, program.TestRun(new() { Data = Numbered(2) }, Cancellation).ReturnValue);
    }

    [Fact]
    public void A_consumer_may_stop_throw_or_ask_again()
    {
        var map = Map(MapType.RingBuf, 0, 0, 4096);
        var program = Accept(ProgramType.Xdp, Send, map);
        var reader = Own(map.OpenRingBuffer());
        for (var i = 0; i < 5; i++) program.TestRun(new() { Data = Numbered(2 * i) }, Cancellation);

        Assert.Equal(1, reader.Consume(_ => false));
        Assert.Throws<InvalidOperationException>(() => reader.Consume(_ => throw new InvalidOperationException()));
        var seen = new List<long>();
        reader.Consume(sample =>
        {
            seen.Add(BitConverter.ToInt64(sample));
            Assert.Equal(0, reader.Consume(_ => true));
            return true;
        });
        Assert.Equal([4L, 6L, 8L], seen);
    }

    [Fact]
    public async Task Readers_of_one_map_share_its_samples()
    {
        var map = Map(MapType.RingBuf, 0, 0, 65536);
        var program = Accept(ProgramType.SchedCls, Send.Replace("*(u32 *)(r1 +0)", "*(u32 *)(r1 +76)", StringComparison.Ordinal)
            .Replace("*(u32 *)(r1 +4)", "*(u32 *)(r1 +80)", StringComparison.Ordinal), map);
        var seen = new System.Collections.Concurrent.ConcurrentBag<long>();
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            using var reader = map.OpenRingBuffer();
            while (!stop.IsCancellationRequested)
            {
                if (reader.Wait(TimeSpan.FromSeconds(5), stop.Token))
                    reader.Consume(sample =>
                    {
                        seen.Add(BitConverter.ToInt64(sample));
                        return true;
                    });
            }
        }, Cancellation)).ToArray();

        const int Count = 5000;
        for (var i = 0; i < Count; i++)
        {
            while (program.TestRun(new() { Data = Numbered(2 * i) }, Cancellation).ReturnValue != 0) Thread.Yield();
        }

        var watch = Stopwatch.StartNew();
        while (seen.Count < Count && watch.Elapsed < TimeSpan.FromSeconds(10)) await Task.Delay(1, Cancellation);
        await stop.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => 2L * i), seen.Order());
    }

    [Fact]
    public void Waiting_ends_with_a_sample_the_timeout_a_cancellation_or_the_reader()
    {
        var map = Map(MapType.RingBuf, 0, 0, 4096);
        var program = Accept(ProgramType.Xdp, Send, map);
        var reader = Own(map.OpenRingBuffer());

        var watch = Stopwatch.StartNew();
        Assert.False(reader.Wait(TimeSpan.FromMilliseconds(100), Cancellation));
        Assert.InRange(watch.ElapsedMilliseconds, 90, 5000);

        using (var soon = new CancellationTokenSource(100)) Assert.False(reader.Wait(Timeout.InfiniteTimeSpan, soon.Token));

        var sender = new Thread(() =>
        {
            Thread.Sleep(100);
            program.TestRun(new() { Data = Numbered(1) }, CancellationToken.None); // discarded: no reason to wake
            Thread.Sleep(100);
            program.TestRun(new() { Data = Numbered(2) }, CancellationToken.None);
        });
        sender.Start();
        Assert.True(reader.Wait(Timeout.InfiniteTimeSpan, Cancellation));
        sender.Join();
        Assert.Equal(1, reader.Consume(_ => true));

        var closer = new Thread(() =>
        {
            Thread.Sleep(100);
            reader.Dispose();
        });
        closer.Start();
        Assert.False(reader.Wait(Timeout.InfiniteTimeSpan, CancellationToken.None));
        closer.Join();
        reader.Dispose();
        Assert.Equal(0, reader.Consume(_ => true));
        Assert.Equal(0, reader.BacklogBytes);
        Assert.False(reader.Wait(TimeSpan.FromSeconds(1), Cancellation));
    }

    [Fact]
    public void A_reader_outlives_the_map_and_may_be_disposed_by_its_consumer()
    {
        var map = Map(MapType.RingBuf, 0, 0, 4096);
        var program = Accept(ProgramType.Xdp, Send, map);
        var reader = Own(map.OpenRingBuffer());
        map.Dispose();
        program.TestRun(new() { Data = Numbered(2) }, Cancellation);
        program.TestRun(new() { Data = Numbered(4) }, Cancellation);
        Assert.True(reader.Wait(TimeSpan.FromSeconds(1), Cancellation));
        Assert.Equal(1, reader.Consume(sample =>
        {
            reader.Dispose();
            Assert.Equal(2L, BitConverter.ToInt64(sample));
            return true;
        }));
        Assert.Throws<BpfException>(() => map.OpenRingBuffer());
    }

    [Fact]
    public void Other_maps_have_no_reader() =>
        Assert.Equal("BPF4006", Assert.Throws<BpfException>(() => Map(MapType.Array, 4, 4, 1).OpenRingBuffer()).Id);
}
