using System.Net;
using PSBpf.Diagnostics;
using PSBpf.Hosting.Packets;

namespace PSBpf.Hosting.Tests;

public sealed class GeneratorTests
{
    [Theory]
    [InlineData("ipv4.src", "10.1.2.3")]
    [InlineData("ipv4.dst", "10.1.2.3")]
    [InlineData("ipv4.id", 4711)]
    [InlineData("ipv4.ttl", 3)]
    [InlineData("ipv4.tos", 0xb8)]
    [InlineData("tcp.sport", 1)]
    [InlineData("tcp.dport", 65535)]
    [InlineData("tcp.seq", 0x12345678)]
    [InlineData("tcp.window", 99)]
    [InlineData("udp.sport", 777)]
    [InlineData("udp.dport", 778)]
    [InlineData("icmp.sequence", 12)]
    [InlineData("icmp.id", 13)]
    [InlineData("vlan.id", 4000)]
    [InlineData("eth.src", "02:aa:bb:cc:dd:ee")]
    [InlineData("ipv6.src", "2001:db8:1:2:3:4:5:6")]
    [InlineData("ipv6.dst", "fe80::1")]
    [InlineData("ipv6.hops", 9)]
    [InlineData("ipv6.flow", 0xabcde)]
    public void A_field_that_is_written_into_a_packet_gives_the_packet_that_is_built_with_it(string field, object value)
    {
        string[][] stacks =
        [
            ["eth", "vlan", "ipv4", "tcp", "payload"], ["eth", "ipv4", "udp", "payload"], ["ipv6", "tcp"], ["ipv6", "udp", "payload"], ["ipv4", "icmp", "payload"], ["ipv6", "icmp"],
            ["ipv4", "ipv6", "udp", "payload"], ["ipv6", "ipv4", "tcp", "payload"],
        ];
        string[] parts = field.Split('.');
        int tried = 0;
        foreach (string[] stack in stacks.Where(stack => stack.Contains(parts[0])))
        {
            var template = PacketBuilder.BuildTemplate(Layers(stack, null));
            var built = PacketBuilder.BuildTemplate(Layers(stack, (parts[0], parts[1], value)));
            byte[] packet = [.. template.Bytes];
            var place = template.Find(field);
            place.Write(packet, place.Read(built.Bytes));
            template.FixChecksums(packet);
            Assert.Equal(built.Bytes, packet);
            tried++;
        }

        Assert.NotEqual(0, tried);
    }

    [Fact]
    public void A_checksum_that_was_given_stays_wrong()
    {
        var template = PacketBuilder.BuildTemplate([Layer("ipv4", ("checksum", 0x1234)), Layer("udp", ("checksum", 0))]);
        byte[] packet = [.. template.Bytes];
        template.Find("udp.sport").Write(packet, 9);
        template.FixChecksums(packet);
        Assert.Equal([0x12, 0x34], packet[24..26]);
        Assert.Equal([0, 0], packet[40..42]);
    }

    [Fact]
    public void Options_of_IPv4_are_covered_by_its_checksum()
    {
        PacketLayer[] layers = [Layer("ipv4", ("options", "94040000"), ("src", "10.0.0.1")), Layer("udp")];
        var template = PacketBuilder.BuildTemplate(layers);
        byte[] packet = [.. template.Bytes];
        template.Find("ipv4.src").Write(packet, 0x0a000002);
        template.FixChecksums(packet);
        Assert.Equal(PacketBuilder.Build([Layer("ipv4", ("options", "94040000"), ("src", "10.0.0.2")), Layer("udp")]), packet);
    }

    [Fact]
    public void A_counter_counts_from_what_the_packet_has_and_wraps()
    {
        var packets = Take(new GeneratorOptions { Packets = [Template(Layer("ipv4"), Layer("udp", ("sport", 65534)))], Counters = ["udp.sport"] }, 4);
        Assert.Equal([65534, 65535, 0, 1], packets.Select(packet => packet[34] << 8 | packet[35]));
        Assert.Equal(PacketBuilder.Build([Layer("ipv4"), Layer("udp", ("sport", 1))]), packets[3]);
    }

    [Fact]
    public void The_first_bits_of_a_field_can_be_kept()
    {
        var options = new GeneratorOptions { Packets = [Template(Layer("ipv4", ("src", "10.20.0.0")), Layer("udp"))], RandomFields = ["ipv4.src/12"], Seed = 1 };
        var sources = Take(options, 1000).Select(packet => new IPAddress(packet[26..30])).ToArray();
        var network = IPNetwork.Parse("10.16.0.0/12");
        Assert.All(sources, source => Assert.True(network.Contains(source), $"{source}"));
        Assert.True(sources.Distinct().Count() > 990);
        Assert.Contains(sources, source => source.GetAddressBytes()[1] == 31);
    }

    [Fact]
    public void The_same_seed_makes_the_same_packets()
    {
        GeneratorOptions Options(ulong? seed) => new()
        {
            Packets = [Template(Layer("ipv6"), Layer("tcp"))], RandomFields = ["ipv6.src/64", "ipv6.dst", "tcp.sport"], Counters = ["tcp.seq"], Seed = seed,
        };
        Assert.Equal(Take(Options(7), 50), Take(Options(7), 50));
        Assert.NotEqual(Take(Options(7), 50), Take(Options(8), 50));
        Assert.NotEqual(Take(Options(null), 50), Take(Options(null), 50));
        Assert.All(Take(Options(7), 50), packet => Assert.Equal(new byte[] { 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0 }, packet[22..30]));
    }

    [Fact]
    public void Packets_come_in_turn_and_those_of_bytes_have_fields_by_offset()
    {
        var options = new GeneratorOptions { Packets = [PacketTemplate.Of([1, 0, 0, 9]), PacketTemplate.Of([2, 0, 0])], Counters = ["1:2"] };
        Assert.Equal(["01000009", "020001", "01000209", "020003"], Take(options, 4).Select(Convert.ToHexString));
        var plain = options with { Counters = [] };
        Assert.Equal(["01000009", "020000", "01000009"], Take(plain, 3).Select(Convert.ToHexString));
    }

    [Fact]
    public void A_batch_of_packets_is_good_at_the_same_time()
    {
        using var feed = new GeneratorFeed(new GeneratorOptions { Packets = [PacketTemplate.Of(new byte[4])], Counters = ["0:4"] });
        var batch = new List<ReadOnlyMemory<byte>>();
        for (int number = 0; number < IPacketFeed.Ahead; number++)
        {
            Assert.True(feed.TryTake(out var packet));
            batch.Add(packet.Data);
        }

        Assert.Equal(Enumerable.Range(0, IPacketFeed.Ahead), batch.Select(packet => packet.Span[2] << 8 | packet.Span[3]));
    }

    [Fact]
    public void Nothing_is_allocated_for_a_packet()
    {
        using var feed = new GeneratorFeed(new GeneratorOptions { Packets = [Template(Layer("ipv4"), Layer("udp"))], Counters = ["ipv4.id"], RandomFields = ["ipv4.src"] });
        Rounds(10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Rounds(1000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Rounds(int count)
        {
            for (int round = 0; round < count; round++) feed.TryTake(out _);
        }
    }

    [Theory]
    [InlineData("src", "layer and field")]
    [InlineData("ipv6.src", "no layer 'ipv6'; it has eth, ipv4, udp")]
    [InlineData("ipv4.version", "cannot vary; of layer 'ipv4' these can: tos, id, ttl, src, dst")]
    [InlineData("ipv4.src/32", "keeps no number of bits")]
    [InlineData("ipv4.src/x", "keeps no number of bits")]
    [InlineData("40:4", "ends at byte 44, but the packet has 42")]
    [InlineData("1:17", "no field")]
    [InlineData("1:0", "no field")]
    public void A_field_that_is_not_there_is_named(string field, string expected)
    {
        var template = Template(Layer("ipv4"), Layer("udp"));
        var error = Assert.Throws<BpfException>(() => template.Find(field));
        Assert.Equal("BPF0405", error.Id);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{field.Split('/')[0].Split('.')[0]}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_packet_of_bytes_says_that_it_has_no_layers() =>
        Assert.Contains("given as bytes", Assert.Throws<BpfException>(() => PacketTemplate.Of(new byte[60]).Find("ipv4.src")).Message, StringComparison.Ordinal);

    private static List<byte[]> Take(GeneratorOptions options, int count)
    {
        using var feed = new GeneratorFeed(options);
        var packets = new List<byte[]>();
        for (int number = 0; number < count; number++)
        {
            Assert.True(feed.TryTake(out var packet));
            packets.Add(packet.Data.ToArray());
        }

        return packets;
    }

    private static PacketTemplate Template(params PacketLayer[] layers) => PacketBuilder.BuildTemplate(layers);

    private static PacketLayer Layer(string name, params (string Field, object? Value)[] fields) =>
        new(name, fields.ToDictionary(field => field.Field, field => field.Value));

    private static IEnumerable<PacketLayer> Layers(string[] names, (string Layer, string Field, object Value)? with) =>
        names.Select(name => name == "payload" ? Layer(name, ("text", "odd")) : with is { } given && given.Layer == name ? Layer(name, (given.Field, given.Value)) : Layer(name));
}
