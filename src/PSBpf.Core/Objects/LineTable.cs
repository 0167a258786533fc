using System.Collections;
using PSBpf.Btf;
using PSBpf.Diagnostics;

namespace PSBpf.Objects;

/// <summary>
/// Line information as its records stand: texts are made when somebody looks at an entry, since most are never looked at. Each record's
/// offsets must have been checked.
/// </summary>
internal sealed class LineTable(BtfTypeSet? types, LineTable.Entry[] entries) : IReadOnlyList<LineSpec>
{
    private readonly LineSpec?[] _specs = new LineSpec?[entries.Length];

    /// <summary>No lines.</summary>
    public static LineTable Empty { get; } = new(null, []);

    /// <summary>The entries, ascending by instruction.</summary>
    public ReadOnlySpan<Entry> Entries => entries;

    /// <inheritdoc/>
    public int Count => entries.Length;

    /// <inheritdoc/>
    public LineSpec this[int index] => Volatile.Read(ref _specs[index]) ?? Make(index);

    /// <summary>Where an instruction slot is in C: by the last entry at or before it; null when there is none.</summary>
    public SourceLocation? SourceAt(int slot) => FirstFrom(slot + 1) is > 0 and var next ? this[next - 1].Source : null;

    /// <summary>The index of the first entry at a slot or after it.</summary>
    public int FirstFrom(int slot)
    {
        int low = 0, high = entries.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (entries[middle].Instruction < slot) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <inheritdoc/>
    public IEnumerator<LineSpec> GetEnumerator()
    {
        for (int index = 0; index < entries.Length; index++) yield return this[index];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private LineSpec Make(int index)
    {
        (int instruction, BtfLineInfo record) = entries[index];
        var source = new SourceLocation(types!.TextAt(record.FileNameOffset), record.Line, record.Column, types.TextAt(record.LineOffset));
        var line = new LineSpec(instruction, source, record.FileNameOffset, record.LineOffset);
        return Interlocked.CompareExchange(ref _specs[index], line, null) ?? line;
    }

    /// <summary>One record.</summary>
    /// <param name="Instruction">Index of the first slot it covers.</param>
    /// <param name="Record">The record; its byte offset is that in the section it came from.</param>
    internal readonly record struct Entry(int Instruction, BtfLineInfo Record);
}
