using System.Runtime.InteropServices;

namespace PSBpf.Isa;

/// <summary>
/// An instruction with its form resolved, one per slot so that indexes stay those of the program; the second slot of
/// a 64-bit immediate has <see cref="FormId.None"/>.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
public readonly struct DecodedInstruction
{
    /// <summary>Which form it is.</summary>
    public readonly FormId Form;

    /// <summary>Destination register.</summary>
    public readonly byte Destination;

    /// <summary>Source register; for pseudo sources the field's value.</summary>
    public readonly byte Source;

    /// <summary>
    /// The offset field; for jumps and calls of subprograms the absolute index of the target slot instead.
    /// </summary>
    public readonly int Offset;

    /// <summary>
    /// The immediate, sign-extended; for 64-bit immediates all 64 bits (second slot's immediate in the high half).
    /// </summary>
    public readonly long Immediate;

    internal DecodedInstruction(FormId form, int destination, int source, int offset, long immediate)
    {
        Form = form;
        Destination = (byte)destination;
        Source = (byte)source;
        Offset = offset;
        Immediate = immediate;
    }

    /// <summary>The table's row.</summary>
    public InstructionForm Row => InstructionTable.Get(Form);

    /// <summary>The absolute target of a jump, a subprogram call or a function reference.</summary>
    public int Target => Offset;

    /// <summary>The first slot's immediate of a 64-bit one: a map's index or descriptor.</summary>
    public int Low => (int)Immediate;

    /// <summary>The second slot's immediate of a 64-bit one: an offset into a map's value.</summary>
    public int High => (int)(Immediate >> 32);
}
