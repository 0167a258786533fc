using PSBpf.Isa;
using PSBpf.Runtime.Interpreter;

namespace PSBpf.Runtime.Tests.Interpreter;

public sealed class LoopSizeTests
{
    // RyuJIT stops optimising at 8000 uses of locals, 20 000 IL instructions, 60 000 IL bytes, 2000 blocks or 2000 locals.
    // An IL instruction has at least one byte, and a use of a local at least one instruction.
    private const int MostBytes = 15_000, MostLocals = 500;

    [Fact]
    public void The_loop_stays_below_the_size_where_optimisation_stops()
    {
        var method = typeof(InterpreterLoop).GetMethod(nameof(InterpreterLoop.Execute))!;
        var body = method.GetMethodBody()!;
        byte[] code = body.GetILAsByteArray()!;
        Assert.InRange(code.Length, 1000, MostBytes);
        Assert.InRange(body.LocalVariables.Count, 5, MostLocals);

        // Loads and stores of locals and arguments, in their short forms and long ones: an upper estimate by counting their bytes.
        int uses = code.Count(octet => octet is >= 0x02 and <= 0x13 or 0xfe);
        Assert.InRange(uses, 100, 6000);
    }

    [Fact]
    public void Every_form_of_the_table_has_a_case_or_is_known_to_be_missing()
    {
        using var machine = new TestMachine();
        foreach (var form in InstructionTable.Forms)
        {
            var slot = new Instruction(form.Opcode, Math.Min(form.Destination.Maximum, 3), form.Source.Maximum == 10 ? 4 : form.Source.Minimum,
                (short)Math.Clamp(0, form.Offset.Minimum, form.Offset.Maximum), Math.Clamp(form.Id == FormId.CallHelper ? 5 : 0, form.Immediate.Minimum, form.Immediate.Maximum));
            Instruction[] program =
                [Operands.Move(3, 10), new(Opcodes.Add | Opcodes.Alu64, 3, 0, 0, -64), Operands.Move(4, 3), slot, .. form.Slots == 2 ? [default(Instruction)] : (Instruction[])[], Operands.Exit];
            try
            {
                machine.Run(machine.Load(program));
            }
            catch (Diagnostics.BpfException exception)
            {
                // Legacy loads need a packet, map references a map, calls a function; the rest is what Runnability names.
                bool known = form.Kind is FormKind.LoadPacketAbsolute or FormKind.LoadPacketIndirect
                    || form.Id is FormId.CallFunction or FormId.LddwFunction or FormId.LddwMapIndex or FormId.LddwMapIndexValue
                    || exception.Id == Diagnostics.DiagnosticRules.NotRunnable.Id;
                Assert.True(known, $"{form.Id}: {exception.Message}");
            }
        }
    }
}
