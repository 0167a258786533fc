using PSBpf.Diagnostics;

namespace PSBpf.Objects;

/// <summary>Kinds of features that versions of Linux brought.</summary>
public enum KernelFeatureKind
{
    /// <summary>A program type.</summary>
    ProgramType,

    /// <summary>What programs of a type are attached as.</summary>
    AttachType,

    /// <summary>A flag of programs.</summary>
    ProgramFlag,

    /// <summary>A map type.</summary>
    MapType,

    /// <summary>A flag of maps.</summary>
    MapFlag,

    /// <summary>A special field in a map's values.</summary>
    MapField,

    /// <summary>A helper.</summary>
    Helper,

    /// <summary>A function of the kernel (kfunc).</summary>
    KernelFunction,

    /// <summary>Instructions.</summary>
    Instruction,

    /// <summary>A size or a shape of programs that older verifiers refuse.</summary>
    Limit,
}

/// <summary>Something that a program uses and that not every version of Linux has.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name, as C has it where C has one, e.g. <c>bpf_loop</c>.</param>
/// <param name="Since">The version of Linux that brought it.</param>
/// <param name="Instead">What to do where it is missing.</param>
public sealed record KernelFeature(KernelFeatureKind Kind, string Name, Version Since, string Instead)
{
    /// <summary>Index of the first instruction slot that uses it; 0 for what the whole program needs.</summary>
    public int Instruction { get; init; }

    /// <summary>The line of that instruction; null without line information, and for what the whole program needs.</summary>
    public SourceLocation? Source { get; init; }

    /// <summary>What stands in for it on older kernels, without a change to the program; empty when nothing does.</summary>
    public string Fallback { get; init; } = "";

    /// <summary>Whether kernels without it cannot load the program.</summary>
    public bool IsRequired => Fallback.Length == 0;

    /// <summary>Its name and version.</summary>
    public override string ToString() => $"{Name} (Linux {Since})";
}
