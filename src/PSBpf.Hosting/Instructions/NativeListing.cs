using System.Runtime.InteropServices;
using PSBpf.Kernel;

namespace PSBpf.Hosting;

/// <summary>Puts machine code under the instructions that it comes from.</summary>
internal static class NativeListing
{
    /// <summary>Whether this machine's code can be disassembled; elsewhere its bytes are shown.</summary>
    public static bool CanDisassemble => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>Adds machine code to a listing.</summary>
    public static IReadOnlyList<BpfInstruction> Add(IReadOnlyList<BpfInstruction> listing, IReadOnlyList<NativeCode> pieces, INativeDisassembler disassembler)
    {
        // Where stretches begin: each goes to the last instruction before the next beginning, so that it stands below all that it does.
        var starts = new SortedSet<int>(pieces.SelectMany(piece => piece.Points).Select(point => point.Instruction).Where(slot => slot >= 0));
        starts.UnionWith(listing.Where(instruction => instruction.StartsFunction).Select(instruction => instruction.Index));
        var native = new Dictionary<int, List<NativeInstruction>>();
        foreach (var piece in pieces)
        {
            foreach (var (slot, stretch) in Stretches(piece, disassembler.Disassemble(piece.Bytes, piece.Address)))
            {
                int last = LastBefore(listing, starts, slot);
                if (!native.TryGetValue(last, out var list)) native.Add(last, list = []);
                list.AddRange(stretch);
            }
        }

        var intermediate = pieces.SelectMany(piece => piece.Intermediate).ToLookup(line => line.Instruction, line => line.Text);
        return [.. listing.Select(instruction => instruction with { Native = native.GetValueOrDefault(instruction.Index) ?? [], Intermediate = [.. intermediate[instruction.Index]] })];
    }

    // What stands before the first point, and what belongs to no instruction, goes with what follows it or else came before.
    private static IEnumerable<(int Slot, List<NativeInstruction> Code)> Stretches(NativeCode piece, IReadOnlyList<NativeInstruction> code)
    {
        int slot = piece.Points.FirstOrDefault(point => point.Instruction >= 0, new NativeCodePoint(0, 0)).Instruction;
        int next = 0;
        var stretch = new List<NativeInstruction>();
        foreach (var instruction in code)
        {
            while (next < piece.Points.Count && piece.Points[next].Offset <= instruction.Offset)
            {
                int begins = piece.Points[next++].Instruction;
                if (begins < 0 || begins == slot) continue;
                if (stretch.Count > 0) yield return (slot, stretch);
                stretch = [];
                slot = begins;
            }

            stretch.Add(instruction);
        }

        if (stretch.Count > 0) yield return (slot, stretch);
    }

    private static int LastBefore(IReadOnlyList<BpfInstruction> listing, SortedSet<int> starts, int slot)
    {
        int end = starts.GetViewBetween(slot + 1, int.MaxValue) is { Count: > 0 } after ? after.Min : int.MaxValue;
        return listing.Last(instruction => instruction.Index < end).Index;
    }
}
