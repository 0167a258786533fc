using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>How to make a program of assembly text or instruction bytes.</summary>
public sealed record NewProgramOptions
{
    /// <summary>Its type: bare instructions do not say.</summary>
    public required ProgramType Type { get; init; }

    /// <summary>Its name; null for <c>program_</c> and a number.</summary>
    public string? Name { get; init; }

    /// <summary>Maps of the session, by the names that the assembly uses; instruction bytes refer to them by their place here.</summary>
    public IReadOnlyList<KeyValuePair<string, BpfMap>> Maps { get; init; } = [];

    /// <summary>The licence that decides about GPL-only helpers.</summary>
    public string License { get; init; } = "GPL";

    /// <summary>A hook to attach it to; null for none.</summary>
    public string? Attach { get; init; }

    /// <summary>Which kernel loads it.</summary>
    public BpfKernelKind Kernel { get; init; }
}
