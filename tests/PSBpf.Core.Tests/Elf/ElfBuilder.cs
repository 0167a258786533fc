using System.Buffers.Binary;
using System.Text;

namespace PSBpf.Core.Tests.Elf;

/// <summary>Assembles ELF64 files byte by byte: header, section contents, section table. The last three sections are its own.</summary>
internal sealed class ElfBuilder
{
    public const uint ProgramBits = 1, SymbolTable = 2, StringTable = 3, NoBits = 8, Relocations = 9;
    public const ulong Write = 1, Allocate = 2, Executable = 4;
    public const byte Local = 0, Global = 1;
    public const byte NoType = 0, Object = 1, Function = 2, SectionSymbol = 3;

    private readonly List<Section> _sections = [new Section("", 0, 0, [], 0)];
    private readonly List<byte[]> _symbols = [new byte[24]];
    private readonly List<byte> _strings = [0];
    private readonly Dictionary<int, List<(ulong Offset, uint Type, int Symbol)>> _relocations = [];

    private sealed record Section(string Name, uint Type, ulong Flags, byte[] Data, ulong Size);

    /// <summary>Adds a section and gives its index.</summary>
    public int Add(string name, byte[] data, uint type = ProgramBits, ulong flags = Allocate, ulong? size = null)
    {
        _sections.Add(new Section(name, type, flags, data, size ?? (ulong)data.Length));
        return _sections.Count - 1;
    }

    /// <summary>Adds a section of instructions.</summary>
    public int AddCode(string name, params ulong[] slots)
    {
        byte[] data = new byte[slots.Length * 8];
        for (int index = 0; index < slots.Length; index++) BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(index * 8), slots[index]);
        return Add(name, data, flags: Allocate | Executable);
    }

    /// <summary>Adds a symbol and gives its index.</summary>
    public int AddSymbol(string name, byte type, int section, ulong value, ulong size, byte binding = Global, byte visibility = 0)
    {
        byte[] entry = new byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(entry, Name(name));
        entry[4] = (byte)(binding << 4 | type);
        entry[5] = visibility;
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(6), (ushort)section);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(8), value);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(16), size);
        _symbols.Add(entry);
        return _symbols.Count - 1;
    }

    /// <summary>Adds a relocation of a section.</summary>
    public void Relocate(int section, ulong offset, uint type, int symbol)
    {
        if (!_relocations.TryGetValue(section, out var list)) _relocations.Add(section, list = []);
        list.Add((offset, type, symbol));
    }

    public byte[] Build()
    {
        List<(uint Name, uint Type, ulong Flags, byte[] Data, ulong Size, uint Link, uint Info, ulong Entry)> table = [];
        foreach (Section section in _sections) table.Add((Name(section.Name), section.Type, section.Flags, section.Data, section.Size, 0, 0, 0));
        uint symbols = (uint)(_sections.Count + _relocations.Count), strings = symbols + 1;
        foreach ((int target, var list) in _relocations)
        {
            byte[] data = new byte[list.Count * 16];
            for (int index = 0; index < list.Count; index++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(index * 16), list[index].Offset);
                BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(index * 16 + 8), (ulong)(uint)list[index].Symbol << 32 | list[index].Type);
            }

            table.Add((Name(".rel" + _sections[target].Name), Relocations, 0, data, (ulong)data.Length, symbols, (uint)target, 16));
        }

        byte[] symbolData = [.. _symbols.SelectMany(symbol => symbol)];
        table.Add((Name(".symtab"), SymbolTable, 0, symbolData, (ulong)symbolData.Length, strings, 1, 24));
        uint own = Name(".strtab");
        byte[] stringData = [.. _strings];
        table.Add((own, StringTable, 0, stringData, (ulong)stringData.Length, 0, 0, 0));

        using var file = new MemoryStream();
        file.Write(new byte[64]);
        byte[] headers = new byte[table.Count * 64];
        for (int index = 0; index < table.Count; index++)
        {
            var section = table[index];
            while (file.Length % 8 != 0) file.WriteByte(0);
            Span<byte> header = headers.AsSpan(index * 64);
            BinaryPrimitives.WriteUInt32LittleEndian(header, section.Name);
            BinaryPrimitives.WriteUInt32LittleEndian(header[4..], section.Type);
            BinaryPrimitives.WriteUInt64LittleEndian(header[8..], section.Flags);
            BinaryPrimitives.WriteUInt64LittleEndian(header[24..], index == 0 ? 0 : (ulong)file.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(header[32..], section.Size);
            BinaryPrimitives.WriteUInt32LittleEndian(header[40..], section.Link);
            BinaryPrimitives.WriteUInt32LittleEndian(header[44..], section.Info);
            BinaryPrimitives.WriteUInt64LittleEndian(header[48..], 8);
            BinaryPrimitives.WriteUInt64LittleEndian(header[56..], section.Entry);
            file.Write(section.Data);
        }

        while (file.Length % 8 != 0) file.WriteByte(0);
        long tableOffset = file.Length;
        file.Write(headers);
        byte[] bytes = file.ToArray();
        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1 }.CopyTo(bytes, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(16), 1);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(18), 247);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(20), 1);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), tableOffset);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(52), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(58), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(60), (ushort)table.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(62), (ushort)(table.Count - 1));
        return bytes;
    }

    private uint Name(string name)
    {
        if (name.Length == 0) return 0;
        uint offset = (uint)_strings.Count;
        _strings.AddRange(Encoding.UTF8.GetBytes(name));
        _strings.Add(0);
        return offset;
    }
}
