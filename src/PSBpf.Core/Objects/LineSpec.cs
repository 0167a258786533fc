using PSBpf.Diagnostics;

namespace PSBpf.Objects;

/// <summary>One entry of line information.</summary>
/// <param name="Instruction">Index of the first slot it covers.</param>
/// <param name="Source">The C position and text.</param>
/// <param name="FileNameOffset">Offset of the file name in the BTF string table, as bpf(2) takes it.</param>
/// <param name="LineOffset">Offset of the text in the BTF string table.</param>
public sealed record LineSpec(int Instruction, SourceLocation Source, uint FileNameOffset, uint LineOffset)
{
    /// <summary>The entry that covers a slot, the last one at or before it; null when there is none.</summary>
    internal static LineSpec? Covering(IReadOnlyList<LineSpec> lines, int slot)
    {
        int low = 0, high = lines.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (lines[middle].Instruction <= slot) low = middle + 1;
            else high = middle - 1;
        }

        return high >= 0 ? lines[high] : null;
    }
}
