using CsCheck;
using PSBpf.Diagnostics;
using PSBpf.Runtime.Sources.Pcap;

namespace PSBpf.Runtime.Tests.Sources;

public sealed class PcapngTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Packets_come_out_as_they_were_put_in(bool bigEndian)
    {
        var file = new File(bigEndian).Section().Interface(resolution: 9)
            .Packet(0, 1_700_000_000_123_456_789, [1, 2, 3], original: 90).Packet(0, 5, []).Packet(0, 6, [.. Enumerable.Range(0, 200).Select(number => (byte)number)]);
        using var reader = new PcapngReader(file.Stream());
        var packets = reader.ReadPackets().ToArray();
        Assert.Null(reader.Damage);
        Assert.Equal([3, 0, 200], packets.Select(packet => packet.Data.Length));
        Assert.Equal(1_700_000_000_123_456_789, packets[0].TimestampNanoseconds);
        Assert.Equal((90L, 0L, 200L), (packets[0].OriginalLength, packets[1].OriginalLength, packets[2].OriginalLength));
        Assert.Equal(199, packets[2].Data.Span[199]);
        Assert.Equal(file.Length, reader.Position);
    }

    // if_tsresol: decimal digits, or binary ones with the highest bit; if_tsoffset in seconds.
    [Theory]
    [InlineData(6, 0, 1_500_000UL, 1_500_000_000L)]
    [InlineData(9, 0, 1_500_000UL, 1_500_000L)]
    [InlineData(3, 0, 1_500UL, 1_500_000_000L)]
    [InlineData(0, 0, 7UL, 7_000_000_000L)]
    [InlineData(12, 0, 1_999UL, 1L)]
    [InlineData(0x80 | 10, 0, 1_536UL, 1_500_000_000L)]
    [InlineData(6, 3, 1UL, 3_000_001_000L)]
    [InlineData(6, -1, 1UL, -999_999_000L)]
    public void Times_are_in_the_units_of_their_interface(int resolution, long offset, ulong time, long nanoseconds)
    {
        using var reader = new PcapngReader(new File(false).Section().Interface((byte)resolution, offset).Packet(0, time, [1]).Stream());
        Assert.True(reader.TryRead(out var packet));
        Assert.Equal(nanoseconds, packet.TimestampNanoseconds);
    }

    [Fact]
    public void Without_options_times_are_microseconds_and_blocks_without_packets_are_passed_over()
    {
        var file = new File(false).Section().Interface().Block(4, [1, 2, 3, 4, 5, 6, 7, 8]).Block(0x0bad, []).Packet(0, 2, [9]).Block(5, new byte[12]);
        using var reader = new PcapngReader(file.Stream());
        Assert.True(reader.TryRead(out var packet));
        Assert.Equal(2000, packet.TimestampNanoseconds);
        Assert.False(reader.TryRead(out _));
        Assert.Null(reader.Damage);
    }

    [Fact]
    public void Sections_may_differ_in_byte_order_and_begin_their_interfaces_anew()
    {
        byte[] both = [.. new File(false).Section().Interface(9).Interface(6).Packet(1, 1, [1]).Bytes(), .. new File(true).Section().Interface(9).Packet(0, 1, [2]).Bytes()];
        using var reader = new PcapngReader(new MemoryStream(both));
        Assert.Equal([1000L, 1L], reader.ReadPackets().Select(packet => packet.TimestampNanoseconds));
        Assert.Null(reader.Damage);
    }

    [Fact]
    public void Older_and_simple_packets_are_read()
    {
        var file = new File(false).Section().Interface(9, snap: 4)
            .Block(2, [0, 0, 7, 0, .. Word(0), .. Word(77), .. Word(2), .. Word(60), 5, 6, 0, 0])
            .Block(3, [.. Word(9), 1, 2, 3, 4]);
        using var reader = new PcapngReader(file.Stream());
        var packets = reader.ReadPackets().ToArray();
        Assert.Equal([(77L, 2, 60L), (0L, 4, 9L)], packets.Select(packet => (packet.TimestampNanoseconds, packet.Data.Length, packet.OriginalLength)));
    }

    [Fact]
    public void Other_links_than_Ethernet_are_said()
    {
        using var reader = new PcapngReader(new File(false).Section().Interface().Interface(link: 113).Packet(0, 1, [1]).Packet(1, 2, [2]).Stream());
        Assert.True(reader.TryRead(out _));
        Assert.False(reader.TryRead(out _));
        Assert.Equal("BPF0404", reader.Damage!.Rule.Id);
        Assert.Contains("113", reader.Damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_breaks_off_gives_the_packets_before()
    {
        byte[] whole = new File(false).Section().Interface().Packet(0, 1, [1, 2, 3, 4, 5]).Packet(0, 2, [6]).Bytes();
        int seen = 0;
        for (int length = 28; length < whole.Length; length++)
        {
            using var reader = new PcapngReader(new MemoryStream(whole, 0, length));
            int packets = reader.ReadPackets().Count();
            Assert.InRange(packets, seen, 1);
            seen = packets;
            // Between two blocks a file may end.
            if (length is not (28 or 48 or 88)) Assert.Equal("BPF0403", reader.Damage?.Rule.Id);
        }

        Assert.Equal(1, seen);
    }

    [Fact]
    public void Any_bytes_are_read_or_refused_with_an_id()
    {
        byte[] whole = new File(false).Section().Interface(9, 5).Packet(0, 1, [1, 2, 3]).Packet(0, 2, new byte[40]).Block(3, [.. Word(4), 1, 2, 3, 4]).Bytes();
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length]).Array[1, 6].Sample(
            changes =>
            {
                byte[] bytes = [.. whole];
                foreach (var (at, value, _) in changes) bytes[at] = value;
                int length = Math.Max(changes[0].Item3, 1);
                try
                {
                    using var reader = new PcapngReader(new MemoryStream(bytes, 0, length));
                    foreach (var packet in reader.ReadPackets()) Assert.InRange(packet.Data.Length, 0, whole.Length);
                    if (reader.Damage is { } damage) Assert.StartsWith("BPF04", damage.Rule.Id, StringComparison.Ordinal);
                }
                catch (BpfException exception)
                {
                    Assert.StartsWith("BPF04", exception.Id, StringComparison.Ordinal);
                }
            },
            iter: 20_000);
    }

    [Fact]
    public void A_file_is_opened_as_what_it_begins_with()
    {
        string folder = Directory.CreateTempSubdirectory("pcapng").FullName;
        try
        {
            string path = Path.Combine(folder, "some.capture");
            System.IO.File.WriteAllBytes(path, new File(true).Section().Interface().Packet(0, 1, [7]).Bytes());
            using (var reader = CaptureReader.Open(path)) Assert.Equal([7], Assert.Single(reader.ReadPackets()).Data.ToArray());
            using (var writer = new PcapWriter(System.IO.File.Create(path))) writer.Write([8], 1);
            using (var reader = CaptureReader.Open(path)) Assert.Equal([8], Assert.Single(reader.ReadPackets()).Data.ToArray());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] Word(uint value) => BitConverter.GetBytes(value);

    /// <summary>Writes pcapng, block by block.</summary>
    private sealed class File(bool bigEndian)
    {
        private readonly List<byte> _bytes = [];

        public int Length => _bytes.Count;

        public byte[] Bytes() => [.. _bytes];

        public MemoryStream Stream() => new(Bytes());

        public File Section() => Block(0x0a0d0d0a, [.. Number(0x1a2b3c4d), .. Half(1), .. Half(0), .. Enumerable.Repeat((byte)0xff, 8)]);

        public File Interface(byte? resolution = null, long offset = 0, uint snap = 0, ushort link = 1)
        {
            byte[] options = resolution is null ? [] : [.. Half(9), .. Half(1), resolution.Value, 0, 0, 0, .. Half(14), .. Half(8), .. Wide(offset), .. Half(0), .. Half(0)];
            return Block(1, [.. Half(link), .. Half(0), .. Number(snap), .. options]);
        }

        public File Packet(uint device, ulong time, byte[] data, uint? original = null) => Block(6,
            [.. Number(device), .. Number((uint)(time >> 32)), .. Number((uint)time), .. Number((uint)data.Length), .. Number(original ?? (uint)data.Length), .. data, .. new byte[-data.Length & 3]]);

        public File Block(uint type, byte[] body)
        {
            uint length = (uint)body.Length + 12;
            _bytes.AddRange([.. Number(type), .. Number(length), .. body, .. Number(length)]);
            return this;
        }

        private byte[] Number(uint value) => Ordered(BitConverter.GetBytes(value));

        private byte[] Half(ushort value) => Ordered(BitConverter.GetBytes(value));

        private byte[] Wide(long value) => Ordered(BitConverter.GetBytes(value));

        private byte[] Ordered(byte[] bytes) => bigEndian ? [.. bytes.Reverse()] : bytes;
    }
}
