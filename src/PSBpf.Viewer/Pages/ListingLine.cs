using PSBpf.Hosting;

namespace PSBpf.Viewer;

/// <summary>A line of a program's listing: a function's name, a line of C, or an instruction.</summary>
/// <param name="Number">Its number in the listing.</param>
/// <param name="Index">The instruction's slot; null for other lines.</param>
/// <param name="Hits">How often it ran; null when nobody counted.</param>
/// <param name="Text">The line.</param>
/// <param name="Tone">How it is shown.</param>
internal sealed record ListingLine(int Number, int? Index, long? Hits, string Text, Tone Tone)
{
    /// <summary>The listing of a program.</summary>
    public static IReadOnlyList<ListingLine> Of(IReadOnlyList<BpfInstruction> instructions)
    {
        var lines = new List<ListingLine>();
        void Add(int? index, long? hits, string text, Tone tone) => lines.Add(new ListingLine(lines.Count, index, hits, text, tone));
        foreach (var instruction in instructions)
        {
            if (instruction.StartsFunction) Add(null, null, $"{instruction.Function}:", Tone.Strong);
            if (instruction is { StartsLine: true, Source: { } source })
                Add(null, null, source.Text.Length > 0 ? $"; {source.Text.Trim()}  @{Path.GetFileName(source.File)}:{source.Line}" : $"; {Path.GetFileName(source.File)}:{source.Line}", Tone.Graph);
            Add(instruction.Index, instruction.Hits, "  " + instruction.Text, Tone.Normal);
        }

        return lines;
    }
}
