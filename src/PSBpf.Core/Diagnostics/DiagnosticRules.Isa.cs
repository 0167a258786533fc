using static PSBpf.Diagnostics.DiagnosticCategory;

namespace PSBpf.Diagnostics;

public static partial class DiagnosticRules
{
    /// <summary>Program text that the assembler cannot read.</summary>
    public static readonly DiagnosticRule AssemblySyntax = new("BPF0001", "assembly-syntax", InvalidData,
        "Correct the line; docs/assembly.md shows every form of both notations.");

    /// <summary>A jump to a label that no line defines, or a label that two lines define.</summary>
    public static readonly DiagnosticRule AssemblyLabel = new("BPF0002", "assembly-label", InvalidData,
        "Define each label once, as 'name:' on a line of its own or before an instruction.");

    /// <summary>An operand outside what the instruction form can hold.</summary>
    public static readonly DiagnosticRule AssemblyOperand = new("BPF0003", "assembly-operand", InvalidData,
        "Use an operand within the range that the message names.");

    /// <summary>Instruction bytes that do not make whole 8-byte slots.</summary>
    public static readonly DiagnosticRule InstructionLength = new("BPF0004", "instruction-length", InvalidData,
        "Pass whole instructions: 8 bytes each, 16 for lddw.");
}
