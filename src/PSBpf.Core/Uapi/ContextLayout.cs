namespace PSBpf.Uapi;

/// <summary>
/// The context of a program type as the program sees it: a UAPI struct whose fields are views of an internal record,
/// or, for probes, plain memory.
/// </summary>
public sealed record ContextLayout
{
    /// <summary>The C struct's name, e.g. <c>xdp_md</c>; empty where there is none.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes a program may address.</summary>
    public required int Size { get; init; }

    /// <summary>The fields, ascending by offset; empty for plain memory.</summary>
    public IReadOnlyList<ContextField> Fields { get; init; } = [];

    /// <summary>For plain memory: the widest aligned access in bytes; 0 when the fields rule.</summary>
    public int PlainAccess { get; init; }

    /// <summary>For plain memory: the first byte that may be read.</summary>
    public int PlainStart { get; init; }

    /// <summary>The field that covers an offset; null between fields.</summary>
    public ContextField? FieldAt(int offset)
    {
        foreach (var field in Fields)
            if (offset >= field.Offset && offset < field.Offset + field.Size) return field;
        return null;
    }
}

/// <summary>A field of a context.</summary>
/// <param name="Name">C name.</param>
/// <param name="Offset">Byte offset.</param>
/// <param name="Size">Bytes, all elements of an array together.</param>
/// <param name="Kind">What reading it gives.</param>
/// <param name="Access">How it may be read and written.</param>
public sealed record ContextField(string Name, int Offset, int Size, ContextFieldKind Kind = ContextFieldKind.Scalar, ContextAccess Access = ContextAccess.ReadNarrow)
{
    /// <summary>Bytes of one element, which is the widest access.</summary>
    public int ElementSize { get; init; } = Size;
}

/// <summary>What reading a context field gives.</summary>
public enum ContextFieldKind : byte
{
    /// <summary>A number.</summary>
    Scalar,

    /// <summary>The start of packet data.</summary>
    PacketData,

    /// <summary>The end of packet data.</summary>
    PacketEnd,

    /// <summary>The start of metadata before packet data.</summary>
    PacketMeta,
}

/// <summary>How a context field may be accessed.</summary>
[Flags]
public enum ContextAccess : byte
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>Read whole.</summary>
    Read = 1,

    /// <summary>Read in part as well.</summary>
    ReadNarrow = Read | 2,

    /// <summary>Written whole.</summary>
    Write = 4,

    /// <summary>Read in part, written whole.</summary>
    ReadNarrowWrite = ReadNarrow | Write,
}
