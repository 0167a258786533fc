using PSBpf.Btf;
using PSBpf.Core.Tests.Btf;
using PSBpf.Core.Tests.Elf;
using PSBpf.CoRe;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Targets;
using PSBpf.Uapi;

namespace PSBpf.Core.Tests.Objects;

/// <summary>What objects take from the kernel, and what they give to it.</summary>
public sealed class KernelObjectTests
{
    private const ulong Exit = 0x95, Load = 0x18, KernelCall = 0xffffffff_00002085;

    private readonly BtfBuilder _btf = new();
    private readonly ElfBuilder _elf = new();

    [Fact]
    public void Options_are_laid_out_by_alignment_size_and_name_and_filled_from_the_configuration()
    {
        int word = _btf.Int("int", 4, 1), flag = _btf.Int("bool", 1, 4), letter = _btf.Int("char", 1, 1), text = _btf.Array(letter, 5);
        int choice = _btf.Enum("libbpf_tristate", 4, false, ("TRI_NO", 0), ("TRI_YES", 1), ("TRI_MODULE", 2));
        ObjectSpec spec = ReadOptions(
            "CONFIG_B=m\nCONFIG_A=0x10\nCONFIG_F=y\nCONFIG_T=\"longer\"\n# CONFIG_L is not set\nCONFIG_L=m\n",
            ("CONFIG_T", text, false), ("CONFIG_F", flag, false), ("CONFIG_B", choice, false), ("CONFIG_A", word, false), ("CONFIG_L", letter, false), ("CONFIG_W", word, true));

        MapSpec map = Assert.Single(spec.Maps);
        Assert.Equal((".kconfig", MapType.Array, 19u, true), (map.Name, map.Type, map.ValueSize, map.IsFrozen));
        Assert.Equal([0x10, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'m', .. "long\0"u8], map.InitialValue!);
        Assert.Equal(["CONFIG_A", "CONFIG_B", "CONFIG_W", "CONFIG_F", "CONFIG_L", "CONFIG_T"], spec.Variables.Select(variable => variable.Name));
        // lddw names the map, and in its other half the place.
        Assert.Equal((Opcodes.PseudoMapIndexValue, 0, 14), (spec.Programs[0].Instructions[0].Source, spec.Programs[0].Instructions[0].Immediate, spec.Programs[0].Instructions[1].Immediate));
        Assert.Equal(ExternKind.Configuration, spec.Programs[0].Externs[0].Extern.Kind);
    }

    [Theory]
    [InlineData("CONFIG_X=300\n", "char", 1, 1, "BPF0325", "CONFIG_X=300 does not fit")]
    [InlineData("CONFIG_X=\"text\"\n", "int", 4, 1, "BPF0325", "does not fit")]
    [InlineData("CONFIG_X=m\n", "bool", 1, 4, "BPF0325", "does not fit")]
    [InlineData("CONFIG_X=y\n", "int", 4, 1, "BPF0325", "does not fit")]
    [InlineData("CONFIG_Y=1\n", "int", 4, 1, "BPF0324", "the kernel's option 'CONFIG_X'")]
    public void An_option_that_is_missing_or_does_not_fit_is_refused(string configuration, string type, int size, int encoding, string id, string part)
    {
        int integer = _btf.Int(type, size, encoding);

        BpfException error = Assert.Throws<BpfException>(() => ReadOptions(configuration, ("CONFIG_X", integer, false)));

        Assert.Equal(id, error.Id);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Symbols_are_found_in_the_kernels_types_and_in_those_of_its_modules()
    {
        int word = _btf.Int("int", 4, 1), prototype = _btf.Prototype(word, ("", word));
        int variable = _btf.Variable("jiffies", word, BtfLinkage.Extern), function = _btf.Function("do_it___flavour", prototype, BtfLinkage.Extern);
        int gone = _btf.Variable("gone", word, BtfLinkage.Extern);
        _btf.DataSection(".ksyms", 0, (variable, 0, 4), (function, 0, 0), (gone, 0, 4));
        int code = _elf.AddCode("xdp", Load, 0, Load, 0, KernelCall, Exit);
        _elf.AddSymbol("main", ElfBuilder.Function, code, 0, 48);
        _elf.Relocate(code, 0, 1, _elf.AddSymbol("jiffies", ElfBuilder.NoType, 0, 0, 0));
        _elf.Relocate(code, 16, 1, _elf.AddSymbol("gone", ElfBuilder.NoType, 0, 0, 0, binding: 2));
        _elf.Relocate(code, 32, 10, _elf.AddSymbol("do_it___flavour", ElfBuilder.NoType, 0, 0, 0));
        _elf.Add(".BTF", _btf.Build(), flags: 0);
        var kernel = new BtfBuilder();
        int number = kernel.Int("int", 4, 1), place = kernel.Variable("jiffies", number), called = kernel.Function("do_it", kernel.Prototype(number, ("x", number)), BtfLinkage.Static);
        var target = TargetKernel.None.WithTypes(new CoreTarget("a kernel", kernel.Read()));

        ObjectSpec spec = ObjectReader.Read(_elf.Build(), null, new ObjectReadOptions { Target = target });

        ProgramSpec program = spec.Programs[0];
        Assert.Equal((Opcodes.PseudoBtfId, place), (program.Instructions[0].Source, program.Instructions[0].Immediate));
        Assert.Equal((0, 0), (program.Instructions[2].Source, program.Instructions[2].Immediate));
        Assert.Equal((Opcodes.PseudoKfuncCall, called), (program.Instructions[4].Source, program.Instructions[4].Immediate));
        Assert.Equal(
            [new ExternSpec("jiffies", ExternKind.Variable, false, (ulong)place), new ExternSpec("gone", ExternKind.Variable, true, null), new ExternSpec("do_it", ExternKind.Function, false, (ulong)called)],
            program.Externs.Select(use => use.Extern));
        // The kernel takes no BTF with extern variables, and wants parameters to have names.
        Assert.DoesNotContain(spec.Btf!.Types, type => type is BtfReference { Linkage: BtfLinkage.Extern } or BtfDataSection { Name: ".ksyms" });
        Assert.All(spec.Btf.Types.OfType<BtfFunctionPrototype>().SelectMany(type => type.Parameters), parameter => Assert.NotEmpty(parameter.Name));
    }

    [Fact]
    public void A_table_of_functions_for_the_kernel_becomes_a_map_of_programs()
    {
        int word = _btf.Int("int", 4, 1), pointer = _btf.Pointer(_btf.Prototype(word));
        int variable = _btf.Variable("my_ops", _btf.Struct("some_ops", 24, ("flags", word, 0), ("init", pointer, 64), ("exit", pointer, 128)));
        _btf.DataSection(".struct_ops.link", 24, (variable, 0, 24));
        int code = _elf.AddCode("struct_ops/init", Exit), table = _elf.Add(".struct_ops.link", [7, .. new byte[23]], flags: ElfBuilder.Allocate | ElfBuilder.Write);
        _elf.Relocate(table, 8, 2, _elf.AddSymbol("my_init", ElfBuilder.Function, code, 0, 8));
        _elf.AddSymbol("my_ops", ElfBuilder.Object, table, 0, 24);
        _elf.Add(".BTF", _btf.Build(), flags: 0);

        ObjectSpec spec = ObjectReader.Read(_elf.Build());

        MapSpec map = Assert.Single(spec.Maps);
        Assert.Equal(("my_ops", MapType.StructOps, MapFlags.Link, 24u), (map.Name, map.Type, map.Flags, map.ValueSize));
        Assert.Equal([new InitialProgram(1, "my_init")], map.InitialPrograms);
        Assert.Equal(7, map.InitialValue![0]);
        Assert.Equal((ProgramType.StructOps, "some_ops/init"), (spec.Programs[0].Type, spec.Programs[0].AttachTarget));
    }

    [Theory]
    [InlineData(33u, "")]
    [InlineData(2u, "BPF0304")]
    public void Variables_of_an_arena_lie_in_the_arena(uint type, string id)
    {
        int word = _btf.Int("int", 4, 1);
        int map = _btf.Variable("heap", _btf.Struct("", 16, ("type", _btf.Number(word, type), 0), ("max_entries", _btf.Number(word, 4), 64)));
        _btf.DataSection(".maps", 16, (map, 0, 16));
        int code = _elf.AddCode("xdp", Load, 0, Exit), maps = _elf.Add(".maps", new byte[16]), arena = _elf.Add(".addr_space.1", [1, 2, 3, 4, 5, 6, 7, 8]);
        _elf.AddSymbol("main", ElfBuilder.Function, code, 0, 24);
        _elf.AddSymbol("heap", ElfBuilder.Object, maps, 0, 16);
        _elf.Relocate(code, 0, 1, _elf.AddSymbol("shared", ElfBuilder.Object, arena, 4, 4));
        _elf.Add(".BTF", _btf.Build(), flags: 0);

        if (id.Length > 0)
        {
            Assert.Equal(id, Assert.Throws<BpfException>(() => ObjectReader.Read(_elf.Build())).Id);
            return;
        }

        ObjectSpec spec = ObjectReader.Read(_elf.Build());
        Assert.Equal("heap", Assert.Single(spec.Programs[0].Maps).Name);
        Assert.Equal((Opcodes.PseudoMapIndexValue, 4), (spec.Programs[0].Instructions[0].Source, spec.Programs[0].Instructions[1].Immediate));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], spec.Programs[0].Maps[0].InitialValue!);
    }

    [Fact]
    public void The_machines_types_are_read_when_asked_for()
    {
        if (!File.Exists("/sys/kernel/btf/vmlinux")) Assert.Skip("the kernel does not show its types");
        BtfTypeSet types = TargetKernel.Machine.Types!.Types;

        var task = Assert.IsType<BtfStruct>(types.Find(BtfKind.Struct, "task_struct"));
        Assert.True(types.TryFindMember(task, "pid", out _, out int offset) && offset > 0);
        Assert.Null(types.Find(BtfKind.Struct, "no_such_struct"));
        // Nothing of it contradicts itself either.
        foreach (BtfType type in types.Types) Assert.True(types.SizeOf(type) >= 0);
    }

    private ObjectSpec ReadOptions(string configuration, params (string Name, int Type, bool IsWeak)[] options)
    {
        _btf.DataSection(".kconfig", 0, [.. options.Select(option => (_btf.Variable(option.Name, option.Type, BtfLinkage.Extern), 0, 0))]);
        int code = _elf.AddCode("xdp", [.. options.SelectMany(_ => new[] { Load, 0ul }), Exit]);
        _elf.AddSymbol("main", ElfBuilder.Function, code, 0, (ulong)(options.Length * 16 + 8));
        for (int index = 0; index < options.Length; index++)
            _elf.Relocate(code, (ulong)index * 16, 1, _elf.AddSymbol(options[index].Name, ElfBuilder.NoType, 0, 0, 0, options[index].IsWeak ? (byte)2 : ElfBuilder.Global));
        _elf.Add(".BTF", _btf.Build(), flags: 0);
        var kernel = TargetKernel.None.WithConfiguration(KernelConfiguration.Parse(new StringReader(configuration), "test"));
        return ObjectReader.Read(_elf.Build(), null, new ObjectReadOptions { Target = kernel });
    }
}
