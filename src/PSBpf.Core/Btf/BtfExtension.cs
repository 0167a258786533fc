namespace PSBpf.Btf;

/// <summary>The records of a .BTF.ext section, by the name of the ELF section whose code they are about.</summary>
internal sealed class BtfExtension
{
    /// <summary>func_info: which BTF_KIND_FUNC starts where.</summary>
    public Dictionary<string, List<BtfFunctionInfo>> Functions { get; } = [];

    /// <summary>line_info, ascending by offset.</summary>
    public Dictionary<string, List<BtfLineInfo>> Lines { get; } = [];

    /// <summary>core_relo: accesses that a loader has to adapt to the running kernel.</summary>
    public Dictionary<string, List<BtfCoreRelocation>> CoreRelocations { get; } = [];
}

/// <summary>struct bpf_func_info with a byte offset, as it stands in an object.</summary>
/// <param name="Offset">Byte offset in the section.</param>
/// <param name="TypeId">Id of the BTF_KIND_FUNC.</param>
internal readonly record struct BtfFunctionInfo(uint Offset, int TypeId);

/// <summary>struct bpf_line_info with a byte offset, as it stands in an object.</summary>
/// <param name="Offset">Byte offset in the section.</param>
/// <param name="FileNameOffset">Offset of the file's name in the strings of .BTF.</param>
/// <param name="LineOffset">Offset of the line's text in the strings of .BTF.</param>
/// <param name="Line">1-based line.</param>
/// <param name="Column">1-based column; 0 when unknown.</param>
internal readonly record struct BtfLineInfo(uint Offset, uint FileNameOffset, uint LineOffset, int Line, int Column);

/// <summary>struct bpf_core_relo.</summary>
/// <param name="Offset">Byte offset of the instruction in the section.</param>
/// <param name="TypeId">Id of the type whose layout the access depends on.</param>
/// <param name="Access">The access path, e.g. <c>0:5:1</c>.</param>
/// <param name="Kind">enum bpf_core_relo_kind.</param>
internal readonly record struct BtfCoreRelocation(uint Offset, int TypeId, string Access, uint Kind);
