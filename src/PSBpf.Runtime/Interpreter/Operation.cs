using System.Runtime.InteropServices;
using PSBpf.Isa;

namespace PSBpf.Runtime.Interpreter;

/// <summary>
/// What the interpreter executes: a decoded instruction after binding, with maps as handles or addresses and context
/// accesses turned into accesses of the internal record. One per slot, so that indexes stay those of the program.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct Operation
{
    /// <summary>Stands after the last slot: running into it is a fault.</summary>
    public const FormId EndOfProgram = (FormId)InstructionTable.Count;

    /// <summary>A call of bpf_tail_call, which no other helper call is like.</summary>
    public const FormId TailCall = EndOfProgram + 1;

    /// <summary>Arithmetic of a long program, whichever it is: see <see cref="BlendedArithmetic"/>.</summary>
    public const FormId Blended = EndOfProgram + 2;

    /// <summary>A call of a helper that calls functions of the program: see <see cref="Helpers.CallbackHelpers"/>.</summary>
    public const FormId CallBack = EndOfProgram + 3;

    public FormId Form;
    public byte Destination;
    public byte Source;

    /// <summary>The row of blended arithmetic.</summary>
    public byte Blend;

    /// <summary>The offset field, or a jump's target slot; of blended arithmetic, how many of a register's high bits become zero.</summary>
    public int Offset;
    public long Immediate;

    public Operation(in DecodedInstruction instruction)
    {
        Form = instruction.Form;
        Destination = instruction.Destination;
        Source = instruction.Source;
        Offset = instruction.Offset;
        Immediate = instruction.Immediate;
    }
}
