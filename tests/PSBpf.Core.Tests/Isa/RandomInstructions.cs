using CsCheck;
using PSBpf.Isa;

namespace PSBpf.Core.Tests.Isa;

/// <summary>Generators of instructions.</summary>
internal static class RandomInstructions
{
    /// <summary>A valid instruction: any form, any operands that its row allows.</summary>
    public static readonly Gen<Instruction[]> Valid =
        from id in Gen.Int[1, InstructionTable.Count - 1]
        let form = InstructionTable.Get((FormId)id)
        from destination in Within(form.Destination)
        from source in Within(form.Source)
        from offset in Within(form.Offset)
        from immediate in Within(form.Immediate)
        from high in Gen.Int
        let first = new Instruction(form.Opcode, destination, source, (short)offset, immediate)
        select form.Slots == 1 ? [first] : new[] { first, new Instruction(0, 0, 0, 0, form.ShowsSecondSlot ? high : 0) };

    /// <summary>Any eight bytes, more often than by chance with a known opcode.</summary>
    public static readonly Gen<Instruction[]> AnySlot =
        from opcode in Gen.Frequency((1, Gen.Byte), (3, Gen.Int[0, InstructionTable.Count - 2].Select(index => InstructionTable.Forms[index].Opcode)))
        from destination in Gen.Int[0, 15]
        from source in Gen.Int[0, 15]
        from offset in Gen.Short
        from immediate in Gen.Int
        select new[] { new Instruction(opcode, destination, source, offset, immediate) };

    private static Gen<int> Within(OperandBounds bounds) =>
        bounds == OperandBounds.Any32 ? Gen.Int : Gen.Int[bounds.Minimum, bounds.Maximum];
}
