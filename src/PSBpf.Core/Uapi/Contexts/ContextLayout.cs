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

    /// <summary>Whether it is plain memory, which may be read at any aligned place.</summary>
    public bool IsPlain => Fields.Count == 0;

    /// <summary>For plain memory: the first byte that may be read.</summary>
    public int PlainStart { get; init; }

    /// <summary>For plain memory: whether it may be written as well.</summary>
    public bool PlainWrites { get; init; }

    /// <summary>The field that covers an offset; null between fields.</summary>
    public ContextField? FieldAt(int offset)
    {
        foreach (var field in Fields)
            if (offset >= field.Offset && offset < field.Offset + field.Size) return field;
        return null;
    }

    /// <summary>Whether an access is allowed.</summary>
    /// <param name="offset">Where.</param>
    /// <param name="size">1, 2, 4 or 8 bytes.</param>
    /// <param name="write">Whether it writes.</param>
    public bool Allows(int offset, int size, bool write)
    {
        if (offset < 0 || offset + size > Size || offset % size != 0) return false;
        if (IsPlain) return write ? PlainWrites : offset >= PlainStart;
        return FieldAt(offset) is { } field && field.Allows(offset, size, write);
    }
}

/// <summary>A field of a context.</summary>
/// <param name="Name">C name.</param>
/// <param name="Offset">Byte offset.</param>
/// <param name="Size">Bytes, all elements of an array together.</param>
/// <param name="ElementSize">Bytes of one element.</param>
public sealed record ContextField(string Name, int Offset, int Size, int ElementSize)
{
    /// <summary>What reading it whole gives.</summary>
    public ContextFieldKind Kind { get; init; }

    /// <summary>For a pointer to a kernel structure: its name, e.g. <c>sk_buff</c>.</summary>
    public string TypeName { get; init; } = "";

    /// <summary>How it may be read; by offsets of the context.</summary>
    public AccessPattern Reads { get; init; }

    /// <summary>How it may be written; by offsets of the context.</summary>
    public AccessPattern Writes { get; init; }

    /// <summary>Whether an access that begins in it is allowed.</summary>
    /// <param name="offset">Where in the context.</param>
    /// <param name="size">1, 2, 4 or 8 bytes.</param>
    /// <param name="write">Whether it writes.</param>
    public bool Allows(int offset, int size, bool write) => offset + size <= Offset + Size && (write ? Writes : Reads).Allows(offset, size);
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

    /// <summary>A full socket.</summary>
    Socket,

    /// <summary>A full socket or null.</summary>
    SocketOrNull,

    /// <summary>What all sockets have in common, or null.</summary>
    SocketCommonOrNull,

    /// <summary>What a flow dissector found: struct bpf_flow_keys.</summary>
    FlowKeys,

    /// <summary>A buffer that a tracepoint lets programs write.</summary>
    TracepointBuffer,

    /// <summary>A structure of the kernel, known by BTF.</summary>
    KernelStructure,
}
