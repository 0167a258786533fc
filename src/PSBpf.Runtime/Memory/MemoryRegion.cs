namespace PSBpf.Runtime.Memory;

/// <summary>
/// Native memory that holds values of one size at a fixed distance: what programs may touch of a map.
/// Between the values lie headers and padding, which they may not.
/// </summary>
internal sealed class MemoryRegion
{
    /// <summary>Address of the first element.</summary>
    public required ulong Start { get; init; }

    /// <summary>Bytes of all elements together.</summary>
    public required ulong Length { get; init; }

    /// <summary>Bytes from one element to the next.</summary>
    public required uint Stride { get; init; }

    /// <summary>Where the values of an element begin.</summary>
    public uint ValueOffset { get; init; }

    /// <summary>Bytes from one value of an element to the next: per-CPU elements have several.</summary>
    public required uint ValueStride { get; init; }

    /// <summary>How many values an element has.</summary>
    public uint Values { get; init; } = 1;

    /// <summary>Bytes of a value.</summary>
    public required uint ValueSize { get; init; }

    /// <summary>Whether programs may read.</summary>
    public bool Readable { get; init; } = true;

    /// <summary>Whether programs may write.</summary>
    public bool Writable { get; init; } = true;

    /// <summary>The address of the value that holds all of an access; 0 when there is none.</summary>
    public ulong ValueAround(ulong address, uint size)
    {
        ulong offset = address - Start;
        if (offset >= Length) return 0;
        ulong inElement = offset % Stride;
        if (inElement < ValueOffset) return 0;
        ulong inValues = inElement - ValueOffset;
        ulong inValue = inValues % ValueStride;
        if (inValues / ValueStride >= Values || inValue + size > ValueSize) return 0;
        return address - inValue;
    }
}
