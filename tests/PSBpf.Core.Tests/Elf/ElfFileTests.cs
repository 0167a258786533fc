using System.Buffers.Binary;
using PSBpf.Diagnostics;
using PSBpf.Elf;

namespace PSBpf.Core.Tests.Elf;

public sealed class ElfFileTests
{
    private const ulong Exit = 0x95;

    // Where things lie in a section header and in the ELF header.
    private const int SectionTableField = 40, SectionCountField = 60, SectionNamesField = 62, SectionEntrySizeField = 58;
    private const int OffsetField = 24, SizeField = 32, LinkField = 40, InfoField = 44, EntrySizeField = 56;

    private static ElfBuilder Small()
    {
        var builder = new ElfBuilder();
        int code = builder.AddCode("xdp", Exit, Exit);
        int data = builder.Add(".data", [1, 2, 3, 4]);
        builder.AddSymbol("program", ElfBuilder.Function, code, 0, 16);
        int variable = builder.AddSymbol("variable", ElfBuilder.Object, data, 0, 4);
        builder.Relocate(code, 8, 1, variable);
        return builder;
    }

    [Fact]
    public void Sections_symbols_and_relocations_are_read_as_they_were_written()
    {
        ElfFile elf = ElfFile.Read(Small().Build(), "small.o");

        Assert.Equal(["", "xdp", ".data", ".relxdp", ".symtab", ".strtab"], elf.Sections.Select(section => section.Name));
        Assert.True(elf.Find("xdp")!.IsCode);
        Assert.False(elf.Find(".data")!.IsCode);
        Assert.Equal(new byte[] { 1, 2, 3, 4 }, elf.Find(".data")!.Data.ToArray());
        Assert.Equal(new ElfSymbol("program", ElfSymbolType.Function, ElfSymbolBinding.Global, ElfSymbolVisibility.Default, 1, 0, 16), elf.Symbols[1]);
        Assert.Equal("'variable'", elf.Describe(elf.Symbols[2]));
        Assert.Equal([new ElfRelocation(8, ElfRelocationType.LoadImmediate64, 2)], elf.RelocationsOf(elf.Find("xdp")!));
        Assert.Empty(elf.RelocationsOf(elf.Find(".data")!));
    }

    public static TheoryData<string, string, byte[]> BadFiles()
    {
        TheoryData<string, string, byte[]> cases = new()
        {
            { "empty", "BPF0101", [] },
            { "text", "BPF0101", "hello, world"u8.ToArray() },
            { "one byte that is not of the magic", "BPF0101", [0x50] },
            { "the magic alone", "BPF0102", [0x7f, 0x45, 0x4c, 0x46] },
        };
        void Add(string what, string id, Action<byte[]> change)
        {
            byte[] bytes = Small().Build();
            change(bytes);
            cases.Add(what, id, bytes);
        }

        Add("32-bit", "BPF0103", bytes => bytes[4] = 1);
        Add("a class that does not exist", "BPF0107", bytes => bytes[4] = 7);
        Add("big-endian", "BPF0104", bytes => bytes[5] = 2);
        Add("a byte order that does not exist", "BPF0107", bytes => bytes[5] = 0);
        Add("x86-64", "BPF0105", bytes => bytes[18] = 62);
        Add("an executable", "BPF0106", bytes => bytes[16] = 2);
        Add("a version that does not exist", "BPF0107", bytes => bytes[20] = 9);
        Add("no section table", "BPF0107", bytes => bytes.AsSpan(SectionTableField, 8).Clear());
        Add("no sections", "BPF0107", bytes => bytes.AsSpan(SectionCountField, 2).Clear());
        Add("the reserved number of sections", "BPF0107", bytes => bytes.AsSpan(SectionCountField, 2).Fill(0xff));
        Add("more sections than the file has room for", "BPF0102", bytes => bytes[SectionCountField] += 1);
        Add("section headers of another size", "BPF0107", bytes => bytes[SectionEntrySizeField] = 40);
        Add("a section table past the end", "BPF0102", bytes => bytes[SectionTableField + 3] = 1);
        Add("a section table that wraps around", "BPF0102", bytes => bytes.AsSpan(SectionTableField, 8).Fill(0xff));
        Add("a section of names that does not exist", "BPF0107", bytes => bytes[SectionNamesField] = 200);
        Add("a section name outside the names", "BPF0107", bytes => Header(bytes, 1)[..4].Fill(0x7f));
        Add("a section past the end", "BPF0102", bytes => Header(bytes, 1)[OffsetField + 4] = 1);
        Add("a section whose end wraps around", "BPF0102", bytes => Header(bytes, 1).Slice(SizeField, 8).Fill(0xff));
        Add("sections on top of each other", "BPF0107", bytes => Header(bytes, 2)[OffsetField] = Header(bytes, 1)[OffsetField]);
        Add("symbols of another size", "BPF0107", bytes => Header(bytes, 4)[EntrySizeField] = 16);
        Add("symbols of no size", "BPF0107", bytes => Header(bytes, 4)[EntrySizeField] = 0);
        Add("a symbol and a half", "BPF0107", bytes => Header(bytes, 4)[SizeField] = 36);
        Add("symbols with another string table", "BPF0107", bytes => Header(bytes, 4)[LinkField] = 1);
        Add("symbols with a string table that does not exist", "BPF0107", bytes => Header(bytes, 4)[LinkField] = 99);
        Add("two symbol tables", "BPF0107", bytes => Header(bytes, 2)[4] = 2);
        Add("a symbol name outside the strings", "BPF0107", bytes => Contents(bytes, 4).Slice(24, 4).Fill(0x7f));
        Add("a symbol in a section that does not exist", "BPF0107", bytes => Contents(bytes, 4)[24 + 6] = 77);
        Add("a symbol past the end of its section", "BPF0107", bytes => Contents(bytes, 4)[24 + 8] = 17);
        Add("relocations of a section that does not exist", "BPF0107", bytes => Header(bytes, 3)[InfoField] = 50);
        Add("relocations of the null section", "BPF0107", bytes => Header(bytes, 3)[InfoField] = 0);
        Add("relocations with another symbol table", "BPF0107", bytes => Header(bytes, 3)[LinkField] = 2);
        Add("relocations of another size", "BPF0107", bytes => Header(bytes, 3)[EntrySizeField] = 24);
        Add("relocations with addends", "BPF0107", bytes => Header(bytes, 3)[4] = 4);
        return cases;
    }

    [Theory]
    [MemberData(nameof(BadFiles))]
    public void A_bad_file_is_refused_with_the_rule_that_fits(string what, string id, byte[] bytes)
    {
        BpfException error = Assert.Throws<BpfException>(() => ElfFile.Read(bytes, "bad.o"));

        Assert.True(error.Id == id, $"{what}: {error.Id} {error.Message}");
        Assert.Equal("bad.o", error.Diagnostic.Location.File);
        Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Diagnostic.Action);
    }

    [Theory]
    [InlineData(8, "symbol 9, but there are only")]
    [InlineData(0, "changes offset 9")]
    public void A_relocation_outside_its_section_or_without_a_symbol_is_refused_when_it_is_read(int field, string part)
    {
        byte[] bytes = Small().Build();
        Span<byte> relocation = Contents(bytes, 3);
        BinaryPrimitives.WriteUInt64LittleEndian(relocation[field..], field == 0 ? 9000u : 9ul << 32 | 1);
        ElfFile elf = ElfFile.Read(bytes, null);

        BpfException error = Assert.Throws<BpfException>(() => elf.RelocationsOf(elf.Find("xdp")!));

        Assert.Equal("BPF0107", error.Id);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_prefix_of_a_file_is_refused()
    {
        byte[] bytes = Small().Build();
        for (int length = 0; length < bytes.Length; length++)
        {
            BpfException error = Assert.Throws<BpfException>(() => ElfFile.Read(bytes.AsMemory(0, length), null));
            Assert.True(error.Id is "BPF0101" or "BPF0102", error.Message);
        }
    }

    [Fact]
    public void Names_that_all_point_into_one_long_string_do_not_take_memory_without_end()
    {
        // 50 000 symbols whose names start one byte after the other in 100 000 bytes: 4 GB of text if all were decoded.
        var builder = new ElfBuilder();
        int code = builder.AddCode("xdp", Exit);
        int first = builder.AddSymbol(new string('x', 100_000), ElfBuilder.Function, code, 0, 8);
        for (int index = 0; index < 50_000; index++) builder.AddSymbol("", ElfBuilder.NoType, code, 0, 0);
        byte[] bytes = builder.Build();
        Span<byte> symbols = Contents(bytes, 2);
        uint name = BinaryPrimitives.ReadUInt32LittleEndian(symbols[(first * 24)..]);
        for (uint index = 0; index < 50_000; index++) BinaryPrimitives.WriteUInt32LittleEndian(symbols[(int)((first + 1 + index) * 24)..], name + index);

        long before = GC.GetAllocatedBytesForCurrentThread();
        BpfException error = Assert.Throws<BpfException>(() => ElfFile.Read(bytes, null));

        Assert.Equal("BPF0107", error.Id);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200L * bytes.Length);
    }

    private static Span<byte> Header(byte[] bytes, int section) =>
        bytes.AsSpan((int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(SectionTableField)) + section * 64, 64);

    private static Span<byte> Contents(byte[] bytes, int section) =>
        bytes.AsSpan((int)BinaryPrimitives.ReadInt64LittleEndian(Header(bytes, section)[OffsetField..]), (int)BinaryPrimitives.ReadInt64LittleEndian(Header(bytes, section)[SizeField..]));
}
