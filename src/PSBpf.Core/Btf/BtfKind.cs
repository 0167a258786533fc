namespace PSBpf.Btf;

/// <summary>BTF_KIND_*, numbered as in the UAPI's btf.h.</summary>
public enum BtfKind
{
    /// <summary>The type with id 0.</summary>
    Void = 0,

    /// <summary>BTF_KIND_INT.</summary>
    Int = 1,

    /// <summary>BTF_KIND_PTR.</summary>
    Pointer = 2,

    /// <summary>BTF_KIND_ARRAY.</summary>
    Array = 3,

    /// <summary>BTF_KIND_STRUCT.</summary>
    Struct = 4,

    /// <summary>BTF_KIND_UNION.</summary>
    Union = 5,

    /// <summary>BTF_KIND_ENUM.</summary>
    Enum = 6,

    /// <summary>BTF_KIND_FWD.</summary>
    Forward = 7,

    /// <summary>BTF_KIND_TYPEDEF.</summary>
    Typedef = 8,

    /// <summary>BTF_KIND_VOLATILE.</summary>
    Volatile = 9,

    /// <summary>BTF_KIND_CONST.</summary>
    Const = 10,

    /// <summary>BTF_KIND_RESTRICT.</summary>
    Restrict = 11,

    /// <summary>BTF_KIND_FUNC.</summary>
    Function = 12,

    /// <summary>BTF_KIND_FUNC_PROTO.</summary>
    FunctionPrototype = 13,

    /// <summary>BTF_KIND_VAR.</summary>
    Variable = 14,

    /// <summary>BTF_KIND_DATASEC.</summary>
    DataSection = 15,

    /// <summary>BTF_KIND_FLOAT.</summary>
    Float = 16,

    /// <summary>BTF_KIND_DECL_TAG.</summary>
    DeclarationTag = 17,

    /// <summary>BTF_KIND_TYPE_TAG.</summary>
    TypeTag = 18,

    /// <summary>BTF_KIND_ENUM64.</summary>
    Enum64 = 19,
}

/// <summary>Linkage of functions and variables, numbered as in the UAPI's btf.h.</summary>
public enum BtfLinkage
{
    /// <summary>BTF_FUNC_STATIC, BTF_VAR_STATIC.</summary>
    Static = 0,

    /// <summary>BTF_FUNC_GLOBAL, BTF_VAR_GLOBAL_ALLOCATED.</summary>
    Global = 1,

    /// <summary>BTF_FUNC_EXTERN, BTF_VAR_GLOBAL_EXTERN.</summary>
    Extern = 2,
}

/// <summary>Encoding of an integer type.</summary>
[Flags]
public enum BtfIntEncoding
{
    /// <summary>Unsigned.</summary>
    Unsigned = 0,

    /// <summary>BTF_INT_SIGNED.</summary>
    Signed = 1,

    /// <summary>BTF_INT_CHAR.</summary>
    Char = 2,

    /// <summary>BTF_INT_BOOL.</summary>
    Bool = 4,
}
