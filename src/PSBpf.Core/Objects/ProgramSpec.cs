using PSBpf.Btf;
using PSBpf.Isa;
using PSBpf.Targets;
using PSBpf.Uapi;

namespace PSBpf.Objects;

/// <summary>
/// The blueprint of one program: relocated instructions and what they refer to. A map is named by its index in
/// <see cref="Maps"/>, in lddw instructions with the pseudo sources BPF_PSEUDO_MAP_IDX (5) and
/// BPF_PSEUDO_MAP_IDX_VALUE (6), so that the same stream serves every kernel.
/// </summary>
public sealed record ProgramSpec
{
    /// <summary>The name of the C function, or what the user called it.</summary>
    public required string Name { get; init; }

    /// <summary>The ELF section, e.g. <c>xdp</c> or <c>tracepoint/syscalls/sys_enter_openat</c>; empty for assembled programs.</summary>
    public string Section { get; init; } = "";

    /// <summary>BPF_PROG_TYPE_*.</summary>
    public required ProgramType Type { get; init; }

    /// <summary>BPF_* attach type that the section implies.</summary>
    public AttachType ExpectedAttachType { get; init; }

    /// <summary>What the section name says after the type, e.g. <c>syscalls/sys_enter_openat</c>.</summary>
    public string AttachTarget { get; init; } = "";

    /// <summary>The licence that decides about GPL-only helpers.</summary>
    public string License { get; init; } = "GPL";

    /// <summary>Whether the licence is compatible with the GPL, as linux/license.h lists them.</summary>
    public bool HasGplLicense => License is "GPL" or "GPL v2" or "GPL and additional rights" or "Dual BSD/GPL" or "Dual MIT/GPL" or "Dual MPL/GPL";

    /// <summary>BPF_F_SLEEPABLE and its like, as bpf(2) takes them.</summary>
    public uint Flags { get; init; }

    /// <summary>False for programs in a section whose name starts with <c>?</c>, which are loaded only on request.</summary>
    public bool AutoLoad { get; init; } = true;

    /// <summary>Instruction slots: the entry function first, its subprograms after it.</summary>
    public required Instruction[] Instructions { get; init; }

    /// <summary>The maps that the instructions name by index.</summary>
    public IReadOnlyList<MapSpec> Maps { get; init; } = [];

    /// <summary>Functions in <see cref="Instructions"/>, ascending by offset; empty when nothing is known.</summary>
    public IReadOnlyList<FunctionSpec> Functions { get; init; } = [];

    /// <summary>Line information, ascending by instruction.</summary>
    public IReadOnlyList<LineSpec> Lines { get; init; } = [];

    /// <summary>The type information of the object it came from.</summary>
    public BtfTypeSet? Btf { get; init; }

    /// <summary>The kernel whose types it was adapted to, and that says what it attaches to; null for the machine's.</summary>
    public TargetKernel? Target { get; init; }

    /// <summary>The file it came from.</summary>
    public string? Path { get; init; }

    /// <summary>What the program takes from the kernel by name, and where; ascending by instruction.</summary>
    public IReadOnlyList<ExternUse> Externs { get; init; } = [];

    /// <summary>Instructions that must not run, since the kernel lacks what they ask for; ascending by instruction.</summary>
    public IReadOnlyList<PoisonedInstruction> Poisoned { get; init; } = [];

    /// <summary>The line information that covers an instruction slot: the last entry at or before it.</summary>
    public LineSpec? LineAt(int instruction) => LineSpec.Covering(Lines, instruction);
}
