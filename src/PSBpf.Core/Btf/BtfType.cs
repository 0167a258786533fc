namespace PSBpf.Btf;

/// <summary>A type in a <see cref="BtfTypeSet"/>, one subclass per BTF_KIND_*.</summary>
/// <param name="Id">Its id in the set; 0 is void.</param>
/// <param name="Name">Its C name; empty for anonymous types.</param>
public abstract record BtfType(int Id, string Name)
{
    /// <summary>BTF_KIND_*.</summary>
    public abstract BtfKind Kind { get; }
}

/// <summary>void, the type with id 0.</summary>
public sealed record BtfVoid() : BtfType(0, "void")
{
    /// <inheritdoc/>
    public override BtfKind Kind => BtfKind.Void;
}

/// <summary>An integer, character or boolean.</summary>
/// <param name="Id">Its id in the set.</param>
/// <param name="Name">C name, e.g. <c>unsigned int</c>.</param>
/// <param name="Size">Bytes of storage.</param>
/// <param name="Encoding">Signed, char or bool.</param>
/// <param name="BitOffset">First bit used in the storage.</param>
/// <param name="Bits">Number of bits used.</param>
public sealed record BtfInt(int Id, string Name, int Size, BtfIntEncoding Encoding, int BitOffset, int Bits) : BtfType(Id, Name)
{
    /// <inheritdoc/>
    public override BtfKind Kind => BtfKind.Int;
}

/// <summary>A floating-point number.</summary>
/// <param name="Id">Its id in the set.</param>
/// <param name="Name">C name.</param>
/// <param name="Size">Bytes of storage.</param>
public sealed record BtfFloat(int Id, string Name, int Size) : BtfType(Id, Name)
{
    /// <inheritdoc/>
    public override BtfKind Kind => BtfKind.Float;
}

/// <summary>
/// A type that refers to one other: pointer, typedef, const, volatile, restrict, type tag, function, variable, declaration tag.
/// </summary>
/// <param name="Id">Its id in the set.</param>
/// <param name="Name">Name of the typedef, function, variable or tag.</param>
/// <param name="ReferenceKind">Which of these it is.</param>
/// <param name="TargetId">Id of the type it refers to.</param>
/// <param name="Linkage">For functions and variables.</param>
/// <param name="ComponentIndex">For declaration tags: the member or argument, −1 for the whole.</param>
public sealed record BtfReference(
    int Id, string Name, BtfKind ReferenceKind, int TargetId, BtfLinkage Linkage = BtfLinkage.Static, int ComponentIndex = -1) : BtfType(Id, Name)
{
    /// <inheritdoc/>
    public override BtfKind Kind => ReferenceKind;
}

/// <summary>An array.</summary>
/// <param name="Id">Its id in the set.</param>
/// <param name="ElementId">Id of the element type.</param>
/// <param name="IndexId">Id of the index type.</param>
/// <param name="Length">Number of elements.</param>
public sealed record BtfArray(int Id, int ElementId, int IndexId, uint Length) : BtfType(Id, "")
{
    /// <inheritdoc/>
    public override BtfKind Kind => BtfKind.Array;
}

/// <summary>A struct or union.</summary>
/// <param name="Id">Its id in the set.</param>
/// <param name="Name">Tag; empty for anonymous ones.</param>
/// <param name="IsUnion">Union rather than struct.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Members">In order of declaration.</param>
public sealed record BtfStruct(int Id, string Name, bool IsUnion, int Size, IReadOnlyList<BtfMember> Members) : BtfType(Id, Name)
{
    /// <inheritdoc/>
    public override BtfKind Kind => IsUnion ? BtfKind.Union : BtfKind.Struct;
}

/// <summary>A member of a struct or union.</summary>
/// <param name="Name">Its name; empty for anonymous structs and unions.</param>
/// <param name="TypeId">Id of its type.</param>
/// <param name="BitOffset">Offset from the start, in bits.</param>
/// <param name="BitfieldSize">Bits of a bitfield; 0 for ordinary members.</param>
public sealed record BtfMember(string Name, int TypeId, int BitOffset, int BitfieldSize);

/// <summary>An enumeration of 32 or 64 bits (BTF_KIND_ENUM, BTF_KIND_ENUM64).</summary>
/// <param name="Id">Its id in the set.</param>
/// <param name="Name">Tag; empty for anonymous ones.</param>
/// <param name="Is64">BTF_KIND_ENUM64.</param>
/// <param name="Size">Bytes of storage.</param>
/// <param name="IsSigned">Whether values are signed.</param>
/// <param name="Members">In order of declaration.</param>
public sealed record BtfEnumType(int Id, string Name, bool Is64, int Size, bool IsSigned, IReadOnlyList<BtfEnumMember> Members) : BtfType(Id, Name)
{
    /// <inheritdoc/>
    public override BtfKind Kind => Is64 ? BtfKind.Enum64 : BtfKind.Enum;
}

/// <summary>A named value.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; the bits of an unsigned 64-bit one.</param>
public sealed record BtfEnumMember(string Name, long Value);

/// <summary>A forward declaration.</summary>
/// <param name="Id">Its id in the set.</param>
/// <param name="Name">Tag.</param>
/// <param name="IsUnion">Union rather than struct.</param>
public sealed record BtfForward(int Id, string Name, bool IsUnion) : BtfType(Id, Name)
{
    /// <inheritdoc/>
    public override BtfKind Kind => BtfKind.Forward;
}

/// <summary>The type of functions.</summary>
/// <param name="Id">Its id in the set.</param>
/// <param name="ReturnId">Id of the result type.</param>
/// <param name="Parameters">In order; a last one with type 0 and no name means variadic.</param>
public sealed record BtfFunctionPrototype(int Id, int ReturnId, IReadOnlyList<BtfParameter> Parameters) : BtfType(Id, "")
{
    /// <inheritdoc/>
    public override BtfKind Kind => BtfKind.FunctionPrototype;
}

/// <summary>A parameter.</summary>
/// <param name="Name">Its name.</param>
/// <param name="TypeId">Id of its type.</param>
public sealed record BtfParameter(string Name, int TypeId);

/// <summary>The variables of a data section.</summary>
/// <param name="Id">Its id in the set.</param>
/// <param name="Name">Section name, e.g. <c>.bss</c>.</param>
/// <param name="Size">Bytes; clang writes 0, the object reader fills it in.</param>
/// <param name="Variables">In order.</param>
public sealed record BtfDataSection(int Id, string Name, int Size, IReadOnlyList<BtfSectionVariable> Variables) : BtfType(Id, Name)
{
    /// <inheritdoc/>
    public override BtfKind Kind => BtfKind.DataSection;
}

/// <summary>A variable in a data section.</summary>
/// <param name="TypeId">Id of its BTF_KIND_VAR.</param>
/// <param name="Offset">Byte offset in the section; clang writes 0, the object reader fills it in.</param>
/// <param name="Size">Bytes.</param>
public sealed record BtfSectionVariable(int TypeId, int Offset, int Size);
