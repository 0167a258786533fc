using System.Numerics;
using PSBpf.Isa;

namespace PSBpf.Runtime.Tests.Interpreter;

/// <summary>Conditional jumps against RFC 9669, section 4.3.</summary>
public sealed class BranchTests
{
    public static TheoryData<FormId> Forms() => new(InstructionTable.Forms.ToArray().Where(form => form.Kind == FormKind.Branch).Select(form => form.Id));

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_branch_is_taken_when_the_specification_says_so(FormId id)
    {
        using var machine = new TestMachine();
        var form = InstructionTable.Get(id);
        foreach (ulong left in Operands.Edges)
        {
            if (form.UsesSource)
                foreach (ulong right in Operands.Edges) Check(machine, form, left, right, 0);
            else
                foreach (int immediate in Operands.Immediates) Check(machine, form, left, (ulong)immediate, immediate);
        }
    }

    private static void Check(TestMachine machine, InstructionForm form, ulong left, ulong right, int immediate)
    {
        var slot = new Instruction(form.Opcode, 3, form.UsesSource ? 4 : 0, 1, immediate);
        Instruction[] program =
            [.. Operands.Load(3, left), .. Operands.Load(4, right), Operands.MoveImmediate(0, 1), slot, Operands.MoveImmediate(0, 0), Operands.Exit];
        bool taken = machine.Run(machine.Load(program)) == 1;
        Assert.True(taken == Specified(form, left, right), $"{Disassembler.Format([slot], 0)} with 0x{left:x}, 0x{right:x}: taken {taken}");
    }

    private static bool Specified(InstructionForm form, ulong left, ulong right)
    {
        BigInteger modulus = BigInteger.One << form.Width, a = left % modulus, b = right % modulus;
        BigInteger sa = a >= modulus / 2 ? a - modulus : a, sb = b >= modulus / 2 ? b - modulus : b;
        return form.Condition switch
        {
            Condition.Jeq => a == b,
            Condition.Jne => a != b,
            Condition.Jgt => a > b,
            Condition.Jge => a >= b,
            Condition.Jlt => a < b,
            Condition.Jle => a <= b,
            Condition.Jsgt => sa > sb,
            Condition.Jsge => sa >= sb,
            Condition.Jslt => sa < sb,
            Condition.Jsle => sa <= sb,
            Condition.Jset => !(a & b).IsZero,
            _ => throw new InvalidOperationException($"{form.Id} is no branch."),
        };
    }
}
