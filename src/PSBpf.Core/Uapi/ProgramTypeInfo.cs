using System.Collections.Frozen;

namespace PSBpf.Uapi;

/// <summary>What is known of a program type: a row of <see cref="ProgramTypeTable"/>.</summary>
public sealed record ProgramTypeInfo
{
    /// <summary>BPF_PROG_TYPE_*.</summary>
    public required ProgramType Type { get; init; }

    /// <summary>Its short name, as bpftool and section names have it, e.g. <c>xdp</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The version of Linux that brought it.</summary>
    public Version? Since => KernelReleases.Since(Type);

    /// <summary>What holds for programs of the type whatever their attach type is; null for types whose programs BTF describes.</summary>
    public ProgramRules? Rules { get; init; }

    /// <summary>What holds for some attach types instead.</summary>
    public FrozenDictionary<AttachType, ProgramRules> RulesByAttachType { get; init; } = FrozenDictionary<AttachType, ProgramRules>.Empty;

    /// <summary>Whether bpf(2) loads programs only with one of the attach types of <see cref="RulesByAttachType"/>.</summary>
    public bool NeedsAttachType { get; init; }

    /// <summary>The context, of the first attach type where it depends on that; null for types whose context BTF describes.</summary>
    public ContextLayout? Context => Rules?.Context;

    /// <summary>What programs may do with packet bytes directly; what the context hands out they may always read.</summary>
    public PacketAccess Packet { get; init; }

    /// <summary>Whether programs may be loaded as sleepable.</summary>
    public bool MaySleep { get; init; }

    /// <summary>Names of return values.</summary>
    public IReadOnlyDictionary<int, string> Verdicts { get; init; } = FrozenDictionary<int, string>.Empty;

    /// <summary>The name of a return value: a verdict's, or the number.</summary>
    public string VerdictOf(int value) =>
        Verdicts.TryGetValue(value, out string? name) ? name : value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What holds for programs of an attach type; null when bpf(2) does not load them, or when BTF says it.</summary>
    public ProgramRules? RulesFor(AttachType attach) => RulesByAttachType.TryGetValue(attach, out var rules) ? rules : NeedsAttachType ? null : Rules;
}

/// <summary>What holds for programs of a type and attach type.</summary>
/// <param name="Context">The context.</param>
/// <param name="MinimumReturn">The smallest return value that the verifier admits; null for any.</param>
/// <param name="MaximumReturn">The largest one.</param>
public sealed record ProgramRules(ContextLayout Context, int? MinimumReturn = null, int? MaximumReturn = null);

/// <summary>What programs of a type may do with packet bytes, beyond reading them through the pointers that the context gives.</summary>
public enum PacketAccess : byte
{
    /// <summary>Nothing: helpers do not take them either.</summary>
    None,

    /// <summary>Hand them to helpers that read.</summary>
    Read,

    /// <summary>Hand them to helpers that read or write, and write them.</summary>
    Write,
}
