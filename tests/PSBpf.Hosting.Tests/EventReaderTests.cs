using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Hosting.Tests.Fakes;

namespace PSBpf.Hosting.Tests;

public sealed class EventReaderTests : IDisposable
{
    private readonly FakeKernel _kernel = new();
    private readonly BpfSession _session;
    private readonly BpfProgram _program;

    public EventReaderTests()
    {
        _session = new(_ => _kernel);
        _program = _session.Import(Samples.Path("packet_counter.bpf.o"));
    }

    private BpfMap Events => _program.GetMap("events");

    private FakeRing Ring => ((FakeMap)Events.KernelMap).Ring!;

    public void Dispose() => _session.Dispose();

    [Fact]
    public void The_one_struct_that_a_variable_points_to_is_the_type_of_events()
    {
        Assert.Equal("struct drop_event", Events.ValueType);
        var bytes = new byte[24];
        bytes[0] = 7;
        bytes[8] = 3;
        bytes[12] = 2;
        bytes[16] = 60;
        bytes[22] = 23;
        Ring.Produce(bytes);
        using var reader = Events.OpenReader();
        Assert.True(reader.TryRead(out var read, TimeSpan.Zero, Token));
        var data = Assert.IsType<BtfRecord>(read.Data);
        Assert.Equal(7UL, Assert.IsType<ulong>(data["sequence"]));
        Assert.Equal("DROP_BLOCKED_PORT", data["reason"]!.ToString());
        Assert.Equal((ushort)23, Assert.IsType<ushort>(data["port"]));
        Assert.Equal(bytes, read.Bytes);
        Assert.Equal("events", read.Source);
    }

    [Fact]
    public void A_type_can_be_named_and_one_that_does_not_exist_is_an_error_that_lists_what_there_is()
    {
        using (var reader = Events.OpenReader("counter")) Assert.Equal("struct counter", reader.EventTypeName);
        using (var reader = Events.OpenReader("struct counter")) Assert.Equal("struct counter", reader.EventTypeName);
        var error = Assert.Throws<BpfException>(() => Events.OpenReader("struct nothing"));
        Assert.Equal("BPF4001", error.Id);
        Assert.Contains("drop_event", error.Diagnostic.Action, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sample_that_is_shorter_than_its_type_stays_bytes()
    {
        Ring.Produce(1, 2, 3);
        using var reader = Events.OpenReader();
        Assert.True(reader.TryRead(out var read, TimeSpan.Zero, Token));
        Assert.Equal(new byte[] { 1, 2, 3 }, Assert.IsType<byte[]>(read.Data));
    }

    [Fact]
    public void What_one_reader_does_not_take_is_there_for_the_next()
    {
        for (byte number = 0; number < 200; number++) Ring.Produce(number);
        var seen = new List<byte>();
        while (seen.Count < 200)
        {
            using var reader = Events.OpenReader();
            for (var taken = 0; taken < 7 && reader.TryRead(out var read, TimeSpan.Zero, Token); taken++) seen.Add(read.Bytes[0]);
        }

        Assert.Equal(Enumerable.Range(0, 200).Select(number => (byte)number), seen);
        Assert.Equal(200, Events.Delivered);
    }

    [Fact]
    public void A_second_reader_at_the_same_time_is_an_error()
    {
        using var reader = Events.OpenReader();
        Assert.Equal("BPF4007", Assert.Throws<BpfException>(() => Events.OpenReader()).Id);
        reader.Dispose();
        Events.OpenReader().Dispose();
    }

    [Fact]
    public void A_map_that_is_no_ring_buffer_cannot_be_watched()
    {
        var error = Assert.Throws<BpfException>(() => _program.GetMap("protocols").OpenReader());
        Assert.Equal("BPF4006", error.Id);
    }

    [Fact]
    public async Task A_reader_that_waits_gets_the_sample_that_comes()
    {
        using var reader = Events.OpenReader();
        var waiting = Task.Run(() => reader.TryRead(out var read, TimeSpan.FromSeconds(30), Token) ? read : null, Token);
        await Task.Delay(50, Token);
        Ring.Produce(9);
        Assert.Equal([9], (await waiting)!.Bytes);
    }

    [Fact]
    public void A_wait_ends_when_its_time_is_up()
    {
        using var reader = Events.OpenReader();
        Assert.False(reader.TryRead(out _, TimeSpan.FromMilliseconds(30), Token));
        Assert.Equal(0, reader.Delivered);
    }

    [Fact]
    public async Task Removing_the_program_ends_a_wait_and_frees_the_reader()
    {
        var ring = Ring;
        using var reader = Events.OpenReader();
        var waiting = Task.Run(() => reader.TryRead(out _, Timeout.InfiniteTimeSpan, Token), Token);
        await Task.Delay(50, Token);
        _program.Remove();
        Assert.False(await waiting);
        Assert.True(ring.IsDisposed);
        Assert.Empty(_kernel.Alive);
    }

    [Fact]
    public void Lost_samples_are_counted_in_the_event_and_in_the_map()
    {
        Ring.Produce(1);
        Ring.Dropped = 41;
        using var reader = Events.OpenReader();
        Assert.True(reader.TryRead(out var read, TimeSpan.Zero, Token));
        Assert.Equal(41, read.Dropped);
        Assert.Equal(41, Events.Dropped);
        Assert.Null(_program.GetMap("protocols").Dropped);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
