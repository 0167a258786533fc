using System.Buffers.Binary;
using System.Collections;
using System.Globalization;
using System.Numerics;
using PSBpf.Btf;
using PSBpf.Core.Tests.Btf;
using PSBpf.Hosting;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Scripting.Tests;

/// <summary>What a script sees of an event is what <see cref="BtfValue"/> reads of it, for types of every kind.</summary>
public sealed class DecoderTests
{
    private const int MostBytes = 2000;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_types_and_values_are_read_alike(int part)
    {
        int compared = 0;
        for (int seed = part * 40; seed < part * 40 + 40; seed++)
        {
            var (types, type) = RandomTypes.Make(seed);
            if (types.SizeOf(type) is 0 or > MostBytes) continue;
            var random = new Random(seed);
            Compare($"seed {seed}", types, type, [.. Enumerable.Range(0, 6).Select(number => Bytes(random, types.SizeOf(type), number))]);
            compared++;
        }

        Assert.True(compared > 15, $"{compared} types");
    }

    [Fact]
    public void Integers_of_64_bits_are_numbers_as_long_as_those_are_exact()
    {
        var builder = new BtfBuilder();
        int unsigned = builder.Int("u64", 8), signed = builder.Int("s64", 8, 1), wide = builder.Int("u128", 16), both = builder.Int("s128", 16, 1);
        int type = builder.Struct("edge", 64, ("a", unsigned, 0), ("b", signed, 64), ("c", wide, 128), ("d", both, 256), ("e", builder.Array(signed, 1), 384), ("f", builder.Pointer(0), 448));
        var types = builder.Read();
        Int128[] edges = [0, 1, -1, (1L << 53) - 2, (1L << 53) - 1, 1L << 53, (1L << 53) + 1, -(1L << 53) + 1, -(1L << 53), -(1L << 53) - 1, long.MaxValue, long.MinValue, ulong.MaxValue, (1L << 52) + 1, 1L << 32, uint.MaxValue];
        Compare("edges", types, types[type], [.. edges.Select(edge =>
        {
            byte[] bytes = new byte[64];
            foreach (int at in (int[])[0, 8, 48, 56]) BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), (ulong)edge);
            foreach (int at in (int[])[16, 32]) BinaryPrimitives.WriteInt128LittleEndian(bytes.AsSpan(at), edge);
            return bytes;
        })]);
    }

    [Fact]
    public void Bitfields_bools_and_enums_within_them_are_read_alike()
    {
        var builder = new BtfBuilder();
        int unsigned = builder.Int("unsigned int", 4), signed = builder.Int("int", 4, 1), flag = builder.Int("_Bool", 1, 4), wide = builder.Int("unsigned long long", 8);
        int small = builder.Enum("small", 4, true, ("MINUS", -1), ("NONE", 0), ("SOME", 3)), large = builder.Enum64("large", false, ("ALL", -1), ("HALF", 1L << 63), ("TWICE", 1L << 63));
        int type = builder.Bitfields("bits", 32, ("a", unsigned, 0, 3), ("b", signed, 3, 5), ("c", flag, 8, 1), ("", unsigned, 9, 7), ("d", small, 16, 2), ("e", signed, 18, 14),
            ("f", wide, 32, 32), ("g", wide, 64, 53), ("h", wide, 117, 11), ("i", wide, 128, 64), ("j", small, 192, 0), ("k", flag, 224, 0), ("l", signed, 225, 31));
        int outer = builder.Struct("outer", 48, ("first", large, 0), ("rest", type, 64), ("last", large, 320));
        var types = builder.Read();
        var random = new Random(1);
        Compare("bits", types, types[outer], [.. Enumerable.Range(0, 40).Select(number => Bytes(random, 48, number))]);
    }

    [Fact]
    public void Unions_anonymous_members_and_packed_ones_are_read_alike()
    {
        var builder = new BtfBuilder();
        int one = builder.Int("u8", 1), two = builder.Int("s16", 2, 1), four = builder.Int("u32", 4), eight = builder.Int("s64", 8, 1), text = builder.Int("char", 1, 1);
        int real = builder.Float("double", 8), single = builder.Float("float", 4), half = builder.Float("_Float16", 2);
        int inner = builder.Struct("", 13, ("a", one, 0), ("b", four, 8), ("c", eight, 40));
        int choice = builder.Union("", 16, ("number", eight, 0), ("ratio", real, 0), ("name", builder.Array(text, 16), 0), ("", inner, 8));
        int list = builder.Array(builder.Array(inner, 2), 3);
        int type = builder.Struct("odd", 1 + 16 + 78 + 12 + 6 + 3 + 14, ("tag", one, 0), ("", choice, 8), ("list", list, 136), ("__proto__", real, 760), ("constructor", single, 824),
            ("halves", builder.Array(half, 3), 856), ("shorts", builder.Array(two, 1), 904), ("signs", builder.Array(builder.Int("signed char", 1, 1), 1), 920), ("bytes", builder.Array(one, 14), 928));
        var types = builder.Read();
        var random = new Random(2);
        Compare("odd", types, types[type], [.. Enumerable.Range(0, 40).Select(number => Bytes(random, types.SizeOf(types[type]), number))]);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("")]
    [InlineData("sixteen letters!")]
    [InlineData("tab\tline\nreturn\r")]
    [InlineData("Grüße, 日本 🙂")]
    [InlineData("bell\a")]
    [InlineData("delete\u007f")]
    [InlineData("next line\u0085")]
    public void Text_is_read_alike(string text)
    {
        var builder = new BtfBuilder();
        int type = builder.Struct("named", 40, ("first", builder.Int("u32", 4), 0), ("name", builder.Array(builder.Int("char", 1), 25), 32), ("tail", builder.Array(builder.Int("char", 1, 2), 11), 232));
        var types = builder.Read();
        byte[] bytes = new byte[40];
        byte[] encoded = System.Text.Encoding.UTF8.GetBytes(text);
        encoded.CopyTo(bytes, 4);
        encoded.AsSpan(0, Math.Min(11, encoded.Length)).CopyTo(bytes.AsSpan(29));
        Compare(text, types, types[type], [bytes]);
    }

    private static void Compare(string what, BtfTypeSet types, BtfType type, IReadOnlyList<byte[]> values)
    {
        using var session = new BpfSession();
        int size = types.SizeOf(type);
        var map = new MapSpec { Name = "m", Type = MapType.RingBuf, MaxEntries = 1 << 18, Btf = types, ValueType = type };
        var bytes = new MapSpec { Name = "v", Type = MapType.Array, KeySize = 4, ValueSize = (uint)size, MaxEntries = 1 };
        var assembled = Assembler.Assemble($"""
            *(u32 *)(r10 -4) = 0
            r1 = map[v]
            r2 = r10
            r2 += -4
            call bpf_map_lookup_elem
            if r0 == 0 goto out
            r1 = map[m]
            r2 = r0
            r3 = {size}
            r4 = 0
            call bpf_ringbuf_output
            out: r0 = 2
            exit
            """, ["m", "v"]);
        var imported = session.TryImport(new ObjectSpec
        {
            License = "GPL", Programs = [new ProgramSpec { Name = "p", Type = ProgramType.Xdp, Instructions = assembled.Instructions, Maps = [map, bytes] }], Maps = [map, bytes],
        });
        Assert.Equal([], imported.Refusals.Select(one => one.Diagnostic.Message));
        var program = Assert.Single(imported.Programs);
        foreach (byte[] value in values)
        {
            session.GetMap("v").Set(0, value);
            program.Run(new byte[64]);
        }

        using var run = new ScriptRun(session, ScriptSource.FromText("bpf.on('ringbuf:m', e => bpf.emit([e.data]))"), new ScriptOptions { Count = values.Count, Timeout = TimeSpan.FromSeconds(60) });
        var output = run.Output().ToArray();
        Assert.Equal([], output.Where(item => item.Stream == ScriptStream.Error).Select(item => $"{what}: {item.Exception!.Message}"));
        Assert.Equal(
            values.Select((value, number) => $"{what}, {number}: {Show(BtfValue.Read(types, type, value))}"),
            output.Select((item, number) => $"{what}, {number}: {Show(Assert.IsType<object?[]>(item.Value)[0])}"));
    }

    // Values of the two sides in the same words.
    private static string Show(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        string text => $"'{text}'",
        byte[] bytes => Convert.ToHexString(bytes),
        BtfEnumValue enumerator => enumerator.Name is { } name ? $"'{name}'" : enumerator.ToString(),
        Half number => Show((double)number),
        float number => Show((double)number),
        // A number of a script has no type.
        double number => double.IsInteger(number) && Math.Abs(number) < 1e18 ? ((BigInteger)number).ToString(CultureInfo.InvariantCulture) : number.ToString("R", CultureInfo.InvariantCulture),
        IEnumerable<KeyValuePair<string, object?>> members => $"{{{string.Join(", ", members.Select(member => $"{member.Key}: {Show(member.Value)}"))}}}",
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Show))}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"A {value.GetType().Name} is nothing that is read."),
    };

    // Random, and such as are at the edges: zeros, ones, small numbers, text.
    private static byte[] Bytes(Random random, int size, int number)
    {
        byte[] bytes = new byte[size];
        for (int at = 0; at < size; at++)
        {
            bytes[at] = (number % 6) switch
            {
                0 => 0,
                1 => 0xff,
                2 => (byte)(at % 8 == 0 ? random.Next(4) : 0),
                3 => (byte)random.Next(0x20, 0x7f),
                4 => (byte)(at % 8 == 6 ? random.Next(0x1e, 0x22) : at % 8 == 7 ? random.Next(2) * 0xff : random.Next(2) * 0xff),
                _ => (byte)random.Next(256),
            };
        }

        return bytes;
    }
}
