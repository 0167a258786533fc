using CsCheck;
using PSBpf.Diagnostics;
using PSBpf.Isa;

namespace PSBpf.Core.Tests.Isa;

public sealed class AssemblerTests
{
    [Theory]
    [InlineData(Notation.Kernel)]
    [InlineData(Notation.Mnemonic)]
    public void Assembling_a_disassembly_gives_the_same_bytes(Notation notation) =>
        RandomInstructions.Valid.Sample(
            slots =>
            {
                string text = Disassembler.Format(slots, 0, ["counts", "no word", ""], notation);
                var assembled = Assembler.Assemble(text, ["counts"], notation).Instructions;
                Assert.True(slots.SequenceEqual(assembled), $"{text} became {(assembled.Length > 0 ? Disassembler.Format(assembled, 0) : "nothing")}");
            },
            iter: 20_000);

    [Theory]
    [InlineData(Notation.Kernel)]
    [InlineData(Notation.Mnemonic)]
    public void Whatever_the_bytes_are_a_listing_can_be_read_back(Notation notation) =>
        Gen.OneOf(RandomInstructions.Valid, RandomInstructions.AnySlot).Array[1, 8].Select(parts => parts.SelectMany(part => part).ToArray()).Sample(
            slots =>
            {
                string text = string.Join('\n', Disassembler.Format(slots, ["counts"], notation));
                var assembled = Assembler.Assemble(text, ["counts"], notation);
                Assert.True(slots.SequenceEqual(assembled.Instructions), text);
            },
            iter: 5_000);

    [Fact]
    public void Both_notations_of_an_instruction_mean_the_same_bytes_and_are_told_apart() =>
        RandomInstructions.Valid.Sample(
            slots =>
            {
                string kernel = Disassembler.Format(slots, 0), mnemonic = Disassembler.Format(slots, 0, null, Notation.Mnemonic);
                var fromKernel = Assembler.Assemble(kernel);
                var fromMnemonic = Assembler.Assemble(mnemonic);
                Assert.True(fromKernel.Instructions.SequenceEqual(fromMnemonic.Instructions), $"{kernel} is not {mnemonic}");
                Assert.True(fromKernel.Notation is null or Notation.Kernel, kernel);
                Assert.True(fromMnemonic.Notation is null or Notation.Mnemonic, mnemonic);
            },
            iter: 20_000);

    [Fact]
    public void What_both_notations_write_alike_means_the_same_in_both()
    {
        string[] shared = [.. WrittenForm.All.SelectMany(row => new[] { row.Kernel, row.Mnemonic }).Where(text => Reads(text, Notation.Kernel) && Reads(text, Notation.Mnemonic))];
        Assert.Contains("exit", shared);
        foreach (string text in shared)
            Assert.Equal(Assembler.Assemble(text, notation: Notation.Kernel).Instructions, Assembler.Assemble(text, notation: Notation.Mnemonic).Instructions);

        static bool Reads(string text, Notation notation)
        {
            try
            {
                Assembler.Assemble(text, notation: notation);
                return true;
            }
            catch (BpfException)
            {
                return false;
            }
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
              exit# done
            """);
        Assert.Equal(["counts"], program.Maps);
        Assert.Equal(0, program.Labels["start"]);
        Assert.Equal(10, program.Labels["out"]);
        Assert.Equal(1, program.Instructions[5].Immediate);
        Assert.Equal(3, program.Instructions[6].Offset);
        Assert.Equal(7, program.Instructions[8].Immediate);
        Assert.Equal(-10, program.Instructions[9].Offset);
        Assert.Equal(Opcodes.PseudoMapIndex, program.Instructions[3].Source);
        Assert.Equal(Notation.Kernel, program.Notation);
    }

    [Fact]
    public void The_same_program_in_mnemonics_is_the_same_program()
    {
        var kernel = Assembler.Assemble("""
              call bpf_get_prandom_u32
              r6 = 0x1122334455667788 ll
            again:
              *(u64 *)(r10 -8) = r6
              r1 = *(u32 *)(r10 -8)
              lock *(u64 *)(r10 -8) += r1
              if w1 s< -3 goto again
              call twice
              gotol out
            twice:
              r0 = be16 r0
            out:
              exit
            """);
        var mnemonic = Assembler.Assemble("""
              call bpf_get_prandom_u32       # alike in both
              lddw %r6, 0x1122334455667788
            again:
              stxdw [%r10-8], %r6            ; with the sign
              ldxw r1, [r10 - 0x8]           // or without it
              lock add [%r10-8], r1
              jslt32 %r1, -3, again
              call local twice
              ja32 out
            twice: be16 %r0
            out: exit
            """);
        Assert.Equal(kernel.Instructions, mnemonic.Instructions);
        Assert.Equal(kernel.Labels, mnemonic.Labels);
        Assert.Equal((Notation.Kernel, Notation.Mnemonic), (kernel.Notation, mnemonic.Notation));
    }

    [Fact]
    public void A_program_of_shared_instructions_has_no_notation() => Assert.Null(Assembler.Assemble("call 5\nexit").Notation);

    [Fact]
    public void A_map_may_be_an_index()
    {
        var program = Assembler.Assemble("r1 = map[1]\nr2 = map[b][0] +8\nexit", ["a", "b"]);
        Assert.Equal(["a", "b"], program.Maps);
        Assert.Equal([1, 1], [program.Instructions[0].Immediate, program.Instructions[2].Immediate]);
    }

    [Theory]
    [InlineData("r11 = 1", "BPF0001", "none begins with 'r11'", "line 1, column 1")]
    [InlineData("r0 = 1\nfly away", "BPF0001", "none begins with 'fly'", "line 2, column 1")]
    [InlineData("goto nowhere", "BPF0002", "'nowhere' is not defined", "line 1, column 6")]
    [InlineData("a: exit\na: exit", "BPF0002", "'a' is defined twice", "line 2, column 1")]
    [InlineData("r1 += 0x100000000", "BPF0003", "0x100000000 does not fit 32 bits", "line 1, column 7")]
    [InlineData("r1 += -2147483649", "BPF0003", "-2147483649 does not fit 32 bits", "line 1, column 7")]
    [InlineData("r1 = 0x10000000000000000 ll", "BPF0003", "does not fit 64 bits", "line 1, column 6")]
    [InlineData("goto +40000", "BPF0003", "+40000 does not fit the 16-bit offset", "line 1, column 6")]
    [InlineData("r1 = -r2", "BPF0001", "expected r1 where 'r2' stands", "line 1, column 7")]
    [InlineData("r1 = *(u32 *)(r2 +4", "BPF0001", "expected ')' at its end", "line 1, column 20")]
    [InlineData("if r1 == r2 goto", "BPF0001", "expected a label or a distance such as +3 at its end", "line 1, column 17")]
    [InlineData("exit 3", "BPF0001", "expected the end of the line where '3' stands", "line 1, column 6")]
    [InlineData("add %r0, 1\n  add %r0 1", "BPF0001", "expected ',' where '1' stands", "line 2, column 11")]
    [InlineData("add %r0, 1\nadd %r0, %r11", "BPF0001", "a register (%r0 to %r10)", "line 2, column 11")]
    [InlineData("add %r0, 1\nldxw %r0, [%r1+4   ; cut", "BPF0001", "expected ']' at its end", "line 2, column 17")]
    [InlineData("add %r0, 1\nstb [%r1+70000], 1", "BPF0003", "+70000 does not fit the 16-bit offset", "line 2, column 9")]
    [InlineData("add %r0, 1\nr0 += 1", "BPF0001", "line 1 is in", "line 2, column 1")]
    [InlineData("r0 = 1\n  add %r0, 1", "BPF0001", "This line is in the mnemonic notation; the kernel's line 1 is in", "line 2, column 3")]
    [InlineData("lock frob [%r1], %r2", "BPF0001", "expected '*', 'add', 'add32'", "line 1, column 6")]
    [InlineData("ldxdv %r0, [%r1]", "BPF0001", "none begins with 'ldxdv'. 'ldxdw' is the nearest.", "line 1, column 1")]
    [InlineData("gota out", "BPF0001", "'goto' is the nearest", "line 1, column 1")]
    [InlineData(".8byte zero", "BPF0001", "expected one 64-bit number", "line 1, column 8")]
    [InlineData("call no_such_helper, 1", "BPF0001", "where ',' stands", "line 1, column 20")]
    public void A_mistake_is_named_with_id_line_and_column(string text, string id, string message, string place)
    {
        var error = Assert.Throws<BpfException>(() => Assembler.Assemble(text));
        Assert.Equal(id, error.Id);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_is_a_program_or_a_mistake_with_a_place() =>
        Gen.OneOf(
            Gen.String[Gen.Char["r0123456789w+-*/=%&|^<>!()[]{},;:#. \n\tabdegijlmopstux"], 0, 60],
            Gen.Int[0, WrittenForm.All.Count - 1].Select(Gen.Int[0, 40], Gen.Char["r1w+=%([{,:#. "], (row, at, other) => Broken(WrittenForm.All[row].Mnemonic, at, other)),
            Gen.Int[0, WrittenForm.All.Count - 1].Select(Gen.Int[0, 40], Gen.Char["r1w+=%([{,:#. "], (row, at, other) => Broken(WrittenForm.All[row].Kernel, at, other))).Sample(
            text =>
            {
                try
                {
                    Assembler.Assemble(text);
                }
                catch (BpfException error)
                {
                    Assert.Matches(@"\(line \d+, column \d+\)$", error.Message);
                }
            },
            iter: 20_000);

    [Fact]
    public void A_notation_that_was_asked_for_is_kept_to()
    {
        Assert.Contains("the kernel's was asked for", Assert.Throws<BpfException>(() => Assembler.Assemble("add %r0, 1", notation: Notation.Kernel)).Message, StringComparison.Ordinal);
        Assert.Contains("the mnemonic one was asked for", Assert.Throws<BpfException>(() => Assembler.Assemble("r0 += 1", notation: Notation.Mnemonic)).Message, StringComparison.Ordinal);
    }

    // The text with another character in one place.
    private static string Broken(string text, int at, char other) => at < text.Length ? $"{text[..at]}{other}{text[(at + 1)..]}" : text + other;
}
