using System.Buffers.Binary;
using System.Diagnostics;
using PSBpf.Btf;
using PSBpf.Diagnostics;

namespace PSBpf.Core.Tests.Btf;

public sealed class BtfTypeSetTests
{
    [Fact]
    public void Every_kind_is_read_as_it_was_written()
    {
        var builder = new BtfBuilder();
        int integer = builder.Int("int", 4, encoding: 1);
        int pointer = builder.Pointer(integer);
        int array = builder.Array(integer, 7, integer);
        int structure = builder.Struct("pair", 8, ("a", integer, 0), ("b", integer, 32));
        int union = builder.Union("either", 8, ("p", pointer, 0), ("i", integer, 0));
        int enumeration = builder.Enum("color", 4, signed: true, ("RED", -1), ("BLUE", 2));
        int forward = builder.Forward("later", isUnion: true);
        int typedef = builder.Reference(BtfKind.Typedef, structure, "pair_t");
        int isVolatile = builder.Reference(BtfKind.Volatile, typedef);
        int isConst = builder.Reference(BtfKind.Const, isVolatile);
        int restrict = builder.Reference(BtfKind.Restrict, pointer);
        int prototype = builder.Prototype(integer, ("x", integer), ("", 0));
        int function = builder.Function("run", prototype, BtfLinkage.Global);
        int variable = builder.Variable("total", isConst, BtfLinkage.Static);
        int section = builder.DataSection(".bss", 8, (variable, 0, 8));
        int real = builder.Float("double", 8);
        int tag = builder.DeclarationTag("kptr", structure, 1);
        int typeTag = builder.Reference(BtfKind.TypeTag, integer, "rcu");
        int wide = builder.Enum64("big", signed: false, ("HUGE", -1), ("ONE", 1));

        BtfTypeSet types = builder.Read();

        Assert.Equal(20, types.Types.Count);
        Assert.Equal(
            Enum.GetValues<BtfKind>(),
            types.Types.Select(type => type.Kind).Order());
        Assert.Equal(new BtfInt(integer, "int", 4, BtfIntEncoding.Signed, 0, 32), types[integer]);
        Assert.Equal(new BtfArray(array, integer, integer, 7), types[array]);
        Assert.Equal([new BtfMember("a", integer, 0, 0), new BtfMember("b", integer, 32, 0)], ((BtfStruct)types[structure]).Members);
        Assert.True(((BtfStruct)types[union]).IsUnion);
        Assert.Equal([new BtfEnumMember("RED", -1), new BtfEnumMember("BLUE", 2)], ((BtfEnumType)types[enumeration]).Members);
        Assert.Equal(new BtfForward(forward, "later", true), types[forward]);
        Assert.Equal(new BtfReference(function, "run", BtfKind.Function, prototype, BtfLinkage.Global), types[function]);
        Assert.Equal(new BtfReference(variable, "total", BtfKind.Variable, isConst, BtfLinkage.Static), types[variable]);
        Assert.Equal([new BtfSectionVariable(variable, 0, 8)], ((BtfDataSection)types[section]).Variables);
        Assert.Equal(new BtfFloat(real, "double", 8), types[real]);
        Assert.Equal(1, ((BtfReference)types[tag]).ComponentIndex);
        Assert.Equal([-1L, 1L], ((BtfEnumType)types[wide]).Members.Select(member => member.Value));

        Assert.Same(types[structure], types.Resolve(types[isConst]));
        Assert.Equal([4, 8, 28, 8, 8, 4, 0, 8, 8], new[] { integer, pointer, array, structure, union, enumeration, forward, variable, section }.Select(id => types.SizeOf(types[id])));
        Assert.Equal([4, 8, 4, 4, 8, 8, 4], new[] { integer, pointer, array, structure, union, real, typeTag }.Select(id => types.AlignmentOf(types[id])));
        Assert.False(types.HasSize(types[forward]));
        Assert.Same(types[structure], types.Find(BtfKind.Struct, "pair"));
        Assert.Null(types.Find(BtfKind.Union, "pair"));
        Assert.Equal(
            ["int", "int *", "int[7]", "struct pair", "union either", "enum color", "union later", "pair_t", "const volatile pair_t", "int *restrict", "int (int x, ...)", "int run(int x, ...)", "const volatile pair_t total"],
            new[] { integer, pointer, array, structure, union, enumeration, forward, typedef, isConst, restrict, prototype, function, variable }.Select(id => types.Declare(types[id])));
    }

    [Fact]
    public void Declarations_nest_as_in_c()
    {
        var builder = new BtfBuilder();
        int character = builder.Int("char", 1, encoding: 1), integer = builder.Int("int", 4, encoding: 1);
        int constant = builder.Reference(BtfKind.Const, character);
        int names = builder.Array(builder.Pointer(constant), 4);
        int grid = builder.Array(builder.Array(integer, 3), 2);
        int pointerToArray = builder.Pointer(grid);
        int callback = builder.Pointer(builder.Prototype(0, ("i", integer), ("context", builder.Pointer(0))));
        int fixedPointer = builder.Reference(BtfKind.Const, builder.Pointer(integer));
        int anonymous = builder.Struct("", 4, ("x", integer, 0));
        int nothing = builder.Prototype(integer);
        BtfTypeSet types = builder.Read();

        Assert.Equal("const char *[4]", types.Declare(types[names]));
        Assert.Equal("const char *argv[4]", types.Declare(types[names], "argv"));
        Assert.Equal("int[2][3]", types.Declare(types[grid]));
        Assert.Equal("int (*)[2][3]", types.Declare(types[pointerToArray]));
        Assert.Equal("void (*run)(int i, void *context)", types.Declare(types[callback], "run"));
        Assert.Equal("int *const p", types.Declare(types[fixedPointer], "p"));
        Assert.Equal("struct {…}", types.Declare(types[anonymous]));
        Assert.Equal("int (void)", types.Declare(types[nothing]));
        Assert.Equal("void", types.Declare(types[0]));
    }

    [Fact]
    public void Members_of_anonymous_members_are_found_at_their_offset_from_the_whole()
    {
        var builder = new BtfBuilder();
        int integer = builder.Int("int", 4);
        int inner = builder.Struct("", 8, ("x", integer, 0), ("y", integer, 32));
        int union = builder.Union("", 8, ("", inner, 0), ("whole", builder.Int("long", 8), 0));
        int outer = builder.Struct("outer", 16, ("first", integer, 0), ("", union, 64));
        BtfTypeSet types = builder.Read();

        Assert.True(types.TryFindMember(types[outer], "y", out BtfMember? member, out int offset));
        Assert.Equal("y", member.Name);
        Assert.Equal(96, offset);
        Assert.False(types.TryFindMember(types[outer], "z", out _, out _));
        Assert.False(types.TryFindMember(types[integer], "y", out _, out _));
    }

    public static TheoryData<string, string, byte[]> BadSections()
    {
        TheoryData<string, string, byte[]> cases = new();
        void Raw(string what, string part, Action<byte[]> change)
        {
            var builder = new BtfBuilder();
            builder.Int("int", 4);
            byte[] bytes = builder.Build();
            change(bytes);
            cases.Add(what, part, bytes);
        }

        void Types(string what, string part, Action<BtfBuilder> build)
        {
            var builder = new BtfBuilder();
            build(builder);
            cases.Add(what, part, builder.Build());
        }

        cases.Add("empty", "header takes 24", []);
        cases.Add("half a header", "header takes 24", new byte[12]);
        Raw("another magic", "starts with", bytes => bytes[0] = 0);
        Raw("big-endian", "big-endian", bytes => (bytes[0], bytes[1]) = (bytes[1], bytes[0]));
        Raw("another version", "version", bytes => bytes[2] = 2);
        Raw("a header longer than the section", "header is said", bytes => bytes[5] = 0xff);
        Raw("types outside the section", "types", bytes => bytes[14] = 0x10);
        Raw("types that are not aligned", "aligned", bytes => bytes[8] = 1);
        Raw("strings outside the section", "strings", bytes => bytes.AsSpan(20, 4).Fill(0xff));
        Raw("strings that wrap around", "strings", bytes => bytes.AsSpan(16, 8).Fill(0xff));
        Raw("no strings", "NUL", bytes => bytes.AsSpan(20, 4).Clear());
        Raw("strings without an end", "NUL", bytes => bytes[^1] = (byte)'x');
        Raw("half a type", "middle", bytes => bytes[12] = 8);
        Raw("a name outside the strings", "name", bytes => bytes[24] = 0xee);
        Raw("a kind that does not exist", "kind 31", bytes => bytes[24 + 7] = 31);
        Types("an integer of three bytes", "integer", builder => builder.Int("odd", 3));
        Types("an integer without bits", "integer", builder => builder.Int("none", 4, bits: 0));
        Types("an integer with too many bits", "integer", builder => builder.Int("wide", 4, bits: 40));
        Types("an enum of three bytes", "enum", builder => builder.Enum("odd", 3, false));
        Types("a float of five bytes", "float", builder => builder.Float("odd", 5));
        Types("more members than there are bytes", "parts", builder => builder.Record("s", BtfKind.Struct, 60000, 4));
        Types("a pointer to a type that does not exist", "type 9", builder => builder.Pointer(9));
        Types("an id beyond all types", "refers to type", builder => builder.Record("", BtfKind.Pointer, 0, uint.MaxValue));
        Types("a struct larger than memory", "bytes", builder => builder.Record("s", BtfKind.Struct, 0, uint.MaxValue));
        Types("an array larger than memory", "takes", builder => builder.Array(builder.Int("long", 8), uint.MaxValue));
        Types("an array of void", "without a size", builder => builder.Array(0, 1));
        Types("a member of void", "no size", builder => builder.Struct("s", 4, ("v", 0, 0)));
        Types("a member past the end", "outside", builder => builder.Struct("s", 4, ("a", builder.Int("long", 8), 0)));
        Types("a member in the middle of a byte", "bit 3", builder => builder.Struct("s", 16, ("a", builder.Pointer(0), 3)));
        Types("a bitfield wider than its type", "bits", builder => builder.Bitfields("s", 16, ("a", builder.Int("int", 4), 0, 33)));
        Types("a bitfield of a pointer", "no integer", builder => builder.Bitfields("s", 16, ("a", builder.Pointer(0), 0, 3)));
        Types("a member that is a variable", "Variable", builder => builder.Struct("s", 4, ("v", builder.Variable("v", builder.Int("int", 4)), 0)));
        Types("a data section of integers", "Int", builder => builder.DataSection(".bss", 4, (builder.Int("int", 4), 0, 4)));
        Types("a function without a prototype", "Function", builder => builder.Function("f", builder.Int("int", 4), BtfLinkage.Global));
        Types("a linkage that does not exist", "linkage", builder => builder.Variable("v", 0, (BtfLinkage)3));
        Types("a tag on a pointer", "Pointer", builder => builder.DeclarationTag("t", builder.Pointer(0), -1));
        Types("a typedef of itself", "contains itself", builder => builder.Reference(BtfKind.Typedef, 1, "self"));
        Types("two typedefs of each other", "contains itself", builder =>
        {
            builder.Reference(BtfKind.Typedef, 2, "one");
            builder.Reference(BtfKind.Const, 1);
        });
        Types("an array of itself", "contains itself", builder => builder.Array(1, 2));
        Types("a struct that contains itself in an array", "contains itself", builder =>
        {
            builder.Struct("s", 8, ("a", 2, 0));
            builder.Array(1, 1);
        });
        return cases;
    }

    [Theory]
    [MemberData(nameof(BadSections))]
    public void A_bad_section_is_refused_and_the_message_says_why(string what, string part, byte[] bytes)
    {
        BpfException error = Assert.Throws<BpfException>(() => BtfTypeSet.Read(bytes, new DiagnosticLocation { File = "bad.o" }));

        Assert.Equal("BPF0201", error.Id);
        Assert.True(error.Message.Contains(part, StringComparison.Ordinal), $"{what}: {error.Message}");
        Assert.Equal("bad.o", error.Diagnostic.Location.File);
        Assert.Equal(".BTF", error.Diagnostic.Location.Section);
    }

    [Fact]
    public void Every_prefix_of_a_section_is_refused_or_read()
    {
        var builder = new BtfBuilder();
        int integer = builder.Int("int", 4);
        builder.Struct("s", 8, ("a", integer, 0), ("b", integer, 32));
        byte[] bytes = builder.Build();
        for (int length = 0; length < bytes.Length; length++)
            Assert.Equal("BPF0201", Assert.Throws<BpfException>(() => BtfTypeSet.Read(bytes.AsMemory(0, length))).Id);
    }

    [Fact]
    public void A_chain_of_half_a_million_typedefs_is_refused_without_exhausting_the_stack()
    {
        const int Length = 500_000;
        var builder = new BtfBuilder();
        // Each refers to the next one, so that the first needs all the others.
        for (int index = 1; index <= Length; index++) builder.Reference(BtfKind.Typedef, index == Length ? 0 : index + 1, "t");

        BpfException error = Assert.Throws<BpfException>(builder.Read);

        Assert.Contains("nested", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_type_information_of_the_running_kernel_is_read_whole()
    {
        const string Path = "/sys/kernel/btf/vmlinux";
        if (!File.Exists(Path)) Assert.Skip($"there is no {Path}");
        var watch = Stopwatch.StartNew();

        BtfTypeSet types = BtfTypeSet.Read(File.ReadAllBytes(Path));
        foreach (BtfType type in types.Types) Assert.NotNull(types.Declare(type, "x"));

        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
        Assert.True(types.Types.Count > 10_000);
        BtfType task = types.Find(BtfKind.Struct, "task_struct")!;
        Assert.True(types.TryFindMember(task, "comm", out BtfMember? comm, out int offset));
        Assert.Equal("char[16]", types.Declare(types[comm.TypeId]));
        Assert.InRange(offset / 8, 8, types.SizeOf(task) - 16);
        var record = Assert.IsType<BtfRecord>(BtfValue.Read(types, task, new byte[types.SizeOf(task)]));
        Assert.Equal("", record["comm"]);
    }

    [Fact]
    public void A_set_that_was_opened_checks_the_types_that_a_size_depends_on()
    {
        var builder = new BtfBuilder();
        int good = builder.Int("int", 4), bad = builder.Int("no bits", 4, bits: 0);
        int structure = builder.Struct("s", 8, ("a", good, 0), ("b", bad, 32));
        BtfTypeSet types = BtfTypeSet.Open(builder.Build());

        BtfType type = types[structure];

        for (int time = 0; time < 2; time++) Assert.Contains("no bits", Assert.Throws<BpfException>(() => types.SizeOf(type)).Message, StringComparison.Ordinal);
        Assert.Equal(4, types.SizeOf(types[good]));
    }

    [Fact]
    public void Names_that_all_end_in_one_long_string_are_checked_at_once_and_refused_when_they_have_become_too_much_text()
    {
        const int Count = 5000;
        var builder = new BtfBuilder();
        uint text = builder.String(new string('x', Count));
        for (int index = 0; index < Count; index++) builder.Forward("", isUnion: false);
        byte[] bytes = builder.Build();
        for (int index = 0; index < Count; index++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(24 + index * 12), text + (uint)index);

        BtfTypeSet types = BtfTypeSet.Read(bytes);

        Assert.Equal(Count - 1, types[2].Name.Length);
        BpfException error = Assert.Throws<BpfException>(() => types.Types.Sum(type => (long)type.Name.Length));
        Assert.Equal("BPF0201", error.Id);
        Assert.Contains("overlap", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pointers_may_go_round_in_circles()
    {
        var builder = new BtfBuilder();
        int self = builder.Pointer(1);
        int node = builder.Struct("node", 8, ("next", 3, 0));
        builder.Pointer(node);
        int prototype = builder.Prototype(5, ("f", 5), ("g", 5));
        builder.Pointer(prototype);
        BtfTypeSet types = builder.Read();

        Assert.Equal(8, types.SizeOf(types[self]));
        Assert.StartsWith("… *", types.Declare(types[self]), StringComparison.Ordinal);
        Assert.InRange(types.Declare(types[prototype]).Length, 10, 100_000);
        Assert.Equal("struct node *", types.Declare(types[3]));
    }

    [Fact]
    public void A_few_bytes_with_exponentially_many_members_cost_nothing()
    {
        var builder = new BtfBuilder();
        int type = builder.Int("int", 4);
        for (int level = 0; level < 60; level++) type = builder.Union("", 4, ("", type, 0), ("a", type, 0), ("b", type, 0));
        BtfTypeSet types = builder.Read();
        var watch = Stopwatch.StartNew();

        Assert.Equal("BPF0202", Assert.Throws<BpfException>(() => BtfValue.Read(types, types[type], new byte[4])).Id);
        Assert.False(types.TryFindMember(types[type], "missing", out _, out _));
        Assert.Throws<BpfException>(() => BtfValue.ToBytes(types, types[type], new Dictionary<string, object?> { ["missing"] = 1 }));

        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
    }

    [Fact]
    public void A_huge_array_of_empty_structs_is_not_read_element_by_element()
    {
        var builder = new BtfBuilder();
        int array = builder.Array(builder.Struct("empty", 0), uint.MaxValue);
        BtfTypeSet types = builder.Read();

        Assert.Equal(0, types.SizeOf(types[array]));
        Assert.Equal("BPF0202", Assert.Throws<BpfException>(() => BtfValue.Read(types, types[array], [])).Id);
    }

    [Fact]
    public void Changed_bytes_give_a_set_or_a_refusal()
    {
        var random = new Random(1);
        var builder = new BtfBuilder();
        int integer = builder.Int("int", 4, 1), text = builder.Array(builder.Int("char", 1, 1), 16);
        int structure = builder.Struct("s", 32, ("a", integer, 0), ("text", text, 32), ("p", builder.Pointer(5), 192));
        builder.Variable("v", structure);
        builder.DataSection(".bss", 32, (6, 0, 32));
        builder.Enum("e", 4, true, ("A", 1), ("B", 2));
        builder.Function("f", builder.Prototype(integer, ("x", structure)), BtfLinkage.Static);
        byte[] good = builder.Build();
        int read = 0, refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = (byte[])good.Clone();
            for (int change = random.Next(1, 4); change > 0; change--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                BtfTypeSet types = BtfTypeSet.Read(bytes);
                foreach (BtfType type in types.Types)
                {
                    types.Declare(type);
                    if (types.SizeOf(type) is var size and < 1 << 16) BtfValue.Read(types, type, new byte[size]);
                }

                read++;
            }
            catch (BpfException)
            {
                refused++;
            }
        }

        Assert.True(read > 1000 && refused > 1000, $"{read} read, {refused} refused");
    }
}
