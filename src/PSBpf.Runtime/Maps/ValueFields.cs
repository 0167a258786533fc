using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// The special fields of a map's values (locks, timers …): nobody copies them into a value or out of it. Empty for nearly all maps.
/// </summary>
internal readonly unsafe struct ValueFields
{
    private readonly (int Start, int End)[] _fields;
    private readonly int[] _pointers;

    public ValueFields(MapSpec spec)
    {
        var fields = SpecialFields.Of(spec);
        _fields = [.. fields.Select(field => (field.Offset, field.End))];
        _pointers = [.. fields.Where(field => field.Kind == SpecialFieldKind.KernelPointer).Select(field => field.Offset)];
        LockOffset = fields.FirstOrDefault(field => field.Kind == SpecialFieldKind.SpinLock)?.Offset ?? -1;
        TimerOffset = fields.FirstOrDefault(field => field.Kind == SpecialFieldKind.Timer)?.Offset ?? -1;
    }

    /// <summary>Where a value's bpf_spin_lock lies; −1 when it has none.</summary>
    public int LockOffset { get; }

    /// <summary>Copies a value into one that is in use, or out of it (BPF_F_LOCK): whole, and but for the fields.</summary>
    /// <param name="from">What to copy.</param>
    /// <param name="to">Where to.</param>
    /// <param name="shared">Which of the two others may use at the same time.</param>
    /// <param name="size">Bytes.</param>
    public void CopyLocked(byte* from, byte* to, byte* shared, int size)
    {
        ref int gate = ref *(int*)(shared + LockOffset);
        SpinGate.Enter(ref gate);
        CopyAround(from, to, size);
        SpinGate.Exit(ref gate);
    }

    /// <summary>Where a value's timer lies; −1 when it has none.</summary>
    public int TimerOffset { get; }

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _fields.Length == 0;

    /// <summary>A value goes, or is written anew: as in the kernel, it has no timer until one is initialised, and lets go what it points to.</summary>
    public void Free(Engine engine, ulong value)
    {
        if (TimerOffset >= 0) engine.Timers.Free(value + (ulong)TimerOffset);
        foreach (int offset in _pointers) engine.Masks.Free(value + (ulong)offset);
    }

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
