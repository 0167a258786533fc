using System.Buffers.Binary;
using PSBpf.Diagnostics;

namespace PSBpf.Btf;

/// <summary>
/// Reads a .BTF.ext section: a header that points to three tables, each a record size and then, per ELF section,
/// the section's name, a count and that many records.
/// </summary>
internal sealed class BtfExtensionReader(ReadOnlyMemory<byte> data, BtfTypeSet types, DiagnosticLocation location)
{
    /// <summary>Header up to and without the core_relo fields, which older compilers leave out.</summary>
    private const int ShortHeaderSize = 24;
    private const int HeaderSize = 32;

    public BtfExtension Read()
    {
        if (data.Length < ShortHeaderSize) throw Malformed($"The .BTF.ext header takes {ShortHeaderSize} bytes, but there are only {data.Length}.", 0);
        if (BinaryPrimitives.ReadUInt16LittleEndian(data.Span) != BtfImage.Magic) throw Malformed("The .BTF.ext section does not start with the BTF magic.", 0);
        if (data.Span[2] != 1) throw Malformed($"The .BTF.ext version is {data.Span[2]}, but only 1 exists.", 2);
        uint header = U32(4);
        if (header < ShortHeaderSize || header > (uint)data.Length) throw Malformed($"The .BTF.ext header is said to take {header} bytes.", 4);

        var extension = new BtfExtension();
        ReadTable(header, 8, "func_info", 8, extension.Functions, ReadFunction);
        ReadTable(header, 16, "line_info", 16, extension.Lines, ReadLine);
        if (header >= HeaderSize) ReadTable(header, 24, "core_relo", 16, extension.CoreRelocations, ReadCoreRelocation);
        return extension;
    }

    private void ReadTable<T>(uint header, int field, string what, uint minimum, Dictionary<string, List<T>> sections, Func<int, T> read)
    {
        uint length = U32(field + 4);
        ulong start = (ulong)header + U32(field), end = start + length;
        if (end > (ulong)data.Length)
            throw Malformed($"The {what} table ({length} bytes at offset {start}) lies outside .BTF.ext, which has {data.Length} bytes.", field);
        if (length == 0) return;

        int at = (int)start, stop = (int)end;
        if (stop - at < 4) throw Malformed($"The {what} table ends before its record size.", at);
        uint size = U32(at);
        at += 4;
        if (size < minimum || size % 4 != 0 || size > (uint)data.Length)
            throw Malformed($"The records of the {what} table are said to take {size} bytes.", at - 4);

        while (at < stop)
        {
            if (stop - at < 8) throw Malformed($"The {what} table ends in the middle of a section's header.", at);
            uint nameOffset = U32(at), count = U32(at + 4);
            at += 8;
            if (count > (uint)(stop - at) / size) throw Malformed($"The {what} table has {count} records for a section, but ends before.", at - 4);
            string name = Text(nameOffset, at - 8);
            if (!sections.TryGetValue(name, out List<T>? records)) sections.Add(name, records = new List<T>((int)count));
            for (; count > 0; count--, at += (int)size) records.Add(read(at));
        }
    }

    private BtfFunctionInfo ReadFunction(int at)
    {
        uint id = U32(at + 4);
        if (id >= (uint)types.Count || types.KindOf((int)id) != BtfKind.Function)
            throw Malformed($"A func_info record names BTF type {id}, which is no function.", at + 4);
        return new BtfFunctionInfo(U32(at), (int)id);
    }

    private BtfLineInfo ReadLine(int at)
    {
        // line_col: | column 0-9 | line 10-31 |
        uint position = U32(at + 12);
        return new BtfLineInfo(U32(at), U32(at + 4), U32(at + 8), (int)(position >> 10), (int)(position & 0x3ff));
    }

    private BtfCoreRelocation ReadCoreRelocation(int at)
    {
        uint id = U32(at + 4);
        if (id >= (uint)types.Count) throw Malformed($"A core_relo record names BTF type {id}, which does not exist.", at + 4);
        return new BtfCoreRelocation(U32(at), (int)id, Text(U32(at + 8), at + 8), U32(at + 12));
    }

    private string Text(uint offset, int at) =>
        types.TryGetString(offset, out string? text) ? text : throw Malformed($"A name is at offset {offset}, outside the strings of .BTF.", at);

    private uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(data.Span[at..]);

    private BpfException Malformed(string message, int at) =>
        DiagnosticRules.BtfMalformed.Error(message, location with { Section = ".BTF.ext", Offset = at });
}
