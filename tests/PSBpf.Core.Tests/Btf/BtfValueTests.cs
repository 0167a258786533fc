using System.Collections;
using System.Globalization;
using System.Net;
using System.Numerics;
using CsCheck;
using PSBpf.Btf;
using PSBpf.Diagnostics;

namespace PSBpf.Core.Tests.Btf;

public sealed class BtfValueTests
{
    [Fact]
    public void What_is_read_can_be_written_and_is_read_again()
    {
        Gen.Int.Sample(
            seed =>
            {
                (BtfTypeSet types, BtfType type) = RandomTypes.Make(seed);
                byte[] bytes = new byte[types.SizeOf(type)];
                new Random(seed).NextBytes(bytes);
                // Half of the cases get small values, so that enumerators, text and flags appear.
                if (seed % 2 == 0)
                    for (int index = 0; index < bytes.Length; index++) bytes[index] = (byte)(bytes[index] % 3 == 0 ? 0 : bytes[index] % 3 == 1 ? 1 : 'a');

                object? value = BtfValue.Read(types, type, bytes);
                byte[] written = BtfValue.ToBytes(types, type, value);

                Assert.True(Same(value, BtfValue.Read(types, type, written)), types.Declare(type));
                Assert.Equal(written, BtfValue.ToBytes(types, type, BtfValue.Read(types, type, written)));
            },
            iter: 5000);
    }

    [Fact]
    public void Integers_take_what_fits_signed_or_unsigned_and_nothing_else()
    {
        (from width in Gen.Int[0, 4]
         from signed in Gen.Bool
         from high in Gen.ULong
         from low in Gen.ULong
         from shift in Gen.Int[0, 130]
         from negative in Gen.Bool
         select (bits: 8 << width, signed, number: (((BigInteger)high << 64) + low >> shift) * (negative ? -1 : 1)))
        .Sample(
            sample =>
            {
                var builder = new BtfBuilder();
                int id = builder.Int("number", sample.bits / 8, sample.signed ? 1 : 0);
                BtfTypeSet types = builder.Read();
                bool fits = sample.number >= -(BigInteger.One << (sample.bits - 1)) && sample.number < BigInteger.One << sample.bits;
                if (!fits)
                {
                    BpfException error = Assert.Throws<BpfException>(() => BtfValue.ToBytes(types, types[id], sample.number));
                    Assert.Equal("BPF0202", error.Id);
                    return;
                }

                byte[] expected = new byte[sample.bits / 8];
                for (int index = 0; index < expected.Length; index++) expected[index] = (byte)(int)(sample.number >> (8 * index) & 0xff);
                Assert.Equal(expected, BtfValue.ToBytes(types, types[id], sample.number));
                Assert.Equal(expected, BtfValue.ToBytes(types, types[id], sample.number.ToString(CultureInfo.InvariantCulture)));
                if (sample.number.Sign >= 0) Assert.Equal(expected, BtfValue.ToBytes(types, types[id], "0x" + sample.number.ToString("x", CultureInfo.InvariantCulture)));
            },
            iter: 3000);
    }

    [Fact]
    public void Each_type_is_read_as_the_net_type_that_fits()
    {
        var builder = new BtfBuilder();
        int u8 = builder.Int("unsigned char", 1), s8 = builder.Int("signed char", 1, 1), character = builder.Int("char", 1, 1);
        int flag = builder.Int("_Bool", 1, 4), u128 = builder.Int("__int128 unsigned", 16);
        int color = builder.Enum("color", 4, true, ("RED", -1), ("BLUE", 2));
        int wide = builder.Enum64("wide", false, ("TOP", -1));
        BtfTypeSet types = null!;
        object? Read(int id, params byte[] bytes) => BtfValue.Read(types, types[id], bytes);
        int bytes = builder.Array(u8, 2), text = builder.Array(character, 4), numbers = builder.Array(s8, 2), pointer = builder.Pointer(0);
        int half = builder.Float("half", 2), real = builder.Float("float", 4), extended = builder.Float("long double", 16);
        types = builder.Read();

        Assert.Equal((byte)255, Read(u8, 255));
        Assert.Equal((sbyte)-1, Read(s8, 255));
        Assert.Equal(true, Read(flag, 2));
        Assert.Equal(UInt128.One << 64, Read(u128, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0));
        Assert.Equal(0x0807060504030201ul, Read(pointer, 1, 2, 3, 4, 5, 6, 7, 8));
        Assert.Equal(new byte[] { 1, 2 }, Read(bytes, 1, 2));
        Assert.Equal("ab", Read(text, 97, 98, 0, 99));
        Assert.Equal("abcd", Read(text, 97, 98, 99, 100));
        Assert.Equal("", Read(text, 0, 1, 2, 3));
        Assert.Equal("é", Read(text, 0xc3, 0xa9, 0, 0));
        Assert.Equal(new byte[] { 0xc3, 1, 0, 0 }, Read(text, 0xc3, 1, 0, 0));
        Assert.Equal(new byte[] { 27, 91, 50, 74 }, Read(text, 27, 91, 50, 74));
        Assert.Equal(new object?[] { (sbyte)-1, (sbyte)1 }, Read(numbers, 255, 1));
        Assert.Equal((Half)1, Read(half, 0, 0x3c));
        Assert.Equal(1f, Read(real, 0, 0, 0x80, 0x3f));
        Assert.IsType<byte[]>(Read(extended, new byte[16]));
        Assert.Equal("RED", Read(color, 255, 255, 255, 255)!.ToString());
        Assert.Equal("7", Read(color, 7, 0, 0, 0)!.ToString());
        Assert.Equal("TOP", Read(wide, 255, 255, 255, 255, 255, 255, 255, 255)!.ToString());
        Assert.Equal("18446744073709551614", Read(wide, 254, 255, 255, 255, 255, 255, 255, 255)!.ToString());
    }

    [Fact]
    public void Enumeration_values_compare_with_names_and_numbers()
    {
        var value = new BtfEnumValue("PROTO_TCP", 6);

        Assert.True(value.Equals("PROTO_TCP"));
        Assert.True(value.Equals("proto_tcp"));
        Assert.True(value.Equals(6));
        Assert.True(value.Equals(6ul));
        Assert.True(value == new BtfEnumValue(null, 6));
        Assert.False(value.Equals("PROTO_UDP"));
        Assert.False(value.Equals(null));
        Assert.True(value.CompareTo(17) < 0 && value > new BtfEnumValue("X", 5));
        Assert.Equal(6, Convert.ToInt32(value, CultureInfo.InvariantCulture));
        Assert.Equal(6.0, Convert.ChangeType(value, typeof(double), CultureInfo.InvariantCulture));
        Assert.Equal("PROTO_TCP", Convert.ToString(value, CultureInfo.InvariantCulture));
        Assert.Throws<OverflowException>(() => Convert.ToByte(new BtfEnumValue(null, 300), CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Structs_flatten_anonymous_members_and_read_bitfields()
    {
        var builder = new BtfBuilder();
        int u32 = builder.Int("unsigned int", 4), s32 = builder.Int("int", 4, 1);
        int ports = builder.Struct("", 4, ("src", builder.Int("unsigned short", 2), 0), ("dst", builder.Int("unsigned short", 2), 16));
        int union = builder.Union("", 4, ("both", u32, 0), ("", ports, 0));
        int bits = builder.Bitfields("flags", 4, ("low", u32, 0, 3), ("sign", s32, 3, 5), ("", u32, 8, 8), ("high", u32, 16, 16));
        int outer = builder.Struct("packet", 12, ("id", u32, 0), ("", union, 32), ("flags", bits, 64));
        BtfTypeSet types = builder.Read();

        var record = Assert.IsType<BtfRecord>(BtfValue.Read(types, types[outer], [1, 0, 0, 0, 0x34, 0x12, 0x78, 0x56, 0b11111_101, 9, 0xcd, 0xab]));

        Assert.Equal("struct packet", record.TypeName);
        Assert.Equal(["id", "both", "src", "dst", "flags"], record.Names);
        Assert.Equal((ushort)0x5678, record["dst"]);
        Assert.Equal(0x56781234u, record["BOTH"]);
        Assert.Equal("@{id=1; both=1450709556; src=4660; dst=22136; flags=@{low=5; sign=-1; high=43981}}", record.ToString());
        var dictionary = (IDictionary)record;
        Assert.True(dictionary.Contains("id") && !dictionary.Contains("nothing") && dictionary["nothing"] is null);
        Assert.Equal(5, dictionary.Keys.Count);
        Assert.Throws<NotSupportedException>(() => dictionary.Add("x", 1));
        List<object> keys = [];
        foreach (DictionaryEntry entry in dictionary) keys.Add(entry.Key);
        Assert.Equal(record.Names, keys);
    }

    [Fact]
    public void Dictionaries_may_leave_members_out_but_not_make_them_up()
    {
        (BtfTypeSet types, BtfType key) = FlowKey();

        byte[] bytes = BtfValue.ToBytes(types, key, new Hashtable { ["dst"] = "10.0.0.7", ["proto"] = "PROTO_UDP", ["NAME"] = "eth0" });
        Assert.Equal([0, 0, 0, 0, 10, 0, 0, 7, 0, 0, 0, 0, 17, 0, 0, 0, (byte)'e', (byte)'t', (byte)'h', (byte)'0', 0, 0, 0, 0], bytes);

        BpfException unknown = Assert.Throws<BpfException>(() => BtfValue.ToBytes(types, key, new Hashtable { ["dest"] = 1 }));
        Assert.Equal("flow_key: 'dest' is not a member of 'struct flow_key', which has the members src, dst, ports, proto, name.", unknown.Message);
    }

    [Theory]
    [InlineData("ports[1]", "flow_key.ports[1]: 70000 is not a value of '__u16', which takes 16 bits: -32768 … 65535.")]
    [InlineData("items", "flow_key.ports: a list of 3 is not a value of '__u16[2]', which takes 2 items, not more.")]
    [InlineData("few", "flow_key.ports: a list of 1 is not a value of '__u16[2]', which takes 2 items, not 1.")]
    [InlineData("name", "flow_key.name: 'a name that is too long' is not a value of 'char[8]', which takes 8 bytes of text, not 23.")]
    [InlineData("enum", "flow_key.proto: 'SCTP' is not a value of 'enum protocol', which is one of PROTO_TCP, PROTO_UDP.")]
    [InlineData("text", "flow_key.src: 'ten' is not a value of '__u32', which takes a whole number.")]
    [InlineData("fraction", "flow_key.src: 1.5 is not a value of '__u32', which takes a whole number.")]
    [InlineData("null", "flow_key.src: null is not a value of '__u32', which takes a whole number.")]
    [InlineData("scalar", "flow_key: 5 is not a value of 'struct flow_key', which takes a dictionary of src, dst, ports, proto, name, or its 24 bytes.")]
    public void Errors_name_the_member_its_type_and_the_value(string what, string message)
    {
        (BtfTypeSet types, BtfType key) = FlowKey();
        object value = what switch
        {
            "ports[1]" => new Hashtable { ["ports"] = new object[] { 1, 70000 } },
            "items" => new Hashtable { ["ports"] = new[] { 1, 2, 3 } },
            "few" => new Hashtable { ["ports"] = new[] { 1 } },
            "name" => new Hashtable { ["name"] = "a name that is too long" },
            "enum" => new Hashtable { ["proto"] = "SCTP" },
            "text" => new Hashtable { ["src"] = "ten" },
            "fraction" => new Hashtable { ["src"] = 1.5 },
            "null" => new Hashtable { ["src"] = null },
            _ => 5,
        };

        BpfException error = Assert.Throws<BpfException>(() => BtfValue.ToBytes(types, key, value));

        Assert.Equal("BPF0202", error.Id);
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void Bytes_of_the_right_size_are_taken_as_they_are()
    {
        (BtfTypeSet types, BtfType key) = FlowKey();
        byte[] bytes = [.. Enumerable.Range(1, 24).Select(number => (byte)number)];

        Assert.Equal(bytes, BtfValue.ToBytes(types, key, bytes));
        Assert.Throws<BpfException>(() => BtfValue.ToBytes(types, key, bytes[..23]));
    }

    [Fact]
    public void Addresses_stand_in_network_order()
    {
        var builder = new BtfBuilder();
        int u8 = builder.Int("unsigned char", 1), u32 = builder.Int("unsigned int", 4);
        int ip = builder.Array(u8, 4), mac = builder.Array(u8, 6), ipv6 = builder.Array(u32, 4);
        int prefix = builder.Struct("prefix", 8, ("length", u32, 0), ("address", ip, 32));
        int prefix6 = builder.Struct("prefix6", 20, ("length", u32, 0), ("address", ipv6, 32));
        int host = builder.Struct("in_addr", 4, ("s_addr", u32, 0));
        BtfTypeSet types = builder.Read();
        byte[] Write(int id, object value) => BtfValue.ToBytes(types, types[id], value);

        Assert.Equal([192, 168, 0, 1], Write(u32, "192.168.0.1"));
        Assert.Equal([192, 168, 0, 1], Write(u32, IPAddress.Parse("192.168.0.1")));
        Assert.Equal([192, 168, 0, 1], Write(ip, "192.168.0.1"));
        Assert.Equal([192, 168, 0, 1], Write(host, "192.168.0.1"));
        Assert.Equal([2, 0, 0, 0, 0, 0xff], Write(mac, "02:00:00:00:00:ff"));
        Assert.Equal([2, 0, 0, 0, 0, 0xff], Write(mac, "02-00-00-00-00-FF"));
        Assert.Equal([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], Write(ipv6, "2001:db8::1"));
        Assert.Equal([8, 0, 0, 0, 10, 0, 0, 0], Write(prefix, "10.0.0.0/8"));
        Assert.Equal([32, 0, 0, 0, 10, 1, 2, 3], Write(prefix, "10.1.2.3"));
        Assert.Equal([64, 0, 0, 0, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], Write(prefix6, "2001:db8::/64"));
        foreach ((int id, string text) in new[] { (u32, "192.168.0"), (u32, "192.168.0.256"), (ip, "1.2.3.4.5"), (mac, "02:00:00:00:00"), (ipv6, "2001:db8::1%eth0"), (prefix, "10.0.0.0/33"), (prefix, "10.0.0.0/-1") })
            Assert.Equal("BPF0202", Assert.Throws<BpfException>(() => Write(id, text)).Id);
    }

    [Fact]
    public void Scripts_may_pass_whatever_number_they_have()
    {
        var builder = new BtfBuilder();
        int u32 = builder.Int("unsigned int", 4), flag = builder.Int("_Bool", 1, 4), real = builder.Float("double", 8), character = builder.Int("char", 1, 1);
        BtfTypeSet types = builder.Read();
        byte[] Write(int id, object? value) => BtfValue.ToBytes(types, types[id], value);

        foreach (object value in new object[] { 5, 5L, 5u, 5ul, (byte)5, (sbyte)5, (short)5, (ushort)5, 5.0, 5f, 5m, (BigInteger)5, (UInt128)5, (char)5, "5", " 5 ", "0x5", "+5", (DayOfWeek)5, new BtfEnumValue("FIVE", 5) })
            Assert.Equal([5, 0, 0, 0], Write(u32, value));
        Assert.Equal([0xff, 0xff, 0xff, 0xff], Write(u32, unchecked((int)0xFFFFFFFF)));
        Assert.Equal([1, 0, 0, 0], Write(u32, true));
        Assert.Equal([1], Write(flag, true));
        Assert.Equal([0], Write(flag, "false"));
        Assert.Equal([1], Write(flag, 1));
        Assert.Equal("BPF0202", Assert.Throws<BpfException>(() => Write(flag, 2)).Id);
        Assert.Equal(BitConverter.GetBytes(1.5), Write(real, "1.5"));
        Assert.Equal(BitConverter.GetBytes(3.0), Write(real, 3));
        Assert.Equal([(byte)'x'], Write(character, "x"));
        foreach (string text in new[] { "", "0x", "0xg", "1e3", "--1", "5 5", new string('9', 1000) })
            Assert.Equal("BPF0202", Assert.Throws<BpfException>(() => Write(u32, text)).Id);
    }

    [Fact]
    public void A_value_that_never_ends_is_refused()
    {
        static IEnumerable<int> Forever()
        {
            while (true) yield return 1;
        }

        (BtfTypeSet types, BtfType key) = FlowKey();

        Assert.Equal("BPF0202", Assert.Throws<BpfException>(() => BtfValue.ToBytes(types, key, new Hashtable { ["ports"] = Forever() })).Id);
    }

    [Fact]
    public void Too_few_bytes_are_refused_and_more_are_left_out()
    {
        (BtfTypeSet types, BtfType key) = FlowKey();

        Assert.Equal("BPF0202", Assert.Throws<BpfException>(() => BtfValue.Read(types, key, new byte[23])).Id);
        Assert.IsType<BtfRecord>(BtfValue.Read(types, key, new byte[40]));
    }

    private static (BtfTypeSet Types, BtfType Key) FlowKey()
    {
        var builder = new BtfBuilder();
        int u32 = builder.Reference(BtfKind.Typedef, builder.Int("unsigned int", 4), "__u32");
        int u16 = builder.Reference(BtfKind.Typedef, builder.Int("unsigned short", 2), "__u16");
        int protocol = builder.Enum("protocol", 4, false, ("PROTO_TCP", 6), ("PROTO_UDP", 17));
        int key = builder.Struct(
            "flow_key", 24, ("src", u32, 0), ("dst", u32, 32), ("ports", builder.Array(u16, 2), 64), ("proto", protocol, 96),
            ("name", builder.Array(builder.Int("char", 1, 1), 8), 128));
        BtfTypeSet types = builder.Read();
        return (types, types[key]);
    }

    private static bool Same(object? left, object? right) => (left, right) switch
    {
        (BtfRecord one, BtfRecord other) => one.Names.SequenceEqual(other.Names) && one.Names.All(name => Same(one[name], other[name])),
        (byte[] one, byte[] other) => one.AsSpan().SequenceEqual(other),
        (object?[] one, object?[] other) => one.Length == other.Length && one.Zip(other).All(pair => Same(pair.First, pair.Second)),
        _ => Equals(left, right),
    };
}
