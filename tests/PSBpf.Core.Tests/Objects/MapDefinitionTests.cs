using PSBpf.Btf;
using PSBpf.Core.Tests.Btf;
using PSBpf.Core.Tests.Elf;
using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Core.Tests.Objects;

public sealed class MapDefinitionTests
{
    private const ulong Exit = 0x95;

    /// <summary>An object with one map whose definition has the fields that <paramref name="fields"/> makes.</summary>
    private static byte[] WithMap(
        Func<BtfBuilder, int, (string, int)[]> fields, BtfLinkage linkage = BtfLinkage.Global, Action<ElfBuilder, int>? change = null, int offset = 0)
    {
        var btf = new BtfBuilder();
        int integer = btf.Int("int", 4, 1);
        (string Name, int Type)[] members = fields(btf, integer);
        int definition = btf.Struct("", members.Length * 8, [.. members.Select((member, index) => (member.Name, member.Type, index * 64))]);
        int variable = btf.Variable("blocked", definition, linkage);
        btf.DataSection(".maps", 0, (variable, 0, members.Length * 8));
        var builder = new ElfBuilder();
        int code = builder.AddCode("xdp", 0x18, 0, Exit);
        int maps = builder.Add(".maps", new byte[members.Length * 8 + offset]);
        builder.Add(".BTF", btf.Build(), flags: 0);
        builder.AddSymbol("main", ElfBuilder.Function, code, 0, 24);
        builder.Relocate(code, 0, 1, builder.AddSymbol("blocked", ElfBuilder.Object, maps, (ulong)offset, (ulong)members.Length * 8));
        change?.Invoke(builder, maps);
        return builder.Build();
    }

    [Fact]
    public void Every_field_of_a_definition_is_read()
    {
        ObjectSpec spec = ObjectReader.Read(WithMap(
            (btf, integer) =>
            [
                ("type", btf.Number(integer, (uint)MapType.LpmTrie)), ("max_entries", btf.Number(integer, 100)),
                ("key", btf.Pointer(btf.Struct("key", 8, ("prefixlen", integer, 0), ("address", integer, 32)))), ("key_size", btf.Number(integer, 8)),
                ("value", btf.Pointer(btf.Int("long", 8, 1))), ("map_flags", btf.Number(integer, 5)), ("map_extra", btf.Number(integer, 3)),
                ("numa_node", btf.Number(integer, 1)), ("pinning", btf.Number(integer, 1)),
            ],
            offset: 24));

        MapSpec map = Assert.Single(spec.Maps);
        Assert.Equal(("blocked", MapType.LpmTrie, 8u, 8u, 100u), (map.Name, map.Type, map.KeySize, map.ValueSize, map.MaxEntries));
        Assert.Equal((MapFlags.NoPrealloc | MapFlags.NumaNode, 3ul, 1u, 1u), (map.Flags, map.Extra, map.NumaNode, map.Pinning));
        Assert.Equal(("struct key", "long"), (map.Btf!.Declare(map.KeyType!), map.Btf.Declare(map.ValueType!)));
        Assert.False(map.IsGlobalData);
        Assert.Same(map, Assert.Single(spec.Programs[0].Maps));
        Assert.Equal((5, 0), (spec.Programs[0].Instructions[0].Source, spec.Programs[0].Instructions[0].Immediate));
        // The kernel wants to know where the variable lies, which clang leaves to the loader.
        var section = Assert.IsType<BtfDataSection>(spec.Btf!.Find(BtfKind.DataSection, ".maps"));
        Assert.Equal((9 * 8) + 24, section.Size);
        Assert.Equal(24, Assert.Single(section.Variables).Offset);
    }

    [Fact]
    public void Maps_of_maps_carry_the_blueprint_of_the_inner_ones()
    {
        MapSpec outer = ObjectReader.Read(WithMap((btf, integer) =>
        {
            int inner = btf.Struct("inner", 24, ("type", btf.Number(integer, 2), 0), ("max_entries", btf.Number(integer, 4), 64), ("value", btf.Pointer(integer), 128));
            return [("type", btf.Number(integer, 13)), ("key_size", btf.Number(integer, 4)), ("values", btf.Array(btf.Pointer(inner), 0, integer))];
        })).Maps[0];

        Assert.Equal((MapType.HashOfMaps, 4u), (outer.Type, outer.ValueSize));
        Assert.Equal((MapType.Array, 4u, 4u), (outer.Inner!.Type, outer.Inner.ValueSize, outer.Inner.MaxEntries));
    }

    public static TheoryData<string, string> BadDefinitions => new()
    {
        { "no type", "does not say its type" },
        { "unknown field", "has a field 'max_entry'; the fields are type, max_entries" },
        { "twice", "has the field 'type' twice" },
        { "number that is none", "is not __uint(max_entries" },
        { "type that is none", "is not __type(key" },
        { "key without size", "has a key of type 'void', which has no size" },
        { "sizes that differ", "of 4 bytes where another says 8" },
        { "pinning", "pinning 2" },
        { "extern", "'extern'" },
        { "values of another map", "cannot have" },
        { "nested twice", "nested" },
        { "inner pinning", "cannot be pinned" },
    };

    [Theory]
    [MemberData(nameof(BadDefinitions))]
    public void A_bad_definition_is_refused_with_the_map_and_the_field(string what, string part)
    {
        byte[] bytes = WithMap(
            (btf, integer) => what switch
            {
                "no type" => [("max_entries", btf.Number(integer, 1))],
                "unknown field" => [("type", btf.Number(integer, 1)), ("max_entry", btf.Number(integer, 1))],
                "twice" => [("type", btf.Number(integer, 1)), ("type", btf.Number(integer, 1))],
                "number that is none" => [("type", btf.Number(integer, 1)), ("max_entries", integer)],
                "type that is none" => [("type", btf.Number(integer, 1)), ("key", integer)],
                "key without size" => [("type", btf.Number(integer, 1)), ("key", btf.Pointer(0))],
                "sizes that differ" => [("type", btf.Number(integer, 1)), ("key_size", btf.Number(integer, 8)), ("key", btf.Pointer(integer))],
                "pinning" => [("type", btf.Number(integer, 1)), ("pinning", btf.Number(integer, 2))],
                "values of another map" => [("type", btf.Number(integer, 1)), ("values", btf.Array(btf.Pointer(btf.Struct("i", 8, ("type", btf.Number(integer, 1), 0))), 0, integer))],
                "nested twice" => [("type", btf.Number(integer, 12)), ("values", btf.Array(btf.Pointer(btf.Struct("i", 16,
                    ("type", btf.Number(integer, 12), 0), ("values", btf.Array(btf.Pointer(integer), 0, integer), 64))), 0, integer))],
                "inner pinning" => [("type", btf.Number(integer, 12)), ("values", btf.Array(btf.Pointer(btf.Struct("i", 16,
                    ("type", btf.Number(integer, 1), 0), ("pinning", btf.Number(integer, 1), 64))), 0, integer))],
                _ => [("type", btf.Number(integer, 1))],
            },
            what == "extern" ? BtfLinkage.Extern : BtfLinkage.Global);

        BpfException error = Assert.Throws<BpfException>(() => ObjectReader.Read(bytes));

        Assert.Equal("BPF0304", error.Id);
        Assert.StartsWith("Map 'blocked", error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 8, 2u, "")]
    [InlineData(3, 0, 2u, "BPF0305")] // no element of the values
    [InlineData(3, 12, 2u, "BPF0305")] // past the end of the section
    [InlineData(3, 8, 1u, "BPF0305")] // another type of relocation
    [InlineData(2, 8, 2u, "BPF0306")] // no map of programs
    public void Programs_are_put_into_program_arrays_and_nothing_else_is(int type, int offset, uint relocation, string id)
    {
        byte[] bytes = WithMap(
            (btf, integer) => [("type", btf.Number(integer, (uint)type)), (type == 3 ? "values" : "key", type == 3 ? btf.Array(btf.Pointer(btf.Prototype(integer)), 0, integer) : btf.Pointer(integer))],
            change: (builder, maps) => builder.Relocate(maps, (ulong)offset, relocation, 1));
        if (id.Length == 0)
        {
            MapSpec map = Assert.Single(ObjectReader.Read(bytes).Maps);
            Assert.Equal([new InitialProgram(0, "main")], map.InitialPrograms);
            return;
        }

        BpfException error = Assert.Throws<BpfException>(() => ObjectReader.Read(bytes));
        Assert.True(id == error.Id, error.ToString());
    }

    [Fact]
    public void Legacy_definitions_are_refused_with_the_name_of_the_map()
    {
        var builder = new ElfBuilder();
        builder.AddSymbol("main", ElfBuilder.Function, builder.AddCode("xdp", Exit), 0, 8);
        int maps = builder.Add("maps", new byte[40]);
        builder.AddSymbol("later", ElfBuilder.Object, maps, 20, 20);
        builder.AddSymbol("counts", ElfBuilder.Object, maps, 0, 20);

        BpfException error = Assert.Throws<BpfException>(() => ObjectReader.Read(builder.Build()));

        Assert.Equal("BPF0312", error.Id);
        Assert.Equal("map 'counts' is declared in the legacy 'maps' section, which libbpf 1.0 dropped.", error.Message);
    }

    [Fact]
    public void Maps_without_type_information_are_refused()
    {
        var builder = new ElfBuilder();
        builder.AddSymbol("main", ElfBuilder.Function, builder.AddCode("xdp", Exit), 0, 8);
        builder.Add(".maps", new byte[8]);

        Assert.Equal("BPF0203", Assert.Throws<BpfException>(() => ObjectReader.Read(builder.Build())).Id);
    }

    [Fact]
    public void Variables_that_the_compiler_moved_elsewhere_are_taken_out_of_their_data_section()
    {
        // clang 14 lists constant arrays of 16 bytes under .rodata, but puts them into .rodata.cst16.
        var btf = new BtfBuilder();
        int integer = btf.Int("int", 4, 1);
        int here = btf.Variable("here", integer), gone = btf.Variable("gone", btf.Array(integer, 4, integer), BtfLinkage.Static);
        btf.DataSection(".rodata", 0, (gone, 16, 16), (here, 0, 4));
        btf.Variable("after", integer);
        byte[] bytes = btf.Build();
        var builder = new ElfBuilder();
        builder.AddSymbol("main", ElfBuilder.Function, builder.AddCode("xdp", Exit), 0, 8);
        int near = builder.Add(".rodata", [1, 0, 0, 0, 7, 0, 0, 0]), far = builder.Add(".rodata.cst16", new byte[32]);
        int info = builder.Add(".BTF", bytes, flags: 0);
        // The records of one integer, two variables, an array, and the section's own, then the type of the first entry.
        const int Entries = 24 + 16 + 16 + 24 + 16 + 12;
        builder.Relocate(info, Entries + 4, 3, builder.AddSymbol("", ElfBuilder.SectionSymbol, far, 0, 0, ElfBuilder.Local));
        builder.Relocate(info, Entries + 16, 4, builder.AddSymbol("here", ElfBuilder.Object, near, 4, 4));

        ObjectSpec spec = ObjectReader.Read(builder.Build());

        VariableSpec variable = Assert.Single(spec.Variables);
        Assert.Equal(("here", 4, (object)7), (variable.Name, variable.Offset, variable.InitialValue));
        Assert.Equal(bytes.Length - 12, spec.Btf!.Data.Length);
        Assert.NotNull(spec.Btf.Find(BtfKind.Variable, "after"));
        Assert.Null(spec.Maps.Single(map => map.Name == ".rodata.cst16").ValueType);
    }
}
