using CsCheck;
using PSBpf.Diagnostics;
using PSBpf.Runtime.Sources.Pcap;

namespace PSBpf.Runtime.Tests.Sources;

public sealed class PcapTests
{
    private static readonly Gen<(long Time, byte[] Data, int More)[]> Packets =
        Gen.Select(Gen.Long[0, uint.MaxValue * 1_000_000_000L], Gen.Byte.Array[0, 200], Gen.Int[0, 3000]).Array[0, 12];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Samples");

    [Fact]
    public void What_was_written_is_read_in_both_byte_orders_and_both_units()
    {
        Gen.Select(Packets, Gen.Bool, Gen.Bool).Sample((packets, nanoseconds, bigEndian) =>
        {
            using var reader = new PcapReader(new MemoryStream(Write(packets, nanoseconds, bigEndian)));
            Assert.Equal((nanoseconds, bigEndian, 1), (reader.HasNanoseconds, reader.IsBigEndian, reader.LinkType));
            var read = reader.ReadPackets().ToList();
            Assert.Null(reader.Damage);
            Assert.Equal(packets.Length, read.Count);
            foreach (var (expected, actual) in packets.Zip(read))
            {
                Assert.Equal(nanoseconds ? expected.Time : expected.Time / 1000 * 1000, actual.TimestampNanoseconds);
                Assert.Equal(expected.Data, actual.Data.ToArray());
                Assert.Equal(expected.Data.Length + expected.More, actual.OriginalLength);
            }
        }, iter: 200);
    }

    [Fact]
    public void The_same_capture_in_four_forms_holds_the_same_packets()
    {
        string[] names = ["few-le-us", "few-be-us", "few-le-ns", "few-be-ns"];
        var captures = names.Select(name =>
        {
            using var reader = (PcapReader)CaptureReader.Open(Path.Combine(Folder, name + ".pcap"));
            Assert.Equal(name.Contains("be", StringComparison.Ordinal), reader.IsBigEndian);
            Assert.Equal(name.Contains("ns", StringComparison.Ordinal), reader.HasNanoseconds);
            return reader.ReadPackets().Select(packet => $"{packet.TimestampNanoseconds / 1000} {packet.OriginalLength} {Convert.ToHexString(packet.Data.Span)}").ToList();
        }).ToList();
        Assert.Equal(8, captures[0].Count);
        Assert.All(captures, capture => Assert.Equal(captures[0], capture));
    }

    [Fact]
    public void A_sample_capture_is_read_to_its_end()
    {
        using var reader = PcapReader.Open(Path.Combine(Folder, "mixed.pcap"));
        var packets = reader.ReadPackets().ToList();
        Assert.Equal(414, packets.Count);
        Assert.Null(reader.Damage);
        Assert.Contains(packets, packet => packet.OriginalLength > packet.Data.Length);
        Assert.Equal(packets.Select(packet => packet.TimestampNanoseconds).Order(), packets.Select(packet => packet.TimestampNanoseconds));
    }

    [Fact]
    public void A_capture_cut_anywhere_gives_the_packets_before_the_cut_and_says_where_it_is()
    {
        var packets = Enumerable.Range(0, 4).Select(index => (Time: index * 1_000_000_000L, Data: new byte[index * 7], More: 0)).ToArray();
        byte[] whole = Write(packets, nanoseconds: true, bigEndian: false);
        int[] ends = new int[5];
        ends[0] = 24;
        for (int index = 0; index < 4; index++) ends[index + 1] = ends[index] + 16 + packets[index].Data.Length;
        for (int length = 24; length <= whole.Length; length++)
        {
            using var reader = new PcapReader(new MemoryStream(whole, 0, length));
            int expected = ends.Count(end => end <= length) - 1;
            Assert.Equal(expected, reader.ReadPackets().Count());
            Assert.Equal(ends.Contains(length), reader.Damage is null);
            if (reader.Damage is not { } damage) continue;
            Assert.Equal(DiagnosticRules.CaptureTruncated.Id, damage.Id);
            Assert.Equal(ends[expected], damage.Location.Offset);
            Assert.False(reader.TryRead(out _));
        }
    }

    [Theory]
    [InlineData(262145u)]
    [InlineData(0x7fff_ffffu)]
    [InlineData(0xffff_ffffu)]
    public void An_absurd_length_is_damage_and_not_an_allocation(uint length)
    {
        byte[] bytes = [.. Write([(0, [1, 2, 3], 0)], true, false), .. new byte[8], .. BitConverter.GetBytes(length), .. BitConverter.GetBytes(length)];
        using var reader = new PcapReader(new MemoryStream(bytes));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Single(reader.ReadPackets());
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000);
        Assert.Equal(DiagnosticRules.CaptureTruncated.Id, reader.Damage?.Id);
    }

    [Fact]
    public void What_is_no_pcap_file_is_told_apart()
    {
        byte[] good = Write([], true, false);
        Assert.Equal(DiagnosticRules.CaptureFormat.Id, Refusal([]).Id);
        Assert.Equal(DiagnosticRules.CaptureFormat.Id, Refusal([1, 2, 3]).Id);
        Assert.Equal(DiagnosticRules.CaptureFormat.Id, Refusal([0x7f, (byte)'E', (byte)'L', (byte)'F', .. new byte[40]]).Id);
        Assert.Equal(DiagnosticRules.CaptureFormat.Id, Refusal([0x0a, 0x0d, 0x0d, 0x0a, .. new byte[40]]).Id);
        Assert.Equal(DiagnosticRules.CaptureTruncated.Id, Refusal(good[..23]).Id);
        good[20] = 101;
        Assert.Equal(DiagnosticRules.CaptureLinkType.Id, Refusal(good).Id);
    }

    [Fact]
    public void A_file_that_cannot_be_opened_is_an_error_with_its_path()
    {
        var error = Assert.Throws<BpfException>(() => PcapReader.Open("/no/such/file.pcap"));
        Assert.Equal(DiagnosticRules.CaptureUnreadable.Id, error.Id);
        Assert.Equal("/no/such/file.pcap", error.Diagnostic.Location.File);
        Assert.Equal(DiagnosticRules.CaptureUnreadable.Id, Assert.Throws<BpfException>(() => PcapReader.Open(Path.GetTempPath())).Id);
        Assert.Equal(DiagnosticRules.CaptureUnreadable.Id, Assert.Throws<BpfException>(() => PcapReader.Open("")).Id);
    }

    [Fact]
    public void Random_bytes_never_throw_anything_but_a_diagnostic()
    {
        var header = Write([], false, false);
        Gen.Byte.Array[0, 400].Sample(bytes =>
        {
            Try(bytes);
            Try([.. header, .. bytes]);
        }, iter: 2000);

        static void Try(byte[] bytes)
        {
            try
            {
                using var reader = new PcapReader(new MemoryStream(bytes));
                foreach (var packet in reader.ReadPackets()) Assert.InRange(packet.Data.Length, 0, bytes.Length);
            }
            catch (BpfException)
            {
                // Refused, with an id.
            }
        }
    }

    private static BpfException Refusal(byte[] bytes) => Assert.Throws<BpfException>(() => new PcapReader(new MemoryStream(bytes)));

    private static byte[] Write((long Time, byte[] Data, int More)[] packets, bool nanoseconds, bool bigEndian)
    {
        var stream = new MemoryStream();
        using (var writer = new PcapWriter(stream, nanoseconds, bigEndian))
            foreach (var (time, data, more) in packets) writer.Write(data, time, data.Length + more);
        return stream.ToArray();
    }
}
