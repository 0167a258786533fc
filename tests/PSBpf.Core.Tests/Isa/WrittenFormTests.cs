using PSBpf.Isa;

namespace PSBpf.Core.Tests.Isa;

/// <summary>The table against the specification: opcode bytes and fields of every form, and how it is written.</summary>
public sealed class WrittenFormTests
{
    public static TheoryData<FormId> Forms => new(WrittenForm.All.Select(row => row.Id));

    [Fact]
    public void Every_form_of_the_table_is_written_down_once() =>
        Assert.Equal(InstructionTable.Forms.ToArray().Select(form => form.Id), WrittenForm.All.Select(row => row.Id).Order());

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_form_has_the_encoding_of_the_specification(FormId id)
    {
        var row = WrittenForm.All.Single(row => row.Id == id);
        Assert.Equal(id, InstructionTable.Find(row.Slot)?.Id);
        Assert.Equal(row.Slots, Assembler.Assemble(row.Kernel, notation: Notation.Kernel).Instructions);
        Assert.Equal(row.Slots, Assembler.Assemble(row.Mnemonic, notation: Notation.Mnemonic).Instructions);
        Assert.Equal(row.Kernel, Disassembler.Format(row.Slots, 0));
        Assert.Equal(row.Mnemonic, Disassembler.Format(row.Slots, 0, null, Notation.Mnemonic));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_field_that_a_form_does_not_use_must_be_zero(FormId id)
    {
        var form = InstructionTable.Get(id);
        var slot = WrittenForm.All.Single(row => row.Id == id).Slot;
        Assert.NotEqual(id, InstructionTable.Find(new Instruction(slot.Opcode, 11, slot.Source, slot.Offset, slot.Immediate))?.Id);
        if (form.Destination == OperandBounds.Zero)
            Assert.NotEqual(id, InstructionTable.Find(new Instruction(slot.Opcode, 1, slot.Source, slot.Offset, slot.Immediate))?.Id);
        if (form.Source != OperandBounds.Register)
            Assert.NotEqual(id, InstructionTable.Find(slot.WithSource(slot.Source + 1))?.Id);
        if (form.Offset != OperandBounds.Any16) Assert.NotEqual(id, InstructionTable.Find(slot.WithOffset((short)(slot.Offset + 2)))?.Id);
        if (form.Immediate != OperandBounds.Any32) Assert.NotEqual(id, InstructionTable.Find(slot.WithImmediate(slot.Immediate + 2))?.Id);
    }

    [Fact]
    public void Opcodes_that_nobody_defined_have_no_form()
    {
        var defined = WrittenForm.All.Select(row => row.Slot.Opcode).ToHashSet();
        for (int opcode = 0; opcode < 256; opcode++) Assert.Equal(defined.Contains((byte)opcode), !InstructionTable.WithOpcode((byte)opcode).IsEmpty);
    }

    [Theory]
    [InlineData("07 1 44 33 22 11", "r1 += 0x11223344")] // RFC 9669, section 3.1, the little-endian example
    public void The_specifications_example_is_encoded_as_it_shows(string bytes, string text)
    {
        byte[] fields = [.. bytes.Split(' ').Select(field => Convert.ToByte(field, 16))];
        byte[] expected = [fields[0], fields[1], 0, 0, .. fields[2..]];
        Assert.Equal(expected, BitConverter.GetBytes(Assembler.Assemble(text).Instructions[0].Raw));
    }
}
