using PSBpf.Btf;
using PSBpf.Compile;
using PSBpf.Core.Tests.Compile;
using PSBpf.Diagnostics;
using PSBpf.Elf;

namespace PSBpf.Core.Tests.Btf.Header;

/// <summary>Headers of types that a kernel need not have: C source goes to BTF, to a header, to BTF again, and stays the same.</summary>
public sealed class HeaderWriterTests
{
    [Theory]
    [InlineData("struct s { char a; int b; } __attribute__((packed)); struct s *v;", "packed")]
    [InlineData("struct s { char a; } __attribute__((aligned(64))); struct s *v;", "long long : 64")]
    [InlineData("struct s { int a; int b __attribute__((aligned(32))); char c; }; struct s *v;", "long long : 64")]
    [InlineData("struct s { unsigned a : 3; unsigned : 0; unsigned b : 5; long c : 40; }; struct s *v;", "c : 40")]
    [InlineData("struct s { unsigned a : 3; long b : 62; char c; } __attribute__((packed)); struct s *v;", "packed")]
    [InlineData("union u { char a; short b; } __attribute__((aligned(16))); union u *v;", "aligned(16)")]
    [InlineData("struct s { struct { int a; union { char b; long c; }; }; struct { int x; } named[3]; }; struct s *v;", "named[3]")]
    [InlineData("struct s { int (*f)(struct s *, const char *, ...); void (*table[4])(void); int (*(*back)(int))[3]; }; struct s *v;", "(*table[4])(void)")]
    [InlineData("struct a { struct b *b; }; struct b { struct a a; struct a *list[2]; }; struct b *v;", "struct b;")]
    [InlineData("typedef struct { int x; } t; struct s { t one; t *two; }; struct s *v;", "typedef struct {")]
    [InlineData("enum e { A = -1, B = 2147483647 }; enum w { C = 0x100000000ULL, D = 0xffffffffffffffffULL }; struct s { enum e e; enum w w; enum { X = 7 } x; }; struct s *v;", "18446744073709551615ULL")]
    [InlineData("struct s { const volatile int *const p; char *restrict q; const char text[4]; }; struct s *v;", "*const p")]
    [InlineData("struct s { __int128 wide; double d; float f; _Bool b; char c; }; struct s *v;", "__int128 wide")]
    [InlineData("struct s { int n; char data[]; }; struct s *v;", "data[0]")]
    public void Types_stay_as_they_are(string source, string expected)
    {
        using var folder = new TemporaryFolder();
        // One compiler that writes 64-bit enumerations.
        CompileOptions options = Clangs.With(Clangs.All[0], folder.Info);
        BtfTypeSet first = Types(Clangs.Compile(folder.Info, source, options));
        string header = first.ToHeader(new BtfHeaderOptions { PreserveAccessIndex = false });
        Assert.Contains(expected, header, StringComparison.Ordinal);
        string variable = source[(source.LastIndexOf("; ", StringComparison.Ordinal) + 2)..];
        BtfTypeSet second = Types(Clangs.Compile(folder.Info, header + variable + "\n", options));
        foreach (BtfStruct structure in first.Types.OfType<BtfStruct>().Where(structure => structure.Name.Length > 0))
        {
            var copy = (BtfStruct?)second.Find(structure.Kind, structure.Name);
            Assert.NotNull(copy);
            Assert.Equal(structure.Size, copy.Size);
            Assert.Equal(structure.Members.Select(member => (member.Name, member.BitOffset, member.BitfieldSize, first.SizeOf(first[member.TypeId]))),
                copy.Members.Select(member => (member.Name, member.BitOffset, member.BitfieldSize, second.SizeOf(second[member.TypeId]))));
        }
    }

    [Fact]
    public void Space_that_nothing_explains_takes_few_lines_however_much_it_is()
    {
        BtfTypeSet types = BtfTypeSet.Create(
        [
            new BtfInt(1, "int", 4, BtfIntEncoding.Signed, 0, 32),
            new BtfStruct(2, "s", false, 160_000_004, [new BtfMember("a", 1, 0, 0), new BtfMember("b", 1, 800_000_000, 0)]),
        ]);
        string header = types.ToHeader(new BtfHeaderOptions { PreserveAccessIndex = false });
        Assert.True(header.Length < 1000, $"{header.Length} characters");
        using var folder = new TemporaryFolder();
        Clangs.Compile(folder.Info, header + """
            _Static_assert(sizeof(struct s) == 160000004, "size");
            _Static_assert(__builtin_offsetof(struct s, b) == 100000000, "offset");
            """, Clangs.With(Clangs.All[0], folder.Info));
    }

    [Fact]
    public void Tags_stay_where_they_are()
    {
        const string Source = """
            #define T(name) __attribute__((btf_type_tag(name)))
            #define D(name) __attribute__((btf_decl_tag(name)))
            struct s { int T("user") *a; const char T("rcu") T("user") *b D("member"); int * T("percpu") *c; int d : 3 D("bits") D("more"); struct s T("own") *list[2]; } D("struct");
            typedef int T("user") *pointer_t D("typedef");
            struct s *v; pointer_t w;

            """;
        using var folder = new TemporaryFolder();
        CompileOptions options = Clangs.With(Clangs.All[0], folder.Info);
        BtfTypeSet first = Types(Clangs.Compile(folder.Info, Source, options));
        string header = first.ToHeader(new BtfHeaderOptions { PreserveAccessIndex = false });
        foreach (string line in new[]
        {
            "int __psbpf_type_tag(\"user\") *a;", "*b __psbpf_decl_tag(\"member\");", "int *__psbpf_type_tag(\"percpu\") *c;", "int d : 3", "} __psbpf_decl_tag(\"struct\");",
            "*pointer_t __psbpf_decl_tag(\"typedef\");",
        })
            Assert.Contains(line, header, StringComparison.Ordinal);
        BtfTypeSet second = Types(Clangs.Compile(folder.Info, header + "struct s *v; pointer_t w;\n", options));
        Assert.NotEmpty(Tags(first));
        Assert.Equal(Tags(first), Tags(second));
        Assert.DoesNotContain("__psbpf_type_tag", first.ToHeader(new BtfHeaderOptions { Tags = false }), StringComparison.Ordinal);
        // Compilers without the attributes, and who does not want them.
        Assert.Empty(Tags(Types(Clangs.Compile(folder.Info, "#define BPF_NO_BTF_TAGS\n" + header + "struct s *v; pointer_t w;\n", options))));

        static IEnumerable<string> Tags(BtfTypeSet types) => types.Types.OfType<BtfReference>()
            .Where(type => type.ReferenceKind is BtfKind.DeclarationTag or BtfKind.TypeTag)
            .Select(type => $"{type.Kind} {type.Name} {(type.ReferenceKind == BtfKind.DeclarationTag ? $"{types[type.TargetId].Name} {type.ComponentIndex}" : types.Declare(types[type.TargetId]))}")
            .Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Names_that_are_used_twice_become_flavours()
    {
        BtfTypeSet types = BtfTypeSet.Create(
        [
            new BtfInt(1, "int", 4, BtfIntEncoding.Signed, 0, 32), new BtfStruct(2, "s", false, 4, [new BtfMember("a", 1, 0, 0)]),
            new BtfStruct(3, "s", false, 8, [new BtfMember("a", 1, 0, 0), new BtfMember("b", 2, 32, 0)]), new BtfReference(4, "t", BtfKind.Typedef, 1),
            new BtfReference(5, "t", BtfKind.Typedef, 3), new BtfEnumType(6, "", false, 4, false, [new BtfEnumMember("t", 1), new BtfEnumMember("X", 2)]),
            new BtfEnumType(7, "e", false, 4, false, [new BtfEnumMember("X", 3)]), new BtfForward(8, "s", true), new BtfReference(9, "__builtin_va_list", BtfKind.Typedef, 1),
        ]);
        string header = types.ToHeader(new BtfHeaderOptions { PreserveAccessIndex = false });
        foreach (string line in new[] { "struct s {", "struct s___2 {", "\tstruct s b;", "typedef int t;", "typedef struct s___2 t___2;", "t___3 = 1,", "X = 2,", "X___2 = 3,", "union s___3;", "typedef int __builtin_va_list___2;" })
            Assert.Contains(line, header, StringComparison.Ordinal);
        using var folder = new TemporaryFolder();
        Clangs.Compile(folder.Info, header, Clangs.With(Clangs.All[0], folder.Info));
    }

    [Fact]
    public void Only_what_the_roots_need_is_written()
    {
        BtfTypeSet types = BtfTypeSet.Create(
        [
            new BtfInt(1, "int", 4, BtfIntEncoding.Signed, 0, 32), new BtfStruct(2, "inner", false, 4, [new BtfMember("a", 1, 0, 0)]),
            new BtfStruct(3, "outer", false, 4, [new BtfMember("in", 2, 0, 0)]), new BtfStruct(4, "other", false, 4, [new BtfMember("a", 1, 0, 0)]),
        ]);
        string header = types.ToHeader(new BtfHeaderOptions { Roots = [types[3]] });
        Assert.Contains("struct inner {", header, StringComparison.Ordinal);
        Assert.Contains("#pragma clang attribute push", header, StringComparison.Ordinal);
        Assert.DoesNotContain("other", header, StringComparison.Ordinal);
    }

    [Fact]
    public void Types_that_no_compiler_wrote_end_in_a_message_and_not_in_a_crash()
    {
        // A chain of pointers and names that is deeper than any C.
        List<BtfType> types = [];
        for (int id = 1; id < 5000; id += 2) types.AddRange([new BtfReference(id, "", BtfKind.Pointer, id + 1), new BtfReference(id + 1, $"t{id}", BtfKind.Typedef, id + 2)]);
        types.Add(new BtfReference(types.Count + 1, "", BtfKind.Pointer, 0));
        BtfTypeSet set = BtfTypeSet.Create(types);
        Assert.Equal("BPF0201", Assert.Throws<BpfException>(() => set.ToHeader()).Id);
    }

    [Fact]
    public void A_definition_says_where_members_lie()
    {
        BtfTypeSet types = BtfTypeSet.Create(
        [
            new BtfInt(1, "int", 4, BtfIntEncoding.Signed, 0, 32), new BtfInt(2, "char", 1, 0, 0, 8),
            new BtfStruct(3, "s", false, 12, [new BtfMember("a", 2, 0, 0), new BtfMember("b", 1, 32, 0), new BtfMember("c", 1, 64, 3)]),
        ]);
        string text = types.Define(types[3]);
        Assert.Matches(@"char a; +/\* 0: 1 \*/\n\t/\* 3 bytes unused \*/\n\tint b; +/\* 4: 4 \*/\n\tint c : 3; +/\* 8\.0: 3 bits \*/\n\t/\* 29 bits unused \*/\n\}; /\* 12 bytes \*/", text);
    }

    private static BtfTypeSet Types(CompiledObject compiled) =>
        BtfTypeSet.Read(ElfFile.Read(File.ReadAllBytes(compiled.Path), compiled.Path).Find(".BTF")!.Data);
}
