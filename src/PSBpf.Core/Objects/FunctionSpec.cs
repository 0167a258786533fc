using PSBpf.Btf;

namespace PSBpf.Objects;

/// <summary>A function inside a program's instructions.</summary>
/// <param name="Instruction">Index of its first slot.</param>
/// <param name="Name">C name.</param>
/// <param name="Linkage">Static functions are verified per call, global ones once.</param>
/// <param name="TypeId">Id of its BTF_KIND_FUNC; 0 when unknown.</param>
public sealed record FunctionSpec(int Instruction, string Name, BtfLinkage Linkage, int TypeId);
