using System.Numerics;
using PSBpf.Isa;

namespace PSBpf.Runtime.Tests.Interpreter;

/// <summary>Arithmetic against RFC 9669, section 4.1 and 4.2, computed here with integers of any length.</summary>
public sealed class ArithmeticTests
{
    public static TheoryData<FormId> Forms() => new(InstructionTable.Forms.ToArray()
        .Where(form => form.Kind is FormKind.Alu or FormKind.Move or FormKind.MoveSigned or FormKind.Negate or FormKind.ToLittleEndian or FormKind.ToBigEndian or FormKind.ByteSwap)
        .Select(form => form.Id));

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_form_computes_what_the_specification_says(FormId id)
    {
        using var machine = new TestMachine();
        var form = InstructionTable.Get(id);
        foreach (ulong left in Operands.Edges)
        {
            if (form.UsesSource)
            {
                foreach (ulong right in Operands.Edges)
                {
                    Check(machine, form, left, right, 0);
                    if (left == right) Check(machine, form, left, right, 0, sameRegister: true);
                }
            }
            else if (form.Immediate.Minimum == form.Immediate.Maximum)
            {
                Check(machine, form, left, 0, form.Immediate.Minimum);
            }
            else
            {
                foreach (int immediate in Operands.Immediates) Check(machine, form, left, (ulong)immediate, immediate);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Random_operands_give_the_same_result(FormId id)
    {
        using var machine = new TestMachine();
        var form = InstructionTable.Get(id);
        var random = new Random((int)id);
        for (int round = 0; round < 300; round++)
        {
            ulong left = (ulong)random.NextInt64(long.MinValue, long.MaxValue), right = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            int immediate = form.Immediate.Minimum == form.Immediate.Maximum ? form.Immediate.Minimum : (int)right;
            Check(machine, form, left, form.UsesSource ? right : (ulong)immediate, immediate);
        }
    }

    private static void Check(TestMachine machine, InstructionForm form, ulong left, ulong right, int immediate, bool sameRegister = false)
    {
        int source = form.UsesSource ? sameRegister ? 3 : 4 : 0;
        var slot = new Instruction(form.Opcode, 3, source, (short)form.Offset.Minimum, immediate);
        Instruction[] program = [.. Operands.Load(3, left), .. Operands.Load(4, right), slot, Operands.Move(0, 3), Operands.Exit];
        ulong expected = Specified(form, left, right);
        ulong actual = machine.Run(machine.Load(program));
        Assert.True(expected == actual, $"{Disassembler.Format([slot], 0)} with 0x{left:x}, 0x{right:x}: expected 0x{expected:x}, got 0x{actual:x}");
    }

    private static ulong Specified(InstructionForm form, ulong left, ulong right)
    {
        int width = form.Width;
        if (form.Kind is FormKind.ToLittleEndian or FormKind.ToBigEndian or FormKind.ByteSwap)
        {
            ulong swapped = 0;
            for (int index = 0; index < width / 8; index++)
            {
                ulong octet = left >> (index * 8) & 0xff;
                swapped |= octet << (form.Kind == FormKind.ToLittleEndian ? index * 8 : width - 8 - index * 8);
            }

            return swapped;
        }

        if (form.Kind == FormKind.MoveSigned) return Cut(Signed(right, form.Offset.Minimum), width);
        BigInteger a = Unsigned(left, width), b = Unsigned(right, width), sa = Signed(left, width), sb = Signed(right, width);
        int distance = (int)(right & (ulong)(width - 1));
        BigInteger result = form.Alu switch
        {
            AluOperation.None when form.Kind == FormKind.Negate => -a,
            AluOperation.Add => a + b,
            AluOperation.Sub => a - b,
            AluOperation.Mul => a * b,
            AluOperation.Div => b.IsZero ? 0 : a / b,
            AluOperation.Mod => b.IsZero ? a : a % b,
            AluOperation.Sdiv => b.IsZero ? 0 : BigInteger.Divide(sa, sb),
            AluOperation.Smod => b.IsZero ? sa : BigInteger.Remainder(sa, sb),
            AluOperation.Or => a | b,
            AluOperation.And => a & b,
            AluOperation.Xor => a ^ b,
            AluOperation.Mov => b,
            AluOperation.Lsh => a << distance,
            AluOperation.Rsh => a >> distance,
            AluOperation.Arsh => sa >> distance,
            _ => throw new InvalidOperationException($"{form.Id} is not arithmetic."),
        };
        return Cut(result, width);
    }

    // 32-bit operations clear the upper half of the destination.
    private static ulong Cut(BigInteger value, int width) => (ulong)(value & ((BigInteger.One << width) - 1));

    private static BigInteger Unsigned(ulong value, int width) => Cut(value, width);

    private static BigInteger Signed(ulong value, int width)
    {
        BigInteger cut = Cut(value, width);
        return cut >= BigInteger.One << (width - 1) ? cut - (BigInteger.One << width) : cut;
    }
}
