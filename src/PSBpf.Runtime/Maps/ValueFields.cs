using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// The special fields of a map's values (locks, timers …): nobody copies them into a value or out of it. Empty for nearly all maps.
/// </summary>
internal readonly unsafe struct ValueFields
{
    private readonly (int Start, int End)[] _fields;

    public ValueFields(MapSpec spec)
    {
        var fields = SpecialFields.Of(spec);
        _fields = [.. fields.Select(field => (field.Offset, field.End))];
        TimerOffset = fields.FirstOrDefault(field => field.Kind == SpecialFieldKind.Timer)?.Offset ?? -1;
    }

    /// <summary>Where a value's timer lies; −1 when it has none.</summary>
    public int TimerOffset { get; }

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _fields.Length == 0;

    /// <summary>Copies a value but for its fields.</summary>
    public void CopyAround(byte* from, byte* to, int size)
    {
        int at = 0;
        foreach (var (start, end) in _fields)
        {
            new ReadOnlySpan<byte>(from + at, start - at).CopyTo(new Span<byte>(to + at, start - at));
            at = end;
        }

        new ReadOnlySpan<byte>(from + at, size - at).CopyTo(new Span<byte>(to + at, size - at));
    }

    /// <summary>Makes the fields of a copy, or of a new element, zero.</summary>
    public void Clear(byte* value)
    {
        foreach (var (start, end) in _fields) new Span<byte>(value + start, end - start).Clear();
    }
}
