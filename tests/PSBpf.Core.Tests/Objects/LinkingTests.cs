using PSBpf.Btf;
using PSBpf.Core.Tests.Btf;
using PSBpf.Core.Tests.Elf;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Core.Tests.Objects;

public sealed class LinkingTests
{
    // Slots as little-endian numbers: immediate, offset, registers, opcode.
    private const ulong Exit = 0x95, Nothing = 0xb7, Load = 0x18;
    private const uint ToImmediate64 = 1, ToCall = 10;

    /// <summary>A call of a subprogram by distance; −1 where a relocation names the function itself.</summary>
    private static ulong Call(int distance) => 0x1085 | (ulong)(uint)distance << 32;

    private static ulong LoadImmediate(int immediate) => Load | (ulong)(uint)immediate << 32;

    [Fact]
    public void Subprograms_follow_their_first_caller_once_and_calls_reach_them()
    {
        var builder = new ElfBuilder();
        int text = builder.AddCode(".text", Nothing, Exit, Call(-1), Exit, Nothing, Nothing, Exit);
        int main = builder.AddCode("xdp", Call(1), Call(-1), Call(1), Call(-1), Exit);
        builder.AddSymbol("leaf", ElfBuilder.Function, text, 0, 16, ElfBuilder.Local);
        builder.AddSymbol("middle", ElfBuilder.Function, text, 16, 16, ElfBuilder.Local);
        int last = builder.AddSymbol("last", ElfBuilder.Function, text, 32, 24);
        int section = builder.AddSymbol("", ElfBuilder.SectionSymbol, text, 0, 0, ElfBuilder.Local);
        builder.AddSymbol("main", ElfBuilder.Function, main, 0, 40);
        // clang names static functions by their section and a distance in it: middle is at slot 2, so 1.
        builder.Relocate(main, 0, ToCall, section);
        builder.Relocate(main, 8, ToCall, last);
        builder.Relocate(main, 16, ToCall, section);
        builder.Relocate(main, 24, ToCall, last);
        builder.Relocate(text, 16, ToCall, last);

        ProgramSpec program = Assert.Single(ObjectReader.Read(builder.Build()).Programs);

        Assert.Equal(
            [(0, "main", BtfLinkage.Global), (5, "middle", BtfLinkage.Static), (7, "last", BtfLinkage.Global)],
            program.Functions.Select(function => (function.Instruction, function.Name, function.Linkage)));
        Assert.Equal([Call(4), Call(5), Call(2), Call(3), Exit, Call(1), Exit, Nothing, Nothing, Exit], program.Instructions.Select(instruction => instruction.Raw));
    }

    [Fact]
    public void Functions_that_call_each_other_and_themselves_are_placed_once()
    {
        var builder = new ElfBuilder();
        int text = builder.AddCode(".text", Call(2), Call(-2), Exit, Call(-4), Exit);
        int main = builder.AddCode("xdp", Call(-1), Exit);
        int ping = builder.AddSymbol("ping", ElfBuilder.Function, text, 0, 24);
        builder.AddSymbol("pong", ElfBuilder.Function, text, 24, 16);
        builder.AddSymbol("main", ElfBuilder.Function, main, 0, 16);
        builder.Relocate(main, 0, ToCall, ping);

        ProgramSpec program = ObjectReader.Read(builder.Build()).Programs[0];

        Assert.Equal([Call(1), Exit, Call(2), Call(-2), Exit, Call(-4), Exit], program.Instructions.Select(instruction => instruction.Raw));
    }

    [Fact]
    public void Every_program_of_an_object_has_its_own_copy()
    {
        var builder = new ElfBuilder();
        int text = builder.AddCode(".text", Nothing, Exit);
        int xdp = builder.AddCode("xdp", Call(-1), Exit, Exit);
        int tc = builder.AddCode("?tc", Call(-1), Exit);
        int shared = builder.AddSymbol("shared", ElfBuilder.Function, text, 0, 16, visibility: 2);
        builder.AddSymbol("second", ElfBuilder.Function, xdp, 16, 8);
        builder.AddSymbol("first", ElfBuilder.Function, xdp, 0, 16);
        builder.AddSymbol("classify", ElfBuilder.Function, tc, 0, 16);
        builder.Relocate(xdp, 0, ToCall, shared);
        builder.Relocate(tc, 0, ToCall, shared);
        ObjectSpec spec = ObjectReader.Read(builder.Build());

        Assert.Equal(["first", "second", "classify"], spec.Programs.Select(program => program.Name));
        Assert.Equal([true, true, false], spec.Programs.Select(program => program.AutoLoad));
        Assert.Equal(["xdp", "xdp", "tc"], spec.Programs.Select(program => program.Section));
        Assert.Equal([4, 1, 4], spec.Programs.Select(program => program.Instructions.Length));
        // Hidden global functions are verified as static ones.
        Assert.Equal(BtfLinkage.Static, spec.Programs[0].Functions[1].Linkage);
        Assert.Equal("", spec.License);
    }

    [Fact]
    public void Functions_that_overlap_are_refused()
    {
        var builder = new ElfBuilder();
        int main = builder.AddCode("xdp", Nothing, Nothing, Exit);
        builder.AddSymbol("whole", ElfBuilder.Function, main, 0, 24);
        builder.AddSymbol("half", ElfBuilder.Function, main, 8, 16);

        BpfException error = Assert.Throws<BpfException>(() => ObjectReader.Read(builder.Build()));

        Assert.Equal("BPF0107", error.Id);
        Assert.Contains("'whole' and 'half' overlap", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Functions_in_program_sections_can_be_called_too()
    {
        var builder = new ElfBuilder();
        int one = builder.AddCode("xdp", Call(-1), Exit), two = builder.AddCode("xdp.frags", Nothing, Exit);
        builder.AddSymbol("one", ElfBuilder.Function, one, 0, 16);
        int other = builder.AddSymbol("two", ElfBuilder.Function, two, 0, 16);
        builder.Relocate(one, 0, ToCall, other);

        ObjectSpec spec = ObjectReader.Read(builder.Build());

        Assert.Equal([Call(1), Exit, Nothing, Exit], spec.Programs[0].Instructions.Select(instruction => instruction.Raw));
        Assert.Equal(SectionNames.XdpHasFrags, spec.Programs[1].Flags);
    }

    [Fact]
    public void Addresses_of_functions_become_distances()
    {
        var builder = new ElfBuilder();
        int text = builder.AddCode(".text", Exit, Nothing, Exit);
        int main = builder.AddCode("xdp", LoadImmediate(8), 0, LoadImmediate(0), 0, LoadImmediate(8), 0, Exit);
        builder.AddSymbol("unused", ElfBuilder.Function, text, 0, 8, ElfBuilder.Local);
        int callback = builder.AddSymbol("callback", ElfBuilder.Function, text, 8, 16);
        int section = builder.AddSymbol("", ElfBuilder.SectionSymbol, text, 0, 0, ElfBuilder.Local);
        builder.AddSymbol("main", ElfBuilder.Function, main, 0, 56);
        builder.Relocate(main, 0, ToImmediate64, section);
        builder.Relocate(main, 16, ToImmediate64, callback);
        builder.Relocate(main, 32, ToImmediate64, section);

        ProgramSpec program = ObjectReader.Read(builder.Build()).Programs[0];

        // BPF_PSEUDO_FUNC counts from the slot after the instruction's first.
        Assert.Equal(9, program.Instructions.Length);
        Instruction[] code = program.Instructions;
        Assert.Equal((4, 4, 4), (code[0].Source, code[2].Source, code[4].Source));
        Assert.Equal((6, 4, 2), (code[0].Immediate, code[2].Immediate, code[4].Immediate));
    }

    [Fact]
    public void Addresses_of_variables_become_a_map_and_an_offset()
    {
        var builder = new ElfBuilder();
        int main = builder.AddCode("xdp", LoadImmediate(4), 0, LoadImmediate(0), 0, LoadImmediate(12), 0, Exit);
        int constants = builder.Add(".rodata", new byte[8]), zeroes = builder.Add(".bss.mine", [], ElfBuilder.NoBits, size: 16);
        builder.Add(".data", [], size: 0);
        int section = builder.AddSymbol("", ElfBuilder.SectionSymbol, constants, 0, 0, ElfBuilder.Local);
        int variable = builder.AddSymbol("counter", ElfBuilder.Object, zeroes, 8, 8);
        builder.AddSymbol("main", ElfBuilder.Function, main, 0, 56);
        builder.Relocate(main, 0, ToImmediate64, section);
        builder.Relocate(main, 16, ToImmediate64, variable);
        builder.Relocate(main, 32, ToImmediate64, section);

        ObjectSpec spec = ObjectReader.Read(builder.Build());

        // Without BTF nobody can say whether user space may map them.
        Assert.Equal(
            [(".rodata", 8u, MapFlags.ReadOnlyProgram, true), (".bss.mine", 16u, MapFlags.None, false)],
            spec.Maps.Select(map => (map.Name, map.ValueSize, map.Flags, map.IsFrozen)));
        Assert.Empty(spec.Variables);
        Instruction[] code = spec.Programs[0].Instructions;
        Assert.All([code[0], code[2], code[4]], load => Assert.Equal(Opcodes.PseudoMapIndexValue, load.Source));
        Assert.Equal((0, 1, 0), (code[0].Immediate, code[2].Immediate, code[4].Immediate));
        Assert.Equal((4, 8, 12), (code[1].Immediate, code[3].Immediate, code[5].Immediate));
    }

    [Fact]
    public void Function_and_line_information_moves_along_with_the_code()
    {
        var btf = new BtfBuilder();
        int integer = btf.Int("int", 4, 1), prototype = btf.Prototype(integer);
        int main = btf.Function("main", prototype, BtfLinkage.Global), sub = btf.Function("sub", prototype, BtfLinkage.Global);
        var extension = new BtfExtensionBuilder(btf);
        extension.Function("xdp", 0, main);
        extension.Function(".text", 8, sub);
        extension.Line("xdp", 0, "a.c", "\treturn sub();", 10, 9);
        extension.Line("xdp", 8, "a.c", "}", 11, 1);
        extension.Line(".text", 0, "a.c", "never called", 1, 1);
        extension.Line(".text", 8, "b.h", "return 0;", 3, 0);
        byte[] info = extension.Build();
        var builder = new ElfBuilder();
        int text = builder.AddCode(".text", Exit, Exit), code = builder.AddCode("xdp", Call(-1), Exit);
        builder.Add(".BTF", btf.Build(), flags: 0);
        builder.Add(".BTF.ext", info, flags: 0);
        builder.AddSymbol("main", ElfBuilder.Function, code, 0, 16);
        builder.AddSymbol("dead", ElfBuilder.Function, text, 0, 8);
        builder.Relocate(code, 0, ToCall, builder.AddSymbol("sub", ElfBuilder.Function, text, 8, 8, visibility: 2));

        ObjectSpec spec = ObjectReader.Read(builder.Build());
        ProgramSpec program = spec.Programs[0];

        Assert.Equal([new FunctionSpec(0, "main", BtfLinkage.Global, main), new FunctionSpec(2, "sub", BtfLinkage.Static, sub)], program.Functions);
        Assert.Equal(["0 a.c:10:9", "1 a.c:11:1", "2 b.h:3"], program.Lines.Select(line => $"{line.Instruction} {line.Source}"));
        Assert.Equal("return 0;", program.LineAt(2)!.Source.Text);
        // The kernel must not verify a hidden function on its own either.
        Assert.Equal(BtfLinkage.Static, ((BtfReference)spec.Btf![sub]).Linkage);
        Assert.Equal(BtfLinkage.Global, ((BtfReference)spec.Btf[main]).Linkage);
    }

    public static TheoryData<string, string, string> Refusals => new()
    {
        { "kfunc", "BPF0305", "'bpf_rdonly_cast'" },
        { "call of data", "BPF0305", "type 10" },
        { "call into a function", "BPF0305", "no function starts" },
        { "call out of the section", "BPF0305", "no function starts" },
        { "address in a function", "BPF0305", "no function starts" },
        { "address in an instruction", "BPF0305", "inside an instruction" },
        { "address of nothing", "BPF0305", "section 'license'" },
        { "relocated arithmetic", "BPF0305", "opcode b7" },
        { "another relocation type", "BPF0305", "type 3" },
        { "absolute symbol", "BPF0305", "no place" },
        { "map by number", "BPF0305", "by the number 7" },
        { "half a load", "BPF0305", "middle of an lddw" },
        { "relocation in a load", "BPF0305", "inside an lddw" },
        { "relocation between instructions", "BPF0305", "offset 4" },
        { "two relocations", "BPF0305", "offset 0" },
        { "half an instruction", "BPF0107", "whole instructions" },
        { "a function past the end", "BPF0107", "'main'" },
        { "unknown section", "BPF0303", "'mystery'" },
        { "old section", "BPF0303", "'xdp_prog'" },
        { "only subprograms", "BPF0302", ".text" },
        { "nothing", "BPF0302", "no program" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_cannot_be_linked_is_refused_by_name(string what, string id, string part)
    {
        var builder = new ElfBuilder();
        int text = builder.AddCode(".text", Nothing, Nothing, Exit), license = builder.Add("license", "GPL\0"u8.ToArray());
        int sub = builder.AddSymbol("sub", ElfBuilder.Function, text, 0, 24);
        void Main(ulong first, ulong second = 0, uint type = 0, int symbol = 0, ulong at = 0, ulong size = 24, string section = "xdp")
        {
            int code = builder.AddCode(section, first, second, Exit);
            builder.AddSymbol("main", ElfBuilder.Function, code, 0, size);
            if (type != 0) builder.Relocate(code, at, type, symbol);
            if (what == "two relocations") builder.Relocate(code, at, type, symbol);
        }

        switch (what)
        {
            case "kfunc": Main(Call(-1), Exit, ToCall, builder.AddSymbol("bpf_rdonly_cast", ElfBuilder.NoType, 0, 0, 0)); break;
            case "call of data": Main(Call(-1), Exit, ToCall, builder.AddSymbol("_license", ElfBuilder.Object, license, 0, 4)); break;
            case "call into a function": Main(Call(0), Exit, ToCall, sub); break;
            case "call out of the section": Main(Call(1000), Exit); break;
            case "address in a function": Main(LoadImmediate(8), 0, ToImmediate64, sub); break;
            case "address in an instruction": Main(LoadImmediate(4), 0, ToImmediate64, sub); break;
            case "address of nothing": Main(LoadImmediate(0), 0, ToImmediate64, builder.AddSymbol("_license", ElfBuilder.Object, license, 0, 4)); break;
            case "relocated arithmetic": Main(Nothing, Exit, ToImmediate64, sub); break;
            case "another relocation type": Main(LoadImmediate(0), 0, 3, sub); break;
            case "absolute symbol": Main(LoadImmediate(0), 0, ToImmediate64, builder.AddSymbol("here", ElfBuilder.NoType, 0xfff1, 5, 0)); break;
            case "map by number": Main(LoadImmediate(7) | 0x1000, 0); break;
            case "half a load": Main(LoadImmediate(7), 0, size: 8); break;
            case "relocation in a load": Main(LoadImmediate(0), 0, ToImmediate64, sub, at: 8); break;
            case "relocation between instructions": Main(Nothing, Nothing, ToCall, sub, at: 4); break;
            case "two relocations": Main(Call(-1), Nothing, ToCall, sub); break;
            case "half an instruction": builder.AddSymbol("main", ElfBuilder.Function, builder.Add("xdp", new byte[12], flags: ElfBuilder.Executable), 0, 12); break;
            case "a function past the end": Main(Nothing, Nothing, size: 32); break;
            case "unknown section": Main(Nothing, Nothing, section: "mystery"); break;
            case "old section": Main(Nothing, Nothing, section: "xdp_prog"); break;
            case "only subprograms": break;
            case "nothing": builder = new ElfBuilder(); break;
            default: Assert.Fail(what); break;
        }

        BpfException error = Assert.Throws<BpfException>(() => ObjectReader.Read(builder.Build(), "bad.o"));

        Assert.Equal(id, error.Id);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Equal("bad.o", error.Diagnostic.Location.File);
        if (what == "kfunc") Assert.Equal(("main", 0), (error.Diagnostic.Location.Program, error.Diagnostic.Location.Instruction));
        if (what == "old section") Assert.Contains("SEC(\"xdp\")", error.Diagnostic.Action, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_that_the_caller_names_stands_in_for_the_sections()
    {
        var builder = new ElfBuilder();
        builder.AddSymbol("main", ElfBuilder.Function, builder.AddCode("mystery", Exit), 0, 8);
        builder.AddSymbol("other", ElfBuilder.Function, builder.AddCode("xdp", Exit), 0, 8);

        ObjectSpec spec = ObjectReader.Read(builder.Build(), null, new ObjectReadOptions { Type = ProgramType.SocketFilter });

        Assert.All(spec.Programs, program => Assert.Equal((ProgramType.SocketFilter, (AttachType)0), (program.Type, program.ExpectedAttachType)));
        Assert.Equal(["mystery", "xdp"], spec.Programs.Select(program => program.Section));
    }

    [Fact]
    public void A_pointer_in_a_variable_is_reported_but_does_no_harm()
    {
        var builder = new ElfBuilder();
        builder.AddSymbol("main", ElfBuilder.Function, builder.AddCode("xdp", Exit), 0, 8);
        int data = builder.Add(".data", new byte[16]);
        int variable = builder.AddSymbol("table", ElfBuilder.Object, data, 0, 8);
        builder.Relocate(data, 8, 2, variable);
        builder.Relocate(data, 0, 2, variable);

        BpfDiagnostic warning = Assert.Single(ObjectReader.Read(builder.Build()).Warnings);

        Assert.Equal("BPF0305", warning.Id);
        Assert.Contains("'table'", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Licence_and_version_are_read()
    {
        var builder = new ElfBuilder();
        builder.AddSymbol("main", ElfBuilder.Function, builder.AddCode("xdp", Exit), 0, 8);
        builder.Add("license", "Dual MIT/GPL\0 rest"u8.ToArray());
        builder.Add("version", [4, 3, 2, 1]);

        ObjectSpec spec = ObjectReader.Read(builder.Build());

        Assert.Equal(("Dual MIT/GPL", 0x01020304u), (spec.License, spec.Version));
        Assert.Equal("Dual MIT/GPL", spec.Programs[0].License);
    }
}
