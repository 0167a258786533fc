using PSBpf.Architecture.Tests.Repository;
using PSBpf.Isa;

namespace PSBpf.Architecture.Tests.Documents;

/// <summary>docs/assembly.md shows every form of the instruction table as the assembler takes it.</summary>
public sealed class AssemblyDocumentTests
{
    private static readonly string[] Maps = ["counts"];

    private static readonly (string Title, Func<InstructionForm, bool> Holds)[] Groups =
    [
        ("Arithmetic, 64 bits", form => form.Kind is FormKind.Alu or FormKind.Negate && form.Width == 64),
        ("Arithmetic, 32 bits", form => form.Kind is FormKind.Alu or FormKind.Negate && form.Width == 32),
        ("Moves and sign extension", form => form.Kind is FormKind.Move or FormKind.MoveSigned or FormKind.AddressSpaceCast),
        ("Byte order", form => form.Kind is FormKind.ToLittleEndian or FormKind.ToBigEndian or FormKind.ByteSwap),
        ("64-bit immediates, maps and functions", form => form.Kind is FormKind.LoadImmediate64),
        ("Loads", form => form.Kind is FormKind.Load or FormKind.LoadSigned or FormKind.LoadPacketAbsolute or FormKind.LoadPacketIndirect),
        ("Stores", form => form.Kind is FormKind.Store or FormKind.StoreImmediate),
        ("Atomic operations", form => form.Kind is FormKind.Atomic or FormKind.AtomicExchange or FormKind.AtomicCompareExchange or FormKind.LoadAcquire or FormKind.StoreRelease),
        ("Conditional jumps, 64 bits", form => form.Kind is FormKind.Branch && form.Width == 64),
        ("Conditional jumps, 32 bits", form => form.Kind is FormKind.Branch && form.Width == 32),
        ("Jumps, calls and exit", form => form.Kind is FormKind.Jump or FormKind.MayGoto or FormKind.CallHelper or FormKind.CallFunction or FormKind.CallKfunc or FormKind.CallRegister or FormKind.Exit),
    ];

    [Fact]
    public void The_table_of_forms_is_the_instruction_table()
    {
        var lines = new List<string>();
        var forms = InstructionTable.Forms.ToArray();
        foreach (var (title, holds) in Groups)
        {
            if (lines.Count > 0) lines.Add("");
            lines.AddRange([$"### {title}", "", "| kernel | mnemonic | opcode | from |", "|---|---|---|---|"]);
            lines.AddRange(forms.Where(holds).Select(form => $"| `{Example(form, Notation.Kernel).Replace("|", "\\|", StringComparison.Ordinal)}` | `{Example(form, Notation.Mnemonic)}` | 0x{form.Opcode:x2} | {Level(form.Level)} |"));
        }

        GeneratedTable.AssertIs("docs/assembly.md", lines);
    }

    [Fact]
    public void Every_form_stands_in_one_group()
    {
        foreach (var form in InstructionTable.Forms) Assert.Single(Groups, group => group.Holds(form));
    }

    [Fact]
    public void The_assembler_takes_every_example()
    {
        foreach (var form in InstructionTable.Forms)
        {
            foreach (var notation in Enum.GetValues<Notation>())
            {
                var first = Assembler.Assemble(Example(form, notation), Maps).Instructions[0];
                Assert.Equal(form.Id, InstructionTable.Find(first)?.Id);
            }
        }
    }

    [Fact]
    public void The_assembler_takes_the_documents_program_in_both_notations()
    {
        string text = File.ReadAllText(Checkout.PathOf("docs/assembly.md")).ReplaceLineEndings("\n");
        string[] parts = text.Split("```");
        var assembled = Assembler.Assemble(parts[1]);
        Assert.Equal(Maps, assembled.Maps);
        Assert.Contains("out", assembled.Labels.Keys);
        Assert.Equal(FormId.Exit, InstructionTable.Find(assembled.Instructions[^1])?.Id);
        var mnemonic = Assembler.Assemble(parts[3]);
        Assert.Equal(assembled.Instructions, mnemonic.Instructions);
        Assert.Equal((Notation.Kernel, Notation.Mnemonic), (assembled.Notation, mnemonic.Notation));
    }

    // r1 and r2, distance or offset 4, immediate 7, where the row leaves the choice; helper 1 and map 0.
    private static string Example(InstructionForm form, Notation notation)
    {
        int immediate = form.Kind == FormKind.CallHelper ? 1 : form.Kernel.Contains("{m}", StringComparison.Ordinal) ? 0 : 7;
        var slot = new Instruction(form.Opcode, Pick(form.Destination, 1), Pick(form.Source, 2), (short)Pick(form.Offset, 4), Pick(form.Immediate, immediate));
        return Disassembler.Format(form.Slots == 2 ? [slot, default] : [slot], 0, Maps, notation);
    }

    private static int Pick(OperandBounds bounds, int wish) => Math.Clamp(wish, bounds.Minimum, bounds.Maximum);

    private static string Level(IsaLevel level) => level == IsaLevel.Linux ? "Linux" : $"v{(int)level}";
}
