namespace PSBpf.Runtime.Tracing;

/// <summary>A load or store of an instruction, at a place that has a name.</summary>
public sealed record BpfMemoryAccess
{
    /// <summary>Whether it wrote.</summary>
    public required bool Write { get; init; }

    /// <summary>What kind of memory it is.</summary>
    public required MemoryArea Area { get; init; }

    /// <summary>The place in words, e.g. <c>packet+12</c>, <c>fp-4</c>, <c>ctx.data_end</c>, <c>map counts value+8</c>.</summary>
    public required string Place { get; init; }

    /// <summary>The map whose value or sample it is; empty for other memory.</summary>
    public string Map { get; init; } = "";

    /// <summary>Bytes from the start of the packet, context or value; from the frame's top for the stack, where it is negative.</summary>
    public required long Offset { get; init; }

    /// <summary>Bytes.</summary>
    public required int Size { get; init; }

    /// <summary>The bytes before the instruction; empty where they cannot be shown, as for pointers in the context.</summary>
    public byte[] Old { get; init; } = [];

    /// <summary>The bytes after it.</summary>
    public byte[] New { get; init; } = [];

    /// <summary><c>packet+12 = 08 00</c> for a load, <c>fp-4: 00 00 → 02 00</c> for a store.</summary>
    public override string ToString() => this switch
    {
        { Old.Length: 0 } => Place,
        { Write: true } => $"{Place}: {Hexadecimal(Old)} → {Hexadecimal(New)}",
        _ => $"{Place} = {Hexadecimal(Old)}",
    };

    internal static string Hexadecimal(byte[] bytes) => string.Join(' ', bytes.Select(part => part.ToString("x2", null)));
}

/// <summary>Kinds of memory that a program uses.</summary>
public enum MemoryArea
{
    /// <summary>None that the run owns.</summary>
    Unknown,

    /// <summary>A frame of the stack.</summary>
    Stack,

    /// <summary>The packet.</summary>
    Packet,

    /// <summary>The context.</summary>
    Context,

    /// <summary>A value of a map.</summary>
    MapValue,

    /// <summary>A sample reserved in a ring buffer.</summary>
    Sample,

    /// <summary>No memory but the reference to a map.</summary>
    Map,
}
