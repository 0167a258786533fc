using CsCheck;
using PSBpf.Diagnostics;
using PSBpf.Isa;

namespace PSBpf.Core.Tests.Isa;

public sealed class AssemblerTests
{
    private static readonly Gen<Instruction[]> AnyInstruction =
        from id in Gen.Int[1, InstructionTable.Count - 1]
        let form = InstructionTable.Get((FormId)id)
        from destination in Gen.Int[form.Destination.Minimum, form.Destination.Maximum]
        from source in Gen.Int[form.Source.Minimum, form.Source.Maximum]
        from offset in Gen.Int[form.Offset.Minimum, form.Offset.Maximum]
        from immediate in Within(form.Immediate)
        from high in Gen.Int
        let first = new Instruction(form.Opcode, destination, source, (short)offset, form.Id is FormId.LddwMapIndex or FormId.LddwMapIndexValue ? 0 : immediate)
        select form.Slots == 1 ? [first] : new[] { first, new Instruction(0, 0, 0, 0, HighOf(form, high)) };

    [Fact]
    public void Assembling_a_disassembly_gives_the_same_bytes() =>
        AnyInstruction.Sample(
            slots =>
            {
                string text = Disassembler.Format(slots, 0, ["counts"]);
                var assembled = Assembler.Assemble(text).Instructions;
                Assert.True(slots.SequenceEqual(assembled), $"{text} became {(assembled.Length > 0 ? Disassembler.Format(assembled, 0) : "nothing")}");
            },
            iter: 20_000);

    [Fact]
    public void Every_form_survives_the_round_trip()
    {
        foreach (var form in InstructionTable.Forms)
        {
            var slots = new List<Instruction> { new(form.Opcode, form.Destination.Maximum, form.Source.Maximum, (short)form.Offset.Maximum, form.Immediate.Maximum == int.MaxValue ? 0 : form.Immediate.Maximum) };
            if (form.Slots == 2) slots.Add(default);
            string text = Disassembler.Format([.. slots], 0, ["m"]);
            Assert.True(slots.SequenceEqual(Assembler.Assemble(text).Instructions), $"{form.Id}: {text}");
        }
    }

    [Fact]
    public void Labels_helpers_maps_and_comments_are_understood()
    {
        var program = Assembler.Assemble("""
            ; count something
            start:
              *(u32 *)(r10 -4) = 0      // the key
              r2 = r10
              r2 += -4
              r1 = map[counts]
              call bpf_map_lookup_elem  # may give null
              if r0 == 0 goto out
              r1 = *(u64*)(r0+0)
              call bpf_get_prandom_u32#7
              if r0 != 0 goto start
            out: r0 = 0
              exit
            """);
        Assert.Equal(["counts"], program.Maps);
        Assert.Equal(0, program.Labels["start"]);
        Assert.Equal(10, program.Labels["out"]);
        Assert.Equal(1, program.Instructions[5].Immediate);
        Assert.Equal(3, program.Instructions[6].Offset);
        Assert.Equal(7, program.Instructions[8].Immediate);
        Assert.Equal(-10, program.Instructions[9].Offset);
        Assert.Equal(Opcodes.PseudoMapIndex, program.Instructions[3].Source);
    }

    [Theory]
    [InlineData("r11 = 1", "BPF0001", "line 1, column 1")]
    [InlineData("r0 = 1\nfly away", "BPF0001", "line 2, column 1")]
    [InlineData("goto nowhere", "BPF0002", "line 1, column 6")]
    [InlineData("a: exit\na: exit", "BPF0002", "line 2, column 1")]
    [InlineData("r1 += 0x100000000", "BPF0003", "line 1, column 7")]
    [InlineData("goto +40000", "BPF0003", "line 1, column 6")]
    [InlineData("r1 = -r2", "BPF0001", "line 1, column 1")]
    public void A_mistake_is_named_with_id_line_and_column(string text, string id, string place)
    {
        var error = Assert.Throws<BpfException>(() => Assembler.Assemble(text));
        Assert.Equal(id, error.Id);
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
    }

    private static Gen<int> Within(OperandBounds bounds) =>
        bounds == OperandBounds.Any32 ? Gen.Int : Gen.Int[bounds.Minimum, bounds.Maximum];

    // Only forms whose notation shows the second slot's immediate have one.
    private static int HighOf(InstructionForm form, int high) =>
        form.Kernel.Contains("{i64}", StringComparison.Ordinal) || form.Kernel.Contains("{i2}", StringComparison.Ordinal) ? high : 0;
}
