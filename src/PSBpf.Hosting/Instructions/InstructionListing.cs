using System.Runtime.InteropServices;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;

namespace PSBpf.Hosting;

/// <summary>Programs as lists of instructions.</summary>
public static class InstructionListing
{
    /// <summary>The instructions of a program that need not be loaded.</summary>
    /// <param name="program">The blueprint.</param>
    /// <param name="notation">How their text is written.</param>
    public static IReadOnlyList<BpfInstruction> Of(ProgramSpec program, Notation notation = Notation.Kernel)
    {
        ArgumentNullException.ThrowIfNull(program);
        var slots = program.Instructions;
        var functions = FunctionTable.Of(program);
        var maps = program.Maps.Select(map => map.Name).ToArray();
        var listing = new List<BpfInstruction>();
        int function = -1;
        SourceLocation? shown = null;
        for (int index = 0; index < slots.Length; index += SlotsAt(slots, index))
        {
            bool starts = function + 1 < functions.Count && functions[function + 1].Instruction <= index;
            if (starts) function++;
            var source = program.LineAt(index)?.Source;
            bool startsLine = source?.IsNewLineAfter(starts ? null : shown) == true;
            if (startsLine) shown = source;
            listing.Add(new BpfInstruction
            {
                Program = program.Name,
                Function = functions[Math.Max(function, 0)].Name,
                Index = index,
                Bytes = MemoryMarshal.AsBytes(slots.AsSpan(index, SlotsAt(slots, index))).ToArray(),
                Text = Disassembler.Format(slots, index, maps, notation),
                Source = source,
                StartsFunction = starts,
                StartsLine = startsLine,
            });
        }

        return listing;
    }

    private static int SlotsAt(Instruction[] slots, int index) =>
        index + 1 < slots.Length && InstructionTable.Find(slots[index]) is { Slots: 2 } ? 2 : 1;
}
