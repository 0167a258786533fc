using PSBpf.Isa;

namespace PSBpf.Core.Tests.Isa;

public sealed class InstructionTableTests
{
    [Fact]
    public void Every_form_has_a_row_at_its_own_place()
    {
        var forms = InstructionTable.Forms;
        Assert.Equal(Enum.GetValues<FormId>().Length - 1, forms.Length);
        for (int index = 0; index < forms.Length; index++) Assert.Equal((FormId)(index + 1), forms[index].Id);
    }

    [Fact]
    public void The_names_of_arithmetic_forms_say_operation_width_and_operand()
    {
        foreach (var form in InstructionTable.Forms)
        {
            string name = form.Id.ToString();
            if (form.Kind is FormKind.Alu or FormKind.Move) Assert.Equal($"{form.Alu}{form.Width}{(form.UsesSource ? "Reg" : "Imm")}", name);
            if (form.Kind is FormKind.Branch) Assert.Equal($"{form.Condition}{form.Width}{(form.UsesSource ? "Reg" : "Imm")}", name);
            if (form.Kind is FormKind.Load or FormKind.Store or FormKind.StoreImmediate or FormKind.LoadSigned) Assert.Equal(form.Mnemonic, name.ToLowerInvariant());
        }
    }

    [Fact]
    public void No_slot_fits_two_forms()
    {
        var forms = InstructionTable.Forms.ToArray();
        foreach (var one in forms)
        {
            foreach (var other in forms)
            {
                if (one.Id >= other.Id || one.Opcode != other.Opcode) continue;
                bool apart = Disjoint(one.Offset, other.Offset) || Disjoint(one.Immediate, other.Immediate) || Disjoint(one.Source, other.Source);
                Assert.True(apart, $"{one.Id} and {other.Id} overlap");
            }
        }

        static bool Disjoint(OperandBounds a, OperandBounds b) => a.Maximum < b.Minimum || b.Maximum < a.Minimum;
    }

    [Theory]
    [InlineData(0x07, "r1 += 7")]
    [InlineData(0x0f, "r1 += r2")]
    [InlineData(0xb4, "w1 = 7")]
    [InlineData(0x61, "r1 = *(u32 *)(r2 +4)")]
    [InlineData(0x7b, "*(u64 *)(r1 +4) = r2")]
    [InlineData(0x72, "*(u8 *)(r1 +4) = 7")]
    [InlineData(0x1d, "if r1 == r2 goto +4")]
    [InlineData(0xc6, "if w1 s< 7 goto +4")]
    [InlineData(0x05, "goto +4")]
    [InlineData(0x95, "exit")]
    public void The_kernels_notation_shows_opcode(byte opcode, string text)
    {
        var form = InstructionTable.WithOpcode(opcode)[0];
        var slot = new Instruction(
            opcode, form.Destination.Maximum > 0 ? 1 : 0, form.Source.Maximum > 0 ? 2 : 0,
            (short)Math.Clamp(4, form.Offset.Minimum, form.Offset.Maximum), Math.Clamp(7, form.Immediate.Minimum, form.Immediate.Maximum));
        Assert.Equal(text, Disassembler.Format([slot], 0));
    }
}
