namespace PSBpf.CoRe;

/// <summary>enum bpf_core_relo_kind of the UAPI: what an instruction wants to know about a type of the kernel it runs on.</summary>
internal enum CoreKind : uint
{
    /// <summary>Where a field starts, in bytes.</summary>
    FieldOffset = 0,

    /// <summary>Bytes that a field takes.</summary>
    FieldSize = 1,

    /// <summary>Whether there is such a field.</summary>
    FieldExists = 2,

    /// <summary>Whether a field is signed.</summary>
    FieldSigned = 3,

    /// <summary>How far a bitfield has to be shifted to the left in 64 bits, so that nothing is left above it.</summary>
    FieldLeftShift = 4,

    /// <summary>How far to the right after that, so that nothing is left below it.</summary>
    FieldRightShift = 5,

    /// <summary>A type's id in the object's own BTF.</summary>
    TypeIdLocal = 6,

    /// <summary>A type's id in the kernel's BTF.</summary>
    TypeIdTarget = 7,

    /// <summary>Whether there is such a type.</summary>
    TypeExists = 8,

    /// <summary>Bytes that a type takes.</summary>
    TypeSize = 9,

    /// <summary>Whether there is such an enumerator.</summary>
    EnumValueExists = 10,

    /// <summary>An enumerator's value.</summary>
    EnumValue = 11,

    /// <summary>Whether the kernel's type has everything that the object's has.</summary>
    TypeMatches = 12,
}

/// <summary>Questions about <see cref="CoreKind"/>.</summary>
internal static class CoreKinds
{
    public static bool IsField(this CoreKind kind) => kind <= CoreKind.FieldRightShift;

    public static bool IsEnumValue(this CoreKind kind) => kind is CoreKind.EnumValueExists or CoreKind.EnumValue;
}
