using PSBpf.Btf;
using PSBpf.CoRe;
using PSBpf.Core.Tests.Btf;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Targets;
using PSBpf.Uapi;

namespace PSBpf.Core.Tests.Objects;

/// <summary>Objects as the machine's own compilers write them.</summary>
public sealed class CompiledObjectTests
{
    private const string Prelude = """
        #define SEC(name) __attribute__((section(name), used))
        #define __uint(name, value) int (*name)[value]
        #define __type(name, value) typeof(value) *name
        #define __noinline __attribute__((noinline))
        typedef unsigned char __u8; typedef unsigned short __u16; typedef unsigned int __u32; typedef unsigned long long __u64;
        static void *(*bpf_map_lookup_elem)(void *, const void *) = (void *)1;
        static long (*bpf_loop)(__u32, void *, void *, __u64) = (void *)181;
        char _license[] SEC("license") = "GPL";

        """;

    private const string Everything = Prelude + """
        enum level { LOW = 1, HIGH = 7 };
        struct config { __u32 limit; enum level level; char name[8]; unsigned a : 3, b : 5; _Bool on; };
        struct { __uint(type, 1); __uint(max_entries, 32); __type(key, struct config); __type(value, __u64[2]); } table SEC(".maps");
        static struct { __uint(type, 2); __uint(max_entries, 1); __type(key, int); __type(value, long); } private_table SEC(".maps");
        const volatile struct config config = { .limit = 5, .level = HIGH, .name = "eth0", .a = 5, .b = 9, .on = 1 };
        __u16 ports[3] = { 22, 80, 443 };
        double ratio = 0.5;
        static volatile int calls;
        __u64 total;
        int tuned SEC(".data.tuned") = -3;

        static __noinline int leaf(int x) { calls += x; return calls; }
        __attribute__((visibility("hidden"))) __noinline int hidden(int x) { return leaf(x) * 3; }
        __noinline int global(int x) { return hidden(x) + leaf(x + 1) + ports[x & 1]; }
        static long each(__u32 index, void *context) { total += index; return 0; }

        SEC("xdp") int first(void *context)
        {
            static volatile int inside = 4;
            int key = 0;
            long *value = bpf_map_lookup_elem(&private_table, &key);
            struct config wanted = config;
            bpf_loop(4, each, 0, 0);
            if (value) *value += inside;
            return bpf_map_lookup_elem(&table, &wanted) ? global(config.limit) : leaf(tuned);
        }
        SEC("?fentry.s/vfs_read") int second(void *context) { return hidden(calls); }
        """;

    [Fact]
    public void An_object_with_everything_is_read_from_every_compiler_and_instruction_set()
    {
        foreach (string options in new[] { "-g -mcpu=v1", "-g -mcpu=v2", "-g -mcpu=v3" })
        {
            foreach ((string compiler, byte[] bytes) in ClangCompiler.Compile(Everything, options))
            {
                ObjectSpec spec = ObjectReader.Read(bytes, compiler);

                Assert.Equal(["first", "second"], spec.Programs.Select(program => program.Name));
                ProgramSpec first = spec.Programs[0], second = spec.Programs[1];
                Assert.Equal((ProgramType.Tracing, AttachType.TraceFentry, "vfs_read", SectionNames.Sleepable, false), (second.Type, second.ExpectedAttachType, second.AttachTarget, second.Flags, second.AutoLoad));
                Assert.Equal(["each", "first", "global", "hidden", "leaf"], first.Functions.Select(function => function.Name).Order(StringComparer.Ordinal));
                Assert.Equal(["second", "hidden", "leaf"], second.Functions.Select(function => function.Name));
                Assert.Equal(
                    [BtfLinkage.Static, BtfLinkage.Global, BtfLinkage.Global, BtfLinkage.Static, BtfLinkage.Static],
                    first.Functions.OrderBy(function => function.Name, StringComparer.Ordinal).Select(function => function.Linkage));
                foreach (ProgramSpec program in spec.Programs)
                {
                    var decoded = new DecodedInstruction[program.Instructions.Length];
                    Assert.Null(InstructionDecoder.Decode(program.Instructions, decoded));
                    HashSet<int> starts = [.. program.Functions.Select(function => function.Instruction)];
                    for (int slot = 0; slot < decoded.Length; slot++)
                        if (decoded[slot].Form is FormId.CallFunction or FormId.LddwFunction) Assert.Contains(decoded[slot].Target, starts);
                }

                Assert.Equal(["private_table", "table"], spec.Maps.Where(map => !map.IsGlobalData).Select(map => map.Name).Order(StringComparer.Ordinal));
                MapSpec table = spec.Maps.Single(map => map.Name == "table");
                Assert.Equal(("struct config", "__u64[2]"), (spec.Btf!.Declare(table.KeyType!), spec.Btf.Declare(table.ValueType!)));
                Dictionary<string, VariableSpec> variables = spec.Variables.ToDictionary(variable => variable.Name);
                Assert.Equal(["calls", "config", "first.inside", "ports", "ratio", "total", "tuned"], variables.Keys.Order(StringComparer.Ordinal));
                Assert.Equal("@{limit=5; level=HIGH; name=eth0; a=5; b=9; on=True}", variables["config"].InitialValue!.ToString());
                Assert.Equal(new object[] { (ushort)22, (ushort)80, (ushort)443 }, variables["ports"].InitialValue);
                Assert.Equal(0.5, variables["ratio"].InitialValue);
                Assert.Equal(4, variables["first.inside"].InitialValue);
                Assert.Equal((-3, ".data.tuned"), (variables["tuned"].InitialValue, variables["tuned"].Map.Name));

                ObjectSpec changed = spec.WithVariables(new Dictionary<string, object?>
                {
                    ["config"] = new Dictionary<string, object?> { ["level"] = "LOW", ["b"] = 31 },
                    ["ports"] = Enumerable.Range(1, 3),
                });
                Assert.Equal("@{limit=0; level=LOW; name=; a=0; b=31; on=False}", changed.Variables.Single(variable => variable.Name == "config").InitialValue!.ToString());
            }
        }
    }

    [Fact]
    public void Without_type_information_programs_and_globals_still_load()
    {
        const string Source = Prelude + """
            int limit = 3; static volatile int hits;
            static __noinline int sub(int x) { hits += x; return hits; }
            SEC("socket") int filter(void *context) { return sub(limit); }
            """;
        foreach ((string _, byte[] bytes) in ClangCompiler.Compile(Source))
        {
            ObjectSpec spec = ObjectReader.Read(bytes);

            Assert.Null(spec.Btf);
            Assert.Equal([".data", ".bss"], spec.Maps.Select(map => map.Name));
            Assert.Equal([("filter", 0), ("sub", 0)], spec.Programs[0].Functions.Select(function => (function.Name, function.TypeId)));
            Assert.Empty(spec.Programs[0].Lines);
            Assert.Empty(spec.Variables);
            Assert.Equal("BPF0307", Assert.Throws<BpfException>(() => spec.WithVariables(new Dictionary<string, object?> { ["limit"] = 1 })).Id);
        }

        foreach ((string _, byte[] bytes) in ClangCompiler.Compile(Everything))
            Assert.Equal("BPF0203", Assert.Throws<BpfException>(() => ObjectReader.Read(bytes)).Id);
    }

    [Fact]
    public void Programs_that_arrays_begin_with_are_found_by_their_places()
    {
        const string Source = Prelude + """
            int first(void *); static int hidden(void *);
            struct { __uint(type, 2); __uint(max_entries, 1); __type(key, int); __type(value, long); } before SEC(".maps");
            int second(void *);
            struct { __uint(type, 3); __uint(max_entries, 5); __uint(key_size, 4); int (*values[])(void *); } jump SEC(".maps") = {
                .values = { [0] = (void *)&first, [3] = (void *)&second } };
            struct { __uint(type, 3); __uint(max_entries, 5); __uint(key_size, 4); int (*values[])(void *); } other SEC(".maps") = {
                .values = { [1] = (void *)&second } };
            static long (*tail_call)(void *, void *, unsigned) = (void *)12;
            SEC("tc") int first(void *context) { tail_call(context, &jump, 3); return 1; }
            SEC("tc") int second(void *context) { tail_call(context, &other, 1); return 2; }
            SEC("tc") int third(void *context) { return (long)bpf_map_lookup_elem(&before, context); }
            """;
        foreach ((string compiler, byte[] bytes) in ClangCompiler.Compile(Source, "-g"))
        {
            ObjectSpec spec = ObjectReader.Read(bytes, compiler);

            Assert.Equal([new InitialProgram(0, "first"), new InitialProgram(3, "second")], spec.Maps.Single(map => map.Name == "jump").InitialPrograms);
            Assert.Equal([new InitialProgram(1, "second")], spec.Maps.Single(map => map.Name == "other").InitialPrograms);
            Assert.Empty(spec.Maps.Single(map => map.Name == "before").InitialPrograms);
            Assert.Equal(4u, spec.Maps.Single(map => map.Name == "jump").ValueSize);
        }
    }

    [Theory]
    [InlineData("-g", "int sub(void *); struct { __uint(type, 3); __uint(max_entries, 1); __uint(key_size, 4); int (*values[])(void *); } jump SEC(\".maps\") = { .values = { (void *)&sub } }; __noinline int sub(void *c) { return 0; } SEC(\"xdp\") int f(void *c) { return sub(c); }", "BPF0305", "'sub'")]
    [InlineData("-g", "extern int kernel_function(int) __attribute__((section(\".ksyms\"))); SEC(\"xdp\") int f(void *c) { return kernel_function(1); }", "BPF0324", "'kernel_function'")]
    [InlineData("-g", "extern int CONFIG_PSBPF_NONE __attribute__((section(\".kconfig\"))); SEC(\"xdp\") int f(void *c) { return CONFIG_PSBPF_NONE; }", "BPF0324", "'CONFIG_PSBPF_NONE'")]
    [InlineData("-g", "extern int elsewhere(int); SEC(\"xdp\") int f(void *c) { return elsewhere(1); }", "BPF0305", "'elsewhere'")]
    [InlineData("-g", "struct { int type, key_size; } counts SEC(\"maps\"); SEC(\"xdp\") int f(void *c) { return !bpf_map_lookup_elem(&counts, c); }", "BPF0312", "map 'counts'")]
    [InlineData("-g", "SEC(\"prog\") int f(void *c) { return 0; }", "BPF0303", "'prog'")]
    [InlineData("-g", "int f(void *c) { return 0; }", "BPF0302", ".text")]
    [InlineData("--target=bpfeb", "SEC(\"xdp\") int f(void *c) { return 0; }", "BPF0104", "big-endian")]
    [InlineData("--target=x86_64-linux-gnu", "SEC(\"xdp\") int f(void *c) { return 0; }", "BPF0105", "machine 62")]
    [InlineData("--target=i386-linux-gnu", "SEC(\"xdp\") int f(void *c) { return 0; }", "BPF0103", "32-bit")]
    public void What_is_not_supported_is_named(string options, string source, string id, string part)
    {
        foreach ((string compiler, byte[] bytes) in ClangCompiler.Compile(Prelude + source, options))
        {
            var kernel = TargetKernel.None.WithTypes(new CoreTarget("an empty kernel", new BtfBuilder().Read()));
            BpfException error = Assert.Throws<BpfException>(() => ObjectReader.Read(bytes, compiler, new ObjectReadOptions { Target = kernel }));

            Assert.Equal(id, error.Id);
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        }
    }
}
