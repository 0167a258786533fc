namespace PSBpf.Uapi;

/// <summary>What is known of a program type: a row of <see cref="ProgramTypeTable"/>.</summary>
public sealed record ProgramTypeInfo
{
    /// <summary>BPF_PROG_TYPE_*.</summary>
    public required ProgramType Type { get; init; }

    /// <summary>Its short name, as bpftool and section names have it, e.g. <c>xdp</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The context; null while this version does not judge programs of the type.</summary>
    public ContextLayout? Context { get; init; }

    /// <summary>Whether programs see packet bytes through the context.</summary>
    public bool HasPacket { get; init; }

    /// <summary>Whether packet bytes may be written directly.</summary>
    public bool WritesPacket { get; init; }

    /// <summary>The smallest return value that the verifier admits; null for any.</summary>
    public int? MinimumReturn { get; init; }

    /// <summary>The largest return value that the verifier admits.</summary>
    public int? MaximumReturn { get; init; }

    /// <summary>Names of return values.</summary>
    public IReadOnlyDictionary<int, string> Verdicts { get; init; } = System.Collections.Frozen.FrozenDictionary<int, string>.Empty;

    /// <summary>The name of a return value: a verdict's, or the number.</summary>
    public string VerdictOf(int value) =>
        Verdicts.TryGetValue(value, out string? name) ? name : value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
