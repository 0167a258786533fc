using PSBpf.Isa;
using PSBpf.Runtime.Interpreter;

namespace PSBpf.Runtime.Tests.Interpreter;

public sealed unsafe class BlendedArithmeticTests
{
    private const int Long = 20;

    [Fact]
    public void Arithmetic_of_a_long_program_gets_one_form_and_other_instructions_keep_theirs()
    {
        var forms = FormsOf(
            "r0 = 1\nr1 = r10\nw0 += 5\nr0 -= r1\nw0 *= w1\nr0 &= 7\nr0 |= r1\nw0 ^= 9\nr0 <<= 3\nr0 /= 2\n*(u64 *)(r10 - 8) = r0\n" + Lines("r0 += 1", Long) + "exit", Long);
        Assert.All(forms[..8], form => Assert.Equal(Operation.Blended, form));
        Assert.Equal([FormId.Lsh64Imm, FormId.Div64Imm, FormId.Stxdw], forms[8..11]);
        Assert.Equal(FormId.Exit, forms[^1]);
    }

    [Fact]
    public void A_short_program_keeps_its_forms() =>
        Assert.Equal([FormId.Mov64Imm, FormId.Add64Imm, FormId.Exit], FormsOf("r0 = 1\nr0 += 2\nexit", Long));

    [Fact]
    public void A_short_loop_in_a_long_program_keeps_its_forms_and_a_long_one_does_not()
    {
        string loop = "r1 = 3\nr0 = 0\nagain:\nr0 += r1\nr1 -= 1\n{0}if r1 != 0 goto again\n" + Lines("r0 += 1", Long) + "exit";
        var forms = FormsOf(string.Format(System.Globalization.CultureInfo.InvariantCulture, loop, ""), Long);
        Assert.Equal([Operation.Blended, Operation.Blended, FormId.Add64Reg, FormId.Sub64Imm, FormId.Jne64Imm, Operation.Blended], forms[..6]);
        forms = FormsOf(string.Format(System.Globalization.CultureInfo.InvariantCulture, loop, Lines("r2 = r0", Long)), Long);
        Assert.Equal([Operation.Blended, Operation.Blended, Operation.Blended, Operation.Blended], forms[..4]);
    }

    [Theory]
    [InlineData(AluOperation.Add, 5, 7, 12)]
    [InlineData(AluOperation.Sub, 5, 7, ulong.MaxValue - 1)]
    [InlineData(AluOperation.Mov, 5, 7, 7)]
    [InlineData(AluOperation.Xor, 5, 7, 2)]
    [InlineData(AluOperation.Or, 4, 3, 7)]
    [InlineData(AluOperation.And, 5, 12, 4)]
    [InlineData(AluOperation.Mul, 5, 7, 35)]
    public void Each_row_computes_its_operation(AluOperation operation, ulong left, ulong right, ulong expected) =>
        Assert.Equal(expected, BlendRow.Compute(BlendRow.Rows + BlendRow.NumberOf(operation), left, right));

    [Fact]
    public void Operations_without_a_row_say_so() => Assert.All(
        [AluOperation.Div, AluOperation.Mod, AluOperation.Lsh, AluOperation.Rsh, AluOperation.Arsh], operation => Assert.Equal(-1, BlendRow.NumberOf(operation)));

    private static string Lines(string line, int count) => string.Concat(Enumerable.Repeat(line + "\n", count));

    private static FormId[] FormsOf(string text, int blendsFrom)
    {
        var instructions = Assembler.Assemble(text, []).Instructions;
        var program = ExecutableProgram.From(new UncheckedProgram("test", instructions, [], BlendsFrom: blendsFrom));
        var forms = new FormId[instructions.Length];
        for (int slot = 0; slot < forms.Length; slot++) forms[slot] = program.Code[slot].Form;
        GC.KeepAlive(program);
        return forms;
    }
}
