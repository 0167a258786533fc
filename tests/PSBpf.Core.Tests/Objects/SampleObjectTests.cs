using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Core.Tests.Objects;

public sealed class SampleObjectTests
{
    [Fact]
    public void Every_sample_is_read_and_its_instructions_decode()
    {
        string[] paths = [.. Samples.Objects];
        Assert.True(paths.Length >= 9, $"only {paths.Length} samples");
        foreach (string path in paths)
        {
            ObjectSpec spec = ObjectReader.Read(path);

            Assert.Equal(path, spec.Path);
            Assert.NotNull(spec.Btf);
            Assert.Empty(spec.Warnings);
            foreach (ProgramSpec program in spec.Programs)
            {
                Assert.Null(InstructionDecoder.Decode(program.Instructions, new DecodedInstruction[program.Instructions.Length]));
                Assert.Equal(spec.License, program.License);
                Assert.Equal(0, program.Functions[0].Instruction);
                Assert.Equal(program.Name, program.Functions[0].Name);
                Assert.All(program.Functions, function => Assert.Equal(function.Name, spec.Btf[function.TypeId].Name));
                Assert.All(program.Functions, function => Assert.Contains(program.Lines, line => line.Instruction == function.Instruction));
                Assert.Equal(program.Lines.Select(line => line.Instruction).Order().Distinct(), program.Lines.Select(line => line.Instruction));
                Assert.All(program.Maps, map => Assert.Contains(spec.Maps, other => ReferenceEquals(map, other)));
                CheckMapReferences(program);
            }
        }
    }

    [Fact]
    public void Packet_counter_is_what_its_source_says()
    {
        ObjectSpec spec = ObjectReader.Read(Samples.Path("packet_counter"));

        ProgramSpec program = Assert.Single(spec.Programs);
        Assert.Equal(("packet_counter", "xdp", ProgramType.Xdp, AttachType.Xdp, ""), (program.Name, program.Section, program.Type, program.ExpectedAttachType, program.AttachTarget));
        Assert.True(program.AutoLoad);
        MapSpec protocols = spec.Maps.Single(map => map.Name == "protocols");
        Assert.Equal((MapType.Hash, 4u, 16u, 16u), (protocols.Type, protocols.KeySize, protocols.ValueSize, protocols.MaxEntries));
        Assert.Equal(("enum protocol", "struct counter"), (spec.Btf!.Declare(protocols.KeyType!), spec.Btf.Declare(protocols.ValueType!)));
        MapSpec events = spec.Maps.Single(map => map.Name == "events");
        Assert.Equal((MapType.RingBuf, 0u, 0u, 65536u), (events.Type, events.KeySize, events.ValueSize, events.MaxEntries));
        MapSpec constants = spec.Maps.Single(map => map.Name == ".rodata");
        Assert.Equal((MapType.Array, 4u, 1u, MapFlags.Mmapable | MapFlags.ReadOnlyProgram), (constants.Type, constants.KeySize, constants.MaxEntries, constants.Flags));
        Assert.True(constants.IsGlobalData && constants.IsFrozen);
        MapSpec zeroed = spec.Maps.Single(map => map.Name == ".bss");
        Assert.Equal(MapFlags.Mmapable, zeroed.Flags);
        Assert.False(zeroed.IsFrozen);
        Assert.Equal((ushort)23, spec.Variables.Single(variable => variable.Name == "blocked_port").InitialValue);
        Assert.Equal(1u, spec.Variables.Single(variable => variable.Name == "report_drops").InitialValue);
        Assert.Equal(0ul, spec.Variables.Single(variable => variable.Name == "total").InitialValue);
        Assert.Equal("const volatile __u16 blocked_port in .rodata", spec.Variables.Single(variable => variable.Name == "blocked_port").ToString());
        SourceLocation source = program.LineAt(0)!.Source;
        Assert.EndsWith("packet_counter.bpf.c", source.File, StringComparison.Ordinal);
        Assert.True(source.Line > 0);
        Assert.NotNull(spec.Btf.Find(BtfKind.Struct, "drop_event"));
    }

    [Fact]
    public void Line_information_agrees_with_the_source_file()
    {
        foreach (string path in Samples.Objects)
        {
            string[] source = File.ReadAllLines(path[..^2] + ".c");
            foreach (LineSpec line in ObjectReader.Read(path).Programs.SelectMany(program => program.Lines))
            {
                if (line.Source.Line == 0 || !line.Source.File.EndsWith(Path.GetFileName(path)[..^2] + ".c", StringComparison.Ordinal)) continue;
                Assert.Equal(source[line.Source.Line - 1], line.Source.Text);
                Assert.InRange(line.Source.Column, 0, line.Source.Text.Length + 1);
            }
        }
    }

    [Fact]
    public void The_same_bytes_give_the_same_blueprint()
    {
        foreach (string path in Samples.Objects)
        {
            byte[] bytes = File.ReadAllBytes(path);
            ObjectSpec one = ObjectReader.Read(bytes), other = ObjectReader.Read(bytes.ToArray());
            Assert.Equal(one.Programs.SelectMany(program => program.Instructions), other.Programs.SelectMany(program => program.Instructions));
            Assert.Equal(one.Btf!.Data.ToArray(), other.Btf!.Data.ToArray());
            Assert.Equal(one.Variables.Select(variable => variable.ToString()), other.Variables.Select(variable => variable.ToString()));
        }
    }

    [Fact]
    public void Variables_are_set_by_their_type_in_a_copy()
    {
        ObjectSpec spec = ObjectReader.Read(Samples.Path("packet_counter"));

        ObjectSpec changed = spec.WithVariables(new Dictionary<string, object?> { ["blocked_port"] = 8080, ["total"] = "0x10" });

        Assert.Equal((ushort)8080, changed.Variables.Single(variable => variable.Name == "blocked_port").InitialValue);
        Assert.Equal(16ul, changed.Variables.Single(variable => variable.Name == "total").InitialValue);
        Assert.Equal((ushort)23, spec.Variables.Single(variable => variable.Name == "blocked_port").InitialValue);
        Assert.All(changed.Programs[0].Maps, map => Assert.Contains(changed.Maps, other => ReferenceEquals(map, other)));
        Assert.Same(spec.Maps.Single(map => map.Name == ".data"), changed.Maps.Single(map => map.Name == ".data"));
        Assert.Same(spec, spec.WithVariables(new Dictionary<string, object?>()));

        BpfException unknown = Assert.Throws<BpfException>(() => spec.WithVariables(new Dictionary<string, object?> { ["port"] = 1 }));
        Assert.Equal("BPF0307", unknown.Id);
        Assert.Contains("blocked_port", unknown.Message, StringComparison.Ordinal);
        BpfException wrong = Assert.Throws<BpfException>(() => spec.WithVariables(new Dictionary<string, object?> { ["blocked_port"] = 70000 }));
        Assert.Equal("BPF0202", wrong.Id);
        Assert.StartsWith("blocked_port: 70000 is not a value of", wrong.Message, StringComparison.Ordinal);
    }

    /// <summary>Every map that an instruction names exists, and every one that the program lists is named.</summary>
    private static void CheckMapReferences(ProgramSpec program)
    {
        HashSet<int> named = [];
        for (int slot = 0; slot < program.Instructions.Length; slot++)
        {
            Instruction instruction = program.Instructions[slot];
            if (instruction.Opcode != (Opcodes.Ld | Opcodes.Imm | Opcodes.Dw)) continue;
            if (instruction.Source is Opcodes.PseudoMapIndex or Opcodes.PseudoMapIndexValue)
            {
                MapSpec map = program.Maps[instruction.Immediate];
                named.Add(instruction.Immediate);
                Assert.Equal(instruction.Source == Opcodes.PseudoMapIndexValue, map.IsGlobalData);
                Assert.InRange(program.Instructions[slot + 1].Immediate, 0, map.IsGlobalData ? (int)map.ValueSize - 1 : 0);
            }

            slot++;
        }

        Assert.Equal(program.Maps.Count, named.Count);
    }
}
