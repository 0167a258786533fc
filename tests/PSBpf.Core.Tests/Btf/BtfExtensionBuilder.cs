using System.Buffers.Binary;

namespace PSBpf.Core.Tests.Btf;

/// <summary>Assembles a .BTF.ext section whose strings are those of a <see cref="BtfBuilder"/>.</summary>
internal sealed class BtfExtensionBuilder(BtfBuilder btf)
{
    private readonly List<(string Section, uint[] Record)> _functions = [], _lines = [], _relocations = [];

    public void Function(string section, int offset, int type) => _functions.Add((section, [(uint)offset, (uint)type]));

    public void Line(string section, int offset, string file, string text, int line, int column) =>
        _lines.Add((section, [(uint)offset, btf.String(file), btf.String(text), (uint)(line << 10 | column)]));

    public void CoreRelocation(string section, int offset, int type, string access, int kind) =>
        _relocations.Add((section, [(uint)offset, (uint)type, btf.String(access), (uint)kind]));

    public byte[] Build()
    {
        byte[][] tables = [Table(_functions, 2), Table(_lines, 4), Table(_relocations, 4)];
        List<byte> bytes = [0x9f, 0xeb, 1, 0];
        Add(bytes, 32);
        uint offset = 0;
        foreach (byte[] table in tables)
        {
            Add(bytes, offset, (uint)table.Length);
            offset += (uint)table.Length;
        }

        foreach (byte[] table in tables) bytes.AddRange(table);
        return [.. bytes];
    }

    private byte[] Table(List<(string Section, uint[] Record)> records, int words)
    {
        List<byte> bytes = [];
        if (records.Count == 0) return [];
        Add(bytes, (uint)words * 4);
        foreach (var section in records.GroupBy(record => record.Section))
        {
            Add(bytes, btf.String(section.Key), (uint)section.Count());
            foreach (var record in section) Add(bytes, record.Record);
        }

        return [.. bytes];
    }

    private static void Add(List<byte> bytes, params uint[] words)
    {
        byte[] word = new byte[4];
        foreach (uint value in words)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(word, value);
            bytes.AddRange(word);
        }
    }
}
