using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Uapi;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier;

/// <content>
/// Arenas: pages that the program shares with user space. An address in one is 32 bits wide and need not be checked; what is not there reads as 0. Numbers become
/// such addresses by addr_space_cast, and back.
/// </content>
internal sealed partial class Explorer
{
    private const int PageSize = 4096;

    // Offsets from here on are never those of a value.
    private const uint MaxValueOffset = 1u << 29;

    private bool StepAddressSpaceCast(in DecodedInstruction instruction)
    {
        if (!UsesArena)
        {
            return Refuse(DiagnosticRules.InvalidInstruction, "addr_space_cast insn can only be used in a program that has an associated arena",
                "The program converts an arena's address, but uses no arena.", suggestion: "Use a map of type BPF_MAP_TYPE_ARENA in the program.");
        }

        if (!Reads(instruction.Source) || !Writes(instruction.Destination)) return false;
        Registers[instruction.Destination] = instruction.Form == FormId.AddrSpaceCastToKernel ? RegState.Pointer(RegisterType.Arena) : RegState.UnknownScalar();
        return Next();
    }

    private bool UsesArena => _usesArena ??= _code.Any(instruction => instruction.Form is FormId.LddwMapIndex or FormId.LddwMapIndexValue
        && (uint)instruction.Low < (uint)_declaredMaps && _maps[instruction.Low].Type == MapType.Arena);

    private bool? _usesArena;

    // Where the arena begins is known to user space, so that an address in it is a number.
    private bool LoadArenaAddress(in DecodedInstruction instruction)
    {
        var map = _maps[instruction.Low];
        uint offset = (uint)instruction.High;
        if (offset >= MaxValueOffset)
            return Refuse(DiagnosticRules.InvalidInstruction, $"direct value offset of {offset} is not allowed", $"Byte {offset} is too far into '{map.Name}' to be addressed directly.");
        if (offset > (ulong)map.MaxEntries * PageSize)
            return Refuse(DiagnosticRules.InvalidInstruction, $"invalid access to map value pointer, value_size=0 off={offset}", $"'{map.Name}' has {map.MaxEntries} pages of {PageSize} bytes; byte {offset} is behind them.");
        Registers[instruction.Destination] = RegState.UnknownScalar();
        return Next(2);
    }

    // What x86's code for arenas lacks.
    private bool CheckArenaAtomic(in DecodedInstruction instruction, InstructionForm row)
    {
        if (Registers[instruction.Destination].Type != RegisterType.Arena || !row.Fetches || row.Kind != FormKind.Atomic || row.Alu == AluOperation.Add) return true;
        return Refuse(DiagnosticRules.PointerArithmetic, $"BPF_ATOMIC stores into R{instruction.Destination} arena is not allowed",
            "In an arena, only sums, exchanges and comparisons give back what was there before.", instruction.Destination, "Use a loop with __sync_val_compare_and_swap.");
    }
}
