using System.Buffers.Binary;
using System.Text;
using PSBpf.Btf;
using PSBpf.Linux.Loading;

namespace PSBpf.Linux.Tests.Loading;

public sealed class KernelTypesTests
{
    // One of every kind that something follows, and what is to be found behind them: name, kind, members, bytes that follow.
    private static readonly (string Name, BtfKind Kind, int Members, int Extra)[] Types =
    [
        ("int", BtfKind.Int, 0, 4),
        ("", BtfKind.Array, 0, 12),
        ("s", BtfKind.Struct, 2, 24),
        ("u", BtfKind.Union, 1, 12),
        ("e", BtfKind.Enum, 3, 24),
        ("e64", BtfKind.Enum64, 2, 24),
        ("", BtfKind.FunctionPrototype, 2, 16),
        ("v", BtfKind.Variable, 0, 4),
        (".bss", BtfKind.DataSection, 1, 12),
        ("tag", BtfKind.DeclarationTag, 0, 4),
        ("p", BtfKind.Pointer, 0, 0),
        ("s", BtfKind.Function, 0, 0),
        ("bpf_iter_task", BtfKind.Function, 0, 0),
        ("btf_trace_x", BtfKind.Typedef, 0, 0),
    ];

    [Fact]
    public void Types_are_found_by_kind_and_whole_name()
    {
        var types = new KernelTypes(Build());
        for (var i = 0; i < Types.Length; i++)
        {
            if (Types[i].Name.Length > 0) Assert.Equal((uint)i + 1, types.Find(Types[i].Kind, Encoding.UTF8.GetBytes(Types[i].Name)));
        }

        Assert.Equal(0u, types.Find(BtfKind.Function, "bpf_iter_tas"u8));
        Assert.Equal(0u, types.Find(BtfKind.Function, "bpf_iter_task_"u8));
        Assert.Equal(0u, types.Find(BtfKind.Struct, "bpf_iter_task"u8));
    }

    [Fact]
    public void Damaged_data_finds_nothing_or_something_but_never_fails()
    {
        var whole = Build();
        var random = new Random(5);
        for (var round = 0; round < 20_000; round++)
        {
            var data = whole[..(random.Next(4) == 0 ? random.Next(whole.Length) : whole.Length)];
            for (var i = random.Next(4); i > 0 && data.Length > 0; i--) data[random.Next(data.Length)] = (byte)random.Next(256);
            Assert.InRange(new KernelTypes(data).Find(BtfKind.Typedef, "btf_trace_x"u8), 0u, 1000u);
        }
    }

    private static byte[] Build()
    {
        var strings = new MemoryStream();
        strings.WriteByte(0);
        var records = new MemoryStream();
        Span<byte> record = stackalloc byte[12];
        foreach (var (name, kind, members, extra) in Types)
        {
            record.Clear();
            BinaryPrimitives.WriteInt32LittleEndian(record, name.Length == 0 ? 0 : (int)strings.Length);
            BinaryPrimitives.WriteInt32LittleEndian(record[4..], (int)kind << 24 | members);
            records.Write(record);
            records.Write(new byte[extra]);
            if (name.Length > 0) strings.Write(Encoding.UTF8.GetBytes(name + '\0'));
        }

        var header = new byte[24];
        BinaryPrimitives.WriteUInt16LittleEndian(header, 0xeb9f);
        header[2] = 1;
        header[4] = 24;
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), (int)records.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), (int)records.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(20), (int)strings.Length);
        return [.. header, .. records.ToArray(), .. strings.ToArray()];
    }
}
