using PSBpf.Diagnostics;

namespace PSBpf.Objects;

/// <summary>One entry of line information.</summary>
/// <param name="Instruction">Index of the first slot it covers.</param>
/// <param name="Source">The C position and text.</param>
/// <param name="FileNameOffset">Offset of the file name in the BTF string table, as bpf(2) takes it.</param>
/// <param name="LineOffset">Offset of the text in the BTF string table.</param>
public sealed record LineSpec(int Instruction, SourceLocation Source, uint FileNameOffset, uint LineOffset);
