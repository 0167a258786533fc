using System.Buffers.Binary;
using PSBpf.Diagnostics;
using static PSBpf.Elf.ElfConstants;

namespace PSBpf.Elf;

/// <summary>Reads and checks the parts of an ELF file, in the order in which each makes the next one findable.</summary>
internal sealed class ElfReader(ReadOnlyMemory<byte> data, string? path)
{
    private readonly ulong _length = (ulong)data.Length;

    public ElfFile Read()
    {
        CheckIdentification(data.Span);
        CheckHeader(data.Span);
        ElfSection[] sections = ReadSections();
        CheckOverlaps(sections);
        ElfSection? symbolTable = FindSymbolTable(sections);
        return new ElfFile(path, sections, ReadSymbols(symbolTable, sections), FindRelocations(sections, symbolTable));
    }

    private void CheckIdentification(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty) throw DiagnosticRules.ElfNotElf.Error("The file is empty.", At());
        ReadOnlySpan<byte> magic = "\u007fELF"u8;
        if (!file.StartsWith(magic[..Math.Min(4, file.Length)]))
            throw DiagnosticRules.ElfNotElf.Error($"This is not an ELF file: it starts with {Convert.ToHexString(file[..Math.Min(4, file.Length)])}, not 7F454C46.", At(0));
        if (file.Length > 4 && file[4] != Class64)
        {
            throw file[4] == 1
                ? DiagnosticRules.ElfClass.Error("This is a 32-bit ELF file; BPF objects are 64-bit.", At(4))
                : DiagnosticRules.ElfMalformed.Error($"The ELF class {file[4]} does not exist.", At(4));
        }

        if (file.Length > 5 && file[5] != LittleEndian)
        {
            throw file[5] == BigEndian
                ? DiagnosticRules.ElfByteOrder.Error("This object is big-endian.", At(5))
                : DiagnosticRules.ElfMalformed.Error($"The ELF byte order {file[5]} does not exist.", At(5));
        }

        if (file.Length < HeaderSize)
            throw DiagnosticRules.ElfTruncated.Error($"The file has {file.Length} bytes, but an ELF header takes {HeaderSize}.", At());
    }

    private void CheckHeader(ReadOnlySpan<byte> file)
    {
        ushort type = U16(file, 16), machine = U16(file, 18);
        if (machine != MachineBpf)
            throw DiagnosticRules.ElfMachine.Error($"This ELF file is for machine {machine}, not for BPF ({MachineBpf}).", At(18));
        if (type != TypeRelocatable)
            throw DiagnosticRules.ElfType.Error($"This ELF file is of type {type}, not a relocatable object ({TypeRelocatable}).", At(16));
        if (file[6] != 1 || U32(file, 20) != 1)
            throw DiagnosticRules.ElfMalformed.Error($"The ELF version is {U32(file, 20)}, but only 1 exists.", At(20));
    }

    private ElfSection[] ReadSections()
    {
        ReadOnlySpan<byte> file = data.Span;
        ulong table = U64(file, 40);
        int entrySize = U16(file, 58), count = U16(file, 60), namesIndex = U16(file, 62);
        if (table == 0 || count == 0)
            throw DiagnosticRules.ElfMalformed.Error("The file has no section table.", At(40));
        if (count >= ReservedSections)
            throw DiagnosticRules.ElfMalformed.Error($"The file claims {count} sections.", At(60));
        if (entrySize != SectionHeaderSize)
            throw DiagnosticRules.ElfMalformed.Error($"Section headers are said to take {entrySize} bytes instead of {SectionHeaderSize}.", At(58));
        if (!Fits(table, (ulong)count * SectionHeaderSize))
            throw DiagnosticRules.ElfTruncated.Error(
                $"The table of {count} sections at offset {table} lies outside the file, which has {_length} bytes.", At(40));
        if (namesIndex >= count)
            throw DiagnosticRules.ElfMalformed.Error($"Section names are said to be in section {namesIndex}, but there are only {count}.", At(62));

        ulong HeaderAt(int index) => table + (ulong)index * SectionHeaderSize;
        StringTable names = new(ReadSection(namesIndex, "", HeaderAt(namesIndex)).Data);
        var sections = new ElfSection[count];
        for (int index = 0; index < count; index++)
        {
            ulong header = HeaderAt(index);
            uint nameOffset = U32(file, (int)header);
            string? name = "";
            if (index > 0 && !names.TryGet(nameOffset, out name))
                throw DiagnosticRules.ElfMalformed.Error($"The name of section {index} lies outside the string table.", At(header));
            sections[index] = ReadSection(index, name, header);
        }

        return sections;
    }

    private ElfSection ReadSection(int index, string name, ulong at)
    {
        ReadOnlySpan<byte> header = data.Span.Slice((int)at, SectionHeaderSize);
        var type = (ElfSectionType)U32(header, 4);
        ulong offset = U64(header, 24), size = U64(header, 32);
        bool hasBytes = type is not (ElfSectionType.Null or ElfSectionType.NoBits);
        if (hasBytes && !Fits(offset, size))
            throw DiagnosticRules.ElfTruncated.Error(
                $"Section {Quote(index, name)} ({size} bytes at offset {offset}) lies outside the file, which has {_length} bytes.", At(at));

        return new ElfSection(
            index, name, type, (ElfSectionFlags)U64(header, 8), offset, size, U32(header, 40), U32(header, 44), U64(header, 56),
            hasBytes ? data.Slice((int)offset, (int)size) : default);
    }

    /// <summary>"No byte in a file resides in more than one section" (gABI): so work on sections is linear in the file's size.</summary>
    private void CheckOverlaps(ElfSection[] sections)
    {
        ElfSection? before = null;
        foreach (ElfSection section in sections.Where(section => !section.Data.IsEmpty).OrderBy(section => section.Offset))
        {
            if (before is not null && before.Offset + before.Size > section.Offset)
                throw DiagnosticRules.ElfMalformed.Error(
                    $"Sections {Quote(before.Index, before.Name)} and {Quote(section.Index, section.Name)} overlap in the file.", At(section.Offset));
            before = section;
        }
    }

    private ElfSection? FindSymbolTable(ElfSection[] sections)
    {
        ElfSection? found = null;
        foreach (ElfSection section in sections.Where(section => section.Type == ElfSectionType.SymbolTable))
        {
            if (found is not null)
                throw DiagnosticRules.ElfMalformed.Error($"There are two symbol tables, sections {found.Index} and {section.Index}.", At());
            found = section;
        }

        return found;
    }

    private ElfSymbol[] ReadSymbols(ElfSection? table, ElfSection[] sections)
    {
        if (table is null) return [];
        CheckEntries(table, SymbolSize, "symbols");
        if (table.Link >= (uint)sections.Length || sections[table.Link].Type != ElfSectionType.StringTable)
            throw DiagnosticRules.ElfMalformed.Error($"The symbol table names section {table.Link} as its string table.", At(table.Offset));

        var names = new StringTable(sections[table.Link].Data);
        var symbols = new ElfSymbol[table.Data.Length / SymbolSize];
        for (int index = 1; index < symbols.Length; index++)
        {
            ReadOnlySpan<byte> entry = table.Data.Span.Slice(index * SymbolSize, SymbolSize);
            ulong at = table.Offset + (ulong)(index * SymbolSize);
            uint nameOffset = U32(entry, 0);
            string? name = "";
            if (nameOffset != 0 && !names.TryGet(nameOffset, out name))
                throw DiagnosticRules.ElfMalformed.Error($"The name of symbol {index} lies outside the string table.", At(at));

            ushort section = U16(entry, 6);
            ulong value = U64(entry, 8);
            if (section < ReservedSections)
            {
                if (section >= sections.Length)
                    throw DiagnosticRules.ElfMalformed.Error($"Symbol {index} '{name}' is in section {section}, but there are only {sections.Length}.", At(at));
                if (section > 0 && value > sections[section].Size)
                    throw DiagnosticRules.ElfMalformed.Error(
                        $"Symbol {index} '{name}' is at offset {value} of section {Quote(section, sections[section].Name)}, which has {sections[section].Size} bytes.", At(at));
            }

            symbols[index] = new ElfSymbol(
                name, (ElfSymbolType)(entry[4] & 0xf), (ElfSymbolBinding)(entry[4] >> 4), (ElfSymbolVisibility)(entry[5] & 3), section, value, U64(entry, 16));
        }

        if (symbols.Length > 0) symbols[0] = new ElfSymbol("", default, default, default, 0, 0, 0);
        return symbols;
    }

    private Dictionary<int, ElfSection> FindRelocations(ElfSection[] sections, ElfSection? symbolTable)
    {
        Dictionary<int, ElfSection> found = [];
        foreach (ElfSection section in sections)
        {
            if (section.Type is not (ElfSectionType.Relocations or ElfSectionType.RelocationsWithAddend)) continue;
            if (section.Type == ElfSectionType.RelocationsWithAddend)
                throw DiagnosticRules.ElfMalformed.Error(
                    $"Section {Quote(section.Index, section.Name)} holds relocations with addends, which the BPF target does not use.", At(section.Offset));
            if (section.Info == 0 || section.Info >= (uint)sections.Length)
                throw DiagnosticRules.ElfMalformed.Error($"Section {Quote(section.Index, section.Name)} relocates section {section.Info}, which does not exist.", At(section.Offset));
            if (symbolTable is null || section.Link != (uint)symbolTable.Index)
                throw DiagnosticRules.ElfMalformed.Error($"Section {Quote(section.Index, section.Name)} names section {section.Link} as its symbol table.", At(section.Offset));
            CheckEntries(section, RelocationSize, "relocations");
            if (!found.TryAdd((int)section.Info, section))
                throw DiagnosticRules.ElfMalformed.Error(
                    $"Two sections relocate section {Quote((int)section.Info, sections[section.Info].Name)}.", At(section.Offset));
        }

        return found;
    }

    /// <summary>Reads the entries of a SHT_REL section.</summary>
    public static ElfRelocation[] ReadRelocations(ElfSection section, ElfSection target, int symbols, string? path)
    {
        ReadOnlySpan<byte> bytes = section.Data.Span;
        var relocations = new ElfRelocation[bytes.Length / RelocationSize];
        for (int index = 0; index < relocations.Length; index++)
        {
            ReadOnlySpan<byte> entry = bytes.Slice(index * RelocationSize, RelocationSize);
            ulong offset = U64(entry, 0), info = U64(entry, 8);
            var location = new DiagnosticLocation { File = path, Offset = (long)section.Offset + index * RelocationSize };
            if (info >> 32 >= (ulong)symbols)
                throw DiagnosticRules.ElfMalformed.Error(
                    $"Relocation {index} of section '{target.Name}' is against symbol {info >> 32}, but there are only {symbols}.", location);
            if (offset >= target.Size)
                throw DiagnosticRules.ElfMalformed.Error(
                    $"Relocation {index} of section '{target.Name}' changes offset {offset}, but the section has {target.Size} bytes.", location);
            relocations[index] = new ElfRelocation(offset, (ElfRelocationType)(uint)info, (int)(info >> 32));
        }

        return relocations;
    }

    private void CheckEntries(ElfSection section, int size, string what)
    {
        if (section.EntrySize != (ulong)size || section.Data.Length % size != 0)
            throw DiagnosticRules.ElfMalformed.Error(
                $"Section {Quote(section.Index, section.Name)} has {section.Data.Length} bytes in entries of {section.EntrySize}, but {what} take {size} each.", At(section.Offset));
    }

    private bool Fits(ulong offset, ulong size) => offset <= _length && size <= _length - offset;

    private DiagnosticLocation At(ulong? offset = null) => new() { File = path, Offset = (long?)offset };

    private static string Quote(int index, string name) => name.Length > 0 ? $"'{name}'" : $"{index}";

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
