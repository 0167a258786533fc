using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;

namespace PSBpf.Verifier.Explain;

/// <summary>Adds up by source line what an exploration stepped through and remembered.</summary>
internal static class Heat
{
    /// <summary>A row for each line, in the order of the program; instructions of which no line is known are rows of their own.</summary>
    public static IReadOnlyList<VerificationHeat> Of(ProgramSpec spec, ReadOnlySpan<DecodedInstruction> code, Explorer explorer)
    {
        var rows = new List<VerificationHeat>();
        var byLine = new Dictionary<(string File, int Line), int>();
        SourceLocation? source = null;
        for (int pc = 0; pc < code.Length; pc++)
        {
            if (code[pc].Form == FormId.None) continue;
            // What a compiler ascribes to no line (line 0) belongs to the one before.
            if (spec.LineAt(pc)?.Source is { Line: > 0 } named) source = named;
            int processed = explorer.Visits[pc], states = explorer.StatesAt(pc);
            if (source is not null && byLine.TryGetValue((source.File, source.Line), out int known))
            {
                var row = rows[known];
                rows[known] = row with { Instructions = row.Instructions + 1, Processed = row.Processed + processed, States = row.States + states };
                continue;
            }

            if (source is not null) byLine.Add((source.File, source.Line), rows.Count);
            rows.Add(new VerificationHeat(spec.Name, source, pc, 1, processed, states, 0));
        }

        double all = Math.Max(explorer.Processed, 1);
        return [.. rows.Select(row => row with { Share = row.Processed / all })];
    }
}
